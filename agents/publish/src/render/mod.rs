//! Pure rendering: a [`Page`] in, an HTML document or a Markdown file with front matter out.
//!
//! The Markdown is written by a model, so it is treated as hostile. Three barriers stand behind each
//! other: comrak emits no raw HTML, ammonia passes an allow-list only, and the page's own
//! Content-Security-Policy lets nothing run, and load only the site's own images.

mod accent;
mod error;
mod figure;
mod front_matter;
mod html;
mod json_ld;
mod markdown;
mod notice;
mod page;
mod place;
mod sanitize;
mod slug;
mod sources;
mod template;
mod text;

pub use error::RenderError;
pub use figure::{Picture, PictureFile, is_site_image};
pub use front_matter::front_matter;
pub use html::html;
pub(crate) use markdown::{opening_title, options, outline};
pub use notice::{NOTICE_MARK, Notice, notice};
pub use page::{Page, Provenance};
pub use slug::{slug, unique_slug};
pub use sources::PageSource;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod preview_tests;
#[cfg(test)]
mod safety_tests;
