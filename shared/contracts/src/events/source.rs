//! What an article may draw on: texts somebody gives, and feeds given as their content.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Text, WebAddress, object::object_only};

/// Content of an RSS, Atom or JSON feed. Its entries become sources, the newest first.
pub type Feed = Text<1, 24_000>;

/// A text an article may draw on and cite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Source {
    /// Its title, as readers see it among the sources of the article.
    pub title: Text<1, 200>,
    /// What it says, plain text: the passage, a summary, notes.
    pub text: Text<1, 4000>,
    /// Where readers find it. It is printed as a link, and never fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
}
object_only!(Source);
