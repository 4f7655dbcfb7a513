//! Language models that say what a test tells them to, and the text they say.

mod article;
mod scripted;

pub use article::canned_article;
pub use scripted::{Reply, ScriptedTextModel, failure, response};
