//! Articles as Markdown: from a model's answer to text that stands by itself, its measures and its parts. Pure functions,
//! shared by the agents that have models write.

mod ascii;
mod citations;
mod clean;
mod html;
mod parts;
mod trim;

pub use ascii::ascii_words;
pub use citations::{Citation, citations, with_citations, without_citations};
pub use clean::clean;
pub use html::html_text;
pub use parts::{first_paragraph, headings, summary, title};
pub use trim::{count_words, trim};
