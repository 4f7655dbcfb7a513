//! The events by which an article gets its images.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cost, PartStatus};
use crate::{
    Contract, Finality, Id, Int, Language, List, Name, Pointer, Text, Time,
    object::{object_only, word_only},
};

/// One planned image. Published to `/image/requested` by image-plan, once per image.
///
/// Source: serverless blog pipeline, functions 3 and 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ImageRequested {
    /// The article.
    pub content_id: Id,
    /// The draft the plan was made from.
    pub revision: Int<1, 1000>,
    /// The topic as requested.
    pub content_topic: Text<1, 200>,
    /// Which image of the article, from 1.
    pub number: Int<1, 10>,
    /// How many images the article gets.
    pub of: Int<1, 10>,
    /// What is to be seen, before brand colours and style are added.
    pub prompt: Text<1, 2000>,
    /// What it shows, for those who cannot see it.
    pub alt_text: Text<1, 200>,
    /// Where it stands: 0 under the title, n under the n-th second-level heading.
    pub section: Int<0, 100>,
    /// The site's settings and the post as they were when the article was asked for; absent: the defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<Pointer>,
    /// What planning cost; the same in every request of a plan.
    pub plan_cost: Cost,
    /// True: a rule-based stand-in made the plan.
    pub offline: bool,
    /// The caller's own id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text<1, 200>>,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
    /// Language of the article.
    pub language: Language,
}
object_only!(ImageRequested);

impl Contract for ImageRequested {
    const TYPE: &'static str = "ImageRequested";
    const CONTRACT: &'static str = "image-requested-v1";
    const CHANNEL: &'static str = "/image/requested";
    const FINALITY: Finality = Finality::Step;
}

/// What a file of an image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum ImageUse {
    /// In the text, at one of several widths.
    Content,
    /// Link previews, 1200 x 630 (OpenGraph).
    Share,
    /// Search results, 1:1.
    Square,
    /// Search results, 4:3.
    Standard,
    /// Search results, 16:9.
    Wide,
}
word_only!(ImageUse);

/// One file of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ImageFile {
    /// What it is for.
    pub usage: ImageUse,
    /// Path below the site's address: `images/{content_id}/r1/1-800.jpg`.
    pub path: Text<1, 300>,
    /// The file.
    pub file: Pointer,
    /// Pixels.
    pub width: Int<1, 10_000>,
    /// Pixels.
    pub height: Int<1, 10_000>,
}
object_only!(ImageFile);

/// One image of an article, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ImageItem {
    /// Which image, from 1.
    pub number: Int<1, 10>,
    /// How it ended.
    pub status: PartStatus,
    /// Where it stands: 0 under the title, n under the n-th second-level heading.
    pub section: Int<0, 100>,
    /// What it shows, for those who cannot see it.
    pub alt_text: Text<1, 200>,
    /// The image as large as it was made, PNG; absent when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Pointer>,
    /// Files of it for the page, for link previews and for search.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub files: List<ImageFile, 12>,
    /// The model that made it, as `provider/model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Text<1, 100>>,
    /// True: a rule-based stand-in made it.
    pub offline: bool,
    /// Why it is degraded or failed: a code with a page in `contracts/errors/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text<1, 80>>,
    /// The same in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<1, 300>>,
}
object_only!(ImageItem);

/// All images of an article have ended. Published to `/content/images` by image-render with the last one, or by
/// image-plan when there is nothing to render.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ImagesReady {
    /// The article.
    pub content_id: Id,
    /// The draft they were planned from.
    pub revision: Int<1, 1000>,
    /// The topic as requested.
    pub content_topic: Text<1, 200>,
    /// How all of them ended: `ok` when all are, `failed` when none is there.
    pub status: PartStatus,
    /// The images, in order.
    pub images: List<ImageItem, 10>,
    /// Why there are none: a code with a page in `contracts/errors/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text<1, 80>>,
    /// The same in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<1, 300>>,
    /// What the plan and all images cost.
    pub cost: Cost,
    /// When the last one ended.
    pub ready_at: Time,
    /// The caller's own id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text<1, 200>>,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
}
object_only!(ImagesReady);

impl Contract for ImagesReady {
    const TYPE: &'static str = "ImagesReady";
    const CONTRACT: &'static str = "images-ready-v1";
    const CHANNEL: &'static str = "/content/images";
    const FINALITY: Finality = Finality::Step;
}
