//! Removing bodies: those a dead process left without a head, and those that were replaced.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Objects, head,
    objects::{Place, directory_of, path_of},
    view::View,
};
use crate::{db::Scope, error::Fault};

impl Objects {
    /// Removes what a dead process wrote and did not commit, and puts the plain files right.
    pub(crate) fn sweep(&self, scope: &Scope<'_>, owner: i64) -> Result<(), Fault> {
        let Place::Disk { objects, view, .. } = &*self.place else { return Ok(()) };
        let known = known(scope, objects, owner)?;
        let mut left = Vec::new();
        if let Err(error) = find_unknown(&directory_of(objects, owner), &known, &mut left) {
            tracing::warn!(%error, "What a dead process wrote cannot be looked through.");
        }
        // All others wait for this step: looking at every plain file takes seconds when there are many. It comes before
        // the removals: should this process die in between, the next one finds the same bodies and does both.
        if left.iter().any(|path| may_have_another_name(path)) {
            self.repair(scope, objects, view)?;
        }
        remove(&left, &directory_of(objects, owner));
        Ok(())
    }

    /// Makes the plain files those of the heads.
    fn repair(&self, scope: &Scope<'_>, objects: &Path, view: &View) -> Result<(), Fault> {
        let mut expected = BTreeMap::new();
        for prefix in view.prefixes() {
            for meta in head::list(scope, prefix, "", usize::MAX)? {
                if let Some(path) = view.path(&meta.key) {
                    expected.insert(path, (meta.key, meta.version));
                }
            }
        }
        let paths = expected.keys().cloned().collect();
        view.keep_only(&paths, objects);
        for (path, (key, version)) in expected {
            if !is_same_file(&path, &path_of(objects, &version)) {
                self.show(&key, &version);
            }
        }
        Ok(())
    }

    /// Removes up to `limit` bodies that were replaced longer than `grace` ago; answers how many.
    pub(crate) fn empty_trash(&self, scope: &Scope<'_>, grace: Duration, limit: usize) -> Result<usize, Fault> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = scope.sql(include_str!("../../queries/blob/trash.sql"))?;
        let rows = statement.query_map((scope.now.minus(grace).0, limit), |row| row.get(0))?;
        let trash = rows.collect::<rusqlite::Result<Vec<String>>>()?;
        for object in &trash {
            // Should the step not be committed, the row stays, and the next purge finds nothing to remove.
            self.place.remove(object);
            scope.sql(include_str!("../../queries/blob/forget_trash.sql"))?.execute([object])?;
        }
        Ok(trash.len())
    }
}

/// The files of a process's bodies that a head names, or that are to be removed later.
fn known(scope: &Scope<'_>, objects: &Path, owner: i64) -> Result<BTreeSet<PathBuf>, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/blob/of_owner.sql"))?;
    // In ASCII the full stop comes after the hyphen.
    let range = (format!("{owner:016x}-"), format!("{owner:016x}."));
    let rows = statement.query_map(range, |row| row.get::<_, String>(0))?;
    let names = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(names.iter().map(|name| path_of(objects, name)).collect())
}

/// The files below a directory that are not known.
fn find_unknown(directory: &Path, known: &BTreeSet<PathBuf>, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            find_unknown(&entry.path(), known, found)?;
        } else if !known.contains(&entry.path()) {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// Removes files, and the directories up to `top` that are empty then.
fn remove(files: &[PathBuf], top: &Path) {
    for path in files {
        if let Err(error) = fs::remove_file(path) {
            tracing::warn!(%error, "What a dead process wrote cannot be removed.");
        }
        // Only while nothing is left in it.
        let mut directories = path.ancestors().skip(1).take_while(|directory| directory.starts_with(top));
        while directories.next().is_some_and(|directory| fs::remove_dir(directory).is_ok()) {}
    }
}

/// Whether the file has a second name, or lies where files have one alone, so that names are given to copies.
#[cfg(unix)]
fn may_have_another_name(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let probe = path.with_extension("probe");
    let linked = fs::hard_link(path, &probe).is_ok();
    drop(fs::remove_file(&probe));
    !linked || fs::metadata(path).is_ok_and(|meta| meta.nlink() > 1)
}

#[cfg(not(unix))]
fn may_have_another_name(_: &Path) -> bool {
    true
}

/// Whether both are names of one file; false where that cannot be told.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let id = |path: &Path| fs::metadata(path).map(|meta| (meta.dev(), meta.ino())).ok();
    id(one).is_some_and(|one| id(other) == Some(one))
}

#[cfg(not(unix))]
fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}
