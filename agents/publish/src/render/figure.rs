//! Images in the page: responsive, without a shift of the layout while they load.

use std::collections::BTreeMap;

use mesh_contracts::events::ImageUse;

use super::text::{escape_html, tidy};

/// From a page at `posts/{slug}/` to the root of the site. Relative, so that a page opened as a file shows its images.
pub(super) const TO_ROOT: &str = "../../";
/// The text column is at most this wide (62 zeros of the page's font), less the margins on a narrow screen. `rem` counts
/// the browser's own font size here, which the page enlarges.
const SIZES: &str = "(min-width: 53rem) 50rem, calc(100vw - 2.5rem)";
/// The width, in pixels, of the file a browser takes that knows no `srcset`.
const FALLBACK_WIDTH: u32 = 800;

/// One image of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Where it stands: 0 under the title, n under the n-th second-level heading.
    pub section: u32,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Its files.
    pub files: Vec<PictureFile>,
}

/// One file of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFile {
    /// What it is for.
    pub usage: ImageUse,
    /// Path below the root of the site; see [`is_site_image`].
    pub path: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Media type: `image/jpeg`.
    pub media_type: String,
}

impl PictureFile {
    /// Address of the file as a page of an article names it.
    pub(super) fn relative(&self) -> String {
        format!("{TO_ROOT}{}", self.path)
    }
}

impl Picture {
    /// The file that stands for the image where only one can be named; `None` when there is nothing to show.
    pub(super) fn main(&self) -> Option<&PictureFile> {
        let files = self.content();
        let mut plain: Vec<_> = files.iter().copied().filter(|file| is_plain(&file.media_type)).collect();
        if plain.is_empty() {
            plain = files;
        }
        plain.iter().find(|file| file.width >= FALLBACK_WIDTH).or(plain.last()).copied()
    }

    /// The file for `usage`, when there is one.
    pub(super) fn file(&self, usage: ImageUse) -> Option<&PictureFile> {
        self.files.iter().find(|file| file.usage == usage)
    }

    /// The files for the text, narrow ones first.
    fn content(&self) -> Vec<&PictureFile> {
        let mut files: Vec<_> = self.files.iter().filter(|file| file.usage == ImageUse::Content).collect();
        files.sort_by_key(|file| file.width);
        files
    }
}

/// Formats every browser and every reader of feeds shows.
fn is_plain(media_type: &str) -> bool {
    matches!(media_type, "image/jpeg" | "image/png" | "image/gif")
}

/// Whether a path is one of the site's images and nothing else: below `images/`, nothing to escape, no way up.
#[must_use]
pub fn is_site_image(path: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    path.starts_with("images/")
        && path.bytes().all(allowed)
        && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

/// The image as HTML. The first image of a page is the largest thing on the screen and is loaded at once.
pub(super) fn figure(picture: &Picture, first: bool) -> String {
    let Some(main) = picture.main() else { return String::new() };
    let mut sets: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in picture.content() {
        sets.entry(&file.media_type).or_default().push(format!("{} {}w", file.relative(), file.width));
    }
    let own = sets.remove(main.media_type.as_str()).unwrap_or_default().join(", ");
    let load = if first { "loading=\"eager\" fetchpriority=\"high\"" } else { "loading=\"lazy\"" };
    let img = format!(
        "<img src=\"{}\" srcset=\"{own}\" sizes=\"{SIZES}\" width=\"{}\" height=\"{}\" alt=\"{}\" decoding=\"async\" {load}>",
        main.relative(),
        main.width,
        main.height,
        escaped(&tidy(&picture.alt)),
    );
    if sets.is_empty() {
        return format!("<figure>{img}</figure>\n");
    }
    let sources: String = sets
        .iter()
        .map(|(kind, set)| {
            format!("<source type=\"{}\" srcset=\"{}\" sizes=\"{SIZES}\">", escaped(kind), set.join(", "))
        })
        .collect();
    format!("<figure><picture>{sources}{img}</picture></figure>\n")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Writing to a string does not fail.
    let _ = escape_html(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::fixture::picture;
    use super::*;

    #[test]
    fn only_paths_of_the_sites_images_are_taken() {
        assert!(is_site_image("images/7fb2/r1/1-800.jpg"));
        for bad in ["", "images/", "/images/a.jpg", "images/../a.jpg", "images//a", "posts/a.jpg", "images/a b.jpg"] {
            assert!(!is_site_image(bad), "{bad}");
        }
        assert!(!is_site_image("images/a\".jpg") && !is_site_image("https://x.test/images/a.jpg"));
    }

    #[test]
    fn sizes_are_known_before_the_image_is() {
        let html = figure(&picture(0), true);
        assert!(html.contains("width=\"800\" height=\"450\""), "{html}");
        assert!(html.contains("src=\"../../images/c/r2/1-800.jpg\""), "{html}");
        let set = "srcset=\"../../images/c/r2/1-480.jpg 480w, ../../images/c/r2/1-800.jpg 800w, ../../images/c/r2/1-1600.jpg 1600w\"";
        assert!(html.contains(set), "{html}");
        assert!(html.contains("loading=\"eager\" fetchpriority=\"high\""), "{html}");
        assert!(figure(&picture(0), false).contains("loading=\"lazy\""));
    }

    #[test]
    fn what_it_shows_cannot_become_markup() {
        let hostile = Picture { alt: "\"><script>x</script>".into(), ..picture(0) };
        let html = figure(&hostile, false);
        assert!(html.contains("alt=\"&quot;&gt;&lt;script&gt;x&lt;/script&gt;\""), "{html}");
    }

    #[test]
    fn newer_formats_are_offered_beside_the_plain_one() {
        let mut both = picture(0);
        let webp = PictureFile {
            path: "images/c/r2/1-800.webp".into(),
            media_type: "image/webp".into(),
            ..both.files[1].clone()
        };
        both.files.push(webp);
        let html = figure(&both, false);
        assert!(
            html.starts_with(
                "<figure><picture><source type=\"image/webp\" srcset=\"../../images/c/r2/1-800.webp 800w\""
            ),
            "{html}"
        );
        assert!(html.contains("<img src=\"../../images/c/r2/1-800.jpg\""), "{html}");
    }

    #[test]
    fn an_image_without_files_is_not_there() {
        assert_eq!(figure(&Picture { files: Vec::new(), ..picture(0) }, true), "");
    }
}
