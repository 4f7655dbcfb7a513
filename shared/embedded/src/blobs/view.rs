//! Plain files for people and web servers: names for bodies, after their keys.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// The longest file name that every common file system takes, in bytes.
const MAX_NAME: usize = 255;

/// The plain files of the browsable keys.
#[derive(Debug)]
pub(super) struct View {
    root: PathBuf,
    prefixes: Vec<String>,
}

impl View {
    pub(super) fn new(root: &Path, prefixes: Vec<String>) -> Self {
        Self { root: root.to_owned(), prefixes }
    }

    pub(super) fn prefixes(&self) -> &[String] {
        &self.prefixes
    }

    /// The plain file of a key; `None` when it has none.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        if !self.prefixes.iter().any(|prefix| key.starts_with(prefix.as_str())) {
            return None;
        }
        let names = key.split('/').enumerate().map(|(depth, segment)| name(segment, depth == 0));
        let path: PathBuf =
            std::iter::once(self.root.clone().into_os_string()).chain(names.map(|name| name.into())).collect();
        let fits = path.components().all(|component| component.as_os_str().len() <= MAX_NAME);
        if !fits {
            tracing::warn!(key, "The key is too long for a plain file.");
        }
        fits.then_some(path)
    }

    /// Gives the body its plain name, replacing what has it. The view is a convenience: failures are logged only.
    pub(super) fn show(&self, key: &str, body: &Path, temporary: &Path) {
        let Some(path) = self.path(key) else { return };
        if let Err(error) = place(body, temporary, &path) {
            tracing::warn!(key, %error, path = %path.display(), "The plain file cannot be written.");
        }
    }

    /// Removes plain files that should not be there.
    pub(super) fn keep_only(&self, expected: &BTreeSet<PathBuf>, except: &Path) {
        if let Err(error) = prune(&self.root, expected, except) {
            tracing::warn!(%error, path = %self.root.display(), "The plain files cannot be tidied.");
        }
    }
}

/// Puts another name for `body` at `path`, as a whole or not at all.
fn place(body: &Path, temporary: &Path, path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    absent(fs::remove_file(temporary))?;
    if fs::hard_link(body, temporary).is_err() {
        // Not every file system has hard links.
        fs::copy(body, temporary)?;
    }
    fs::rename(temporary, path)?;
    // Renaming one name of a file over another of the same file leaves both.
    absent(fs::remove_file(temporary))
}

fn absent(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn prune(directory: &Path, expected: &BTreeSet<PathBuf>, except: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        if path == except {
            continue;
        }
        if entry.file_type()?.is_dir() {
            prune(&path, expected, except)?;
        } else if !expected.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// A segment as a file name: letters and digits as they are, what file systems or browsers could take amiss as `%XX`.
fn name(segment: &str, first: bool) -> String {
    let mut name = String::with_capacity(segment.len());
    for (position, letter) in segment.char_indices() {
        // Nothing at the top may hide, nor pose as our own directory.
        let hides = first && position == 0 && letter == '.';
        if !hides && (letter.is_alphanumeric() || "-_.~+@=,".contains(letter)) {
            name.push(letter);
        } else {
            let mut bytes = [0; 4];
            letter.encode_utf8(&mut bytes).bytes().for_each(|byte| name.push_str(&format!("%{byte:02X}")));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::View;

    #[test]
    fn keys_become_paths_inside_the_root() {
        let view = View::new(Path::new("/r"), vec!["site/".to_owned(), ".".to_owned()]);
        let path = |key: &str| view.path(key).map(|path| path.display().to_string());
        assert_eq!(path("site/a-b/index.html").as_deref(), Some("/r/site/a-b/index.html"));
        assert_eq!(path("site/.well-known/x").as_deref(), Some("/r/site/.well-known/x"));
        assert_eq!(path(".objects/x").as_deref(), Some("/r/%2Eobjects/x"));
        assert_eq!(path("site/a\\..\\b:c?").as_deref(), Some("/r/site/a%5C..%5Cb%3Ac%3F"));
        assert_eq!(path("drafts/x"), None);
        assert_eq!(path(&format!("site/{}", "x".repeat(256))), None);
    }
}
