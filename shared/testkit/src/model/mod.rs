//! Models that say what a test tells them to, and the text and images they answer with.

mod article;
mod image;
mod reply;
mod scripted;

pub use article::{canned_article, canned_metadata};
pub use image::{picture, png};
pub use reply::{Reply, failure, response};
pub use scripted::{Scripted, ScriptedImageModel, ScriptedTextModel};
