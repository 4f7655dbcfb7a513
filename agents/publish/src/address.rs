//! Where an article's page is: unique within its site, and for good.

use mesh_contracts::{
    Name, Slug,
    events::{MetadataReady, ReviewCompleted},
    records::{PublicationRecord, SlugRecord},
};
use mesh_core::{AgentError, Context, ports::Write};

use crate::{
    render::{slug, unique_slug},
    store::read,
};

/// The folder of all pages of articles.
const FOLDER: &str = "posts/";

/// Where a page is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Address {
    /// Last segment of the path.
    pub(crate) segment: String,
    /// Makes the address the article's, when it is not yet.
    pub(crate) claim: Option<Write>,
}

impl Address {
    /// Path below the site's address.
    pub(crate) fn path(&self) -> String {
        format!("{FOLDER}{}/", self.segment)
    }
}

/// The id of the page of an article: one page per article, or one per post.
pub(crate) fn publication_id(site: &Name, content_id: impl std::fmt::Display, post: Option<&Name>) -> String {
    match post {
        Some(post) => format!("{site}/post-{post}"),
        None => format!("{site}/{content_id}"),
    }
}

/// The last segment of a page's path.
pub(crate) fn segment_of(path: &str) -> &str {
    path.strip_prefix(FOLDER).unwrap_or(path).trim_end_matches('/')
}

/// The address of an article: the one it has; a new one is the post's id, or the slug of the metadata or of the title, with
/// a suffix when another article was first.
pub(crate) async fn address(
    review: &ReviewCompleted,
    metadata: Option<&MetadataReady>,
    shown: Option<&PublicationRecord>,
    ctx: &Context<'_>,
) -> Result<Address, AgentError> {
    if let Some(record) = shown {
        return Ok(Address { segment: segment_of(&record.path).to_owned(), claim: None });
    }
    let site = &review.website_id;
    let last = format!("article-{}", review.content_id.0.simple());
    for segment in candidates(review, metadata) {
        let Ok(word) = Slug::new(segment.as_str()) else {
            // The id of a post that no article's slug can be.
            return Ok(Address { segment, claim: None });
        };
        let Some(document) = ctx.get("slug", &format!("{site}/{segment}")).await? else {
            return claimed(site, word, review);
        };
        if read::<SlugRecord>(&document)?.content_id == review.content_id {
            return Ok(Address { segment, claim: None });
        }
    }
    match Slug::new(last.as_str()) {
        Ok(word) => claimed(site, word, review),
        Err(_) => Ok(Address { segment: last, claim: None }),
    }
}

fn candidates(review: &ReviewCompleted, metadata: Option<&MetadataReady>) -> [String; 2] {
    let written = metadata.and_then(|metadata| metadata.metadata.as_ref()).map(|metadata| metadata.slug.to_string());
    let first = match &review.post_id {
        Some(post) => post.to_string(),
        None => written.unwrap_or_else(|| slug(&review.title)),
    };
    let second = unique_slug(&first, review.content_id.0);
    [first, second]
}

fn claimed(site: &Name, slug: Slug, review: &ReviewCompleted) -> Result<Address, AgentError> {
    let record = SlugRecord { content_id: review.content_id, slug };
    let claim = Write::create("slug", format!("{site}/{}", record.slug), &record)?.owner(site);
    Ok(Address { segment: record.slug.to_string(), claim: Some(claim) })
}
