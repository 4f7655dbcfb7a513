//! Pure rendering: a [`Page`] in, an HTML document or a Markdown file with front matter out.
//!
//! The Markdown is written by a model, so it is treated as hostile. Three barriers stand behind each
//! other: comrak emits no raw HTML, ammonia passes an allow-list only, and the page's own
//! Content-Security-Policy lets nothing run or load.

mod error;
mod front_matter;
mod html;
mod json_ld;
mod markdown;
mod page;
mod sanitize;
mod slug;
mod text;

pub use error::RenderError;
pub use front_matter::front_matter;
pub use html::html;
pub use page::{Page, Provenance};
pub use slug::slug;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod safety_tests;
