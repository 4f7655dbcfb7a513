//! What an editor sets for a site.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Detail, HexColor, Int, Language, List, Name, Text, Time,
    events::{Feed, Source},
    object::{object_only, word_only},
};

/// Shape of the images, width to height.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub enum AspectRatio {
    /// Wide screens.
    #[default]
    #[serde(rename = "16:9")]
    Wide,
    /// Photographs.
    #[serde(rename = "3:2")]
    Photo,
    /// Older screens.
    #[serde(rename = "4:3")]
    Standard,
    /// Square.
    #[serde(rename = "1:1")]
    Square,
    /// Upright.
    #[serde(rename = "3:4")]
    Portrait,
    /// Upright screens.
    #[serde(rename = "9:16")]
    Tall,
}
word_only!(AspectRatio);

impl AspectRatio {
    /// Width and height, in parts.
    #[must_use]
    pub fn parts(self) -> (u32, u32) {
        match self {
            Self::Wide => (16, 9),
            Self::Photo => (3, 2),
            Self::Standard => (4, 3),
            Self::Square => (1, 1),
            Self::Portrait => (3, 4),
            Self::Tall => (9, 16),
        }
    }
}

/// What becomes of an article whose images or metadata failed or never came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum MissingPart {
    /// It is published without them, and says so.
    #[default]
    Degrade,
    /// It fails.
    Fail,
}
word_only!(MissingPart);

/// How an article is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum ArticleStages {
    /// In stages from 1,200 words on, at once below.
    #[default]
    Auto,
    /// At once, by one call of the model.
    Single,
    /// In stages: an outline, each section, a polish of the whole.
    Staged,
}
word_only!(ArticleStages);

/// Kind `website_settings`, written by the gateway: a site and its brand. Id: the site. Field names are those of the
/// document; those it does not know follow `isActive`.
///
/// Source: serverless blog pipeline, table WebsiteSettings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct WebsiteSettings {
    /// The site.
    pub website_id: Name,
    /// Its name, as readers see it.
    pub website_name: Text<1, 120>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_description: Option<Text<1, 1000>>,
    /// How it speaks: "warm and plain".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand_tone: Option<Text<1, 200>>,
    /// Whom it speaks to: "owners of small shops".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_audience: Option<Text<1, 300>>,
    /// Fewest words of an article.
    #[serde(default = "length_min")]
    pub article_length_min: Int<300, 2000>,
    /// Most words of an article; a deployment may lower the bound (MAX_WORDS).
    #[serde(default = "length_max")]
    pub article_length_max: Int<300, 2000>,
    /// Colours of the brand, the most important first.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub brand_colors: List<HexColor, 8>,
    /// Style of the images: "flat illustration, soft light".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_style_prompt: Option<Text<1, 1000>>,
    /// Shape of the images.
    #[serde(default)]
    pub image_aspect_ratio: AspectRatio,
    /// What images must not show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negative_image_prompts: Option<Text<1, 1000>>,
    /// Words its articles should be found by.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub core_keywords: List<Text<1, 80>, 20>,
    /// Wishes for titles, descriptions and keywords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seo_instructions: Option<Text<1, 1000>>,
    /// Wishes for headings, lists and the like; docs/formatting-notes.md lists those that are rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markdown_formatting_notes: Option<Text<1, 1000>>,
    /// The text model, as `provider/model`, or several in their order with spaces between them; one that is not configured is
    /// refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_text_model: Option<Text<1, 100>>,
    /// The image model, in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_image_model: Option<Text<1, 100>>,
    /// What every draft should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_context: Option<Text<1, 1000>>,
    /// Whether articles are made for it.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Language of its articles.
    #[serde(default)]
    pub language: Language,
    /// Where it is served, without a final slash: `https://example.com`; absent: where the deployment serves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_url: Option<Text<1, 300>>,
    /// Who answers for its articles; absent: the site's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Text<1, 120>>,
    /// Whether drafts are rewritten to tone, audience and length.
    #[serde(default = "yes")]
    pub refine: bool,
    /// Whether articles get metadata of their own.
    #[serde(default = "yes")]
    pub metadata: bool,
    /// Images of an article.
    #[serde(default = "three")]
    pub images_per_article: Int<0, 10>,
    /// Further drafts the review may ask for.
    #[serde(default)]
    pub max_revisions: Int<0, 3>,
    /// What becomes of an article whose images or metadata are missing.
    #[serde(default)]
    pub on_missing_part: MissingPart,
    /// How long an article waits for its images and metadata, in minutes.
    #[serde(default = "half_an_hour")]
    pub part_wait_minutes: Int<1, 1440>,
    /// Most money its models may cost in a calendar month (UTC), in millionths of a US dollar; absent: no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_budget_micro_usd: Option<Int<0, 9_007_199_254_740_991>>,
    /// How its articles are written.
    #[serde(default)]
    pub article_stages: ArticleStages,
    /// What every article may draw on and cite, after the sources of its request.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub research_sources: List<Source, 20>,
    /// Feeds whose entries every article may draw on and cite: the content of each, not its address.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub research_feeds: List<Feed, 2>,
    /// When it was first stored.
    pub created_at: Time,
    /// When it was stored last.
    pub updated_at: Time,
}
object_only!(WebsiteSettings);

fn yes() -> bool {
    true
}

fn length_min() -> Int<300, 2000> {
    Int::clamp(600)
}

fn length_max() -> Int<300, 2000> {
    Int::clamp(1000)
}

fn three() -> Int<0, 10> {
    Int::clamp(3)
}

fn half_an_hour() -> Int<1, 1440> {
    Int::clamp(30)
}

impl WebsiteSettings {
    /// The settings of a site nobody has set up: metadata, no images, no refinement.
    #[must_use]
    pub fn unset(website_id: Name, website_name: &str, at: Time) -> Self {
        Self {
            website_id,
            website_name: Text::clip(website_name),
            website_description: None,
            brand_tone: None,
            target_audience: None,
            article_length_min: length_min(),
            article_length_max: length_max(),
            brand_colors: List::default(),
            image_style_prompt: None,
            image_aspect_ratio: AspectRatio::default(),
            negative_image_prompts: None,
            core_keywords: List::default(),
            seo_instructions: None,
            markdown_formatting_notes: None,
            preferred_text_model: None,
            preferred_image_model: None,
            additional_context: None,
            is_active: true,
            language: Language::default(),
            website_url: None,
            author: None,
            refine: false,
            metadata: true,
            images_per_article: Int::clamp(0),
            max_revisions: Int::clamp(0),
            on_missing_part: MissingPart::default(),
            part_wait_minutes: half_an_hour(),
            monthly_budget_micro_usd: None,
            article_stages: ArticleStages::default(),
            research_sources: List::default(),
            research_feeds: List::default(),
            created_at: at,
            updated_at: at,
        }
    }

    /// What a schema cannot say of the settings: bounds that depend on one another or on the deployment.
    #[must_use]
    pub fn check(&self, max_words: u32) -> Vec<Detail> {
        let (min, max) = (self.article_length_min.get(), self.article_length_max.get());
        let mut wrong = Vec::new();
        if min > max {
            wrong.push(Detail::new("articleLengthMin", Some(&min.to_string()), "at most articleLengthMax"));
        }
        if max > i64::from(max_words) {
            let limit = format!("at most {max_words} (MAX_WORDS)");
            wrong.push(Detail::new("articleLengthMax", Some(&max.to_string()), &limit));
        }
        if let Some(url) = self.website_url.as_deref().filter(|url| !is_address(url)) {
            wrong.push(Detail::new("websiteUrl", Some(url), "an http or https address without a final slash"));
        }
        wrong
    }

    /// Words an article is asked for: the mean of its bounds.
    #[must_use]
    pub fn article_length(&self) -> Int<300, 2000> {
        Int::clamp(i64::midpoint(self.article_length_min.get(), self.article_length_max.get()))
    }
}

/// Whether it is an absolute http or https address to which paths can be added: no blanks, quotes, query or fragment.
fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let allowed = |b: u8| b.is_ascii_graphic() && !br#""'<>?#\^`{|}"#.contains(&b);
    !rest.is_empty() && !rest.starts_with('/') && !rest.ends_with('/') && rest.bytes().all(allowed)
}
