//! Rules that bring metadata within the limits of search engines and link previews. Pure functions.
//!
//! Source: Yoast's SEO assessments (title, description, keyphrase, slug), Open Graph.

mod description;
mod keyphrase;
mod keywords;
mod slug;
mod text;
mod title;

use mesh_contracts::{
    Id, List, Text,
    events::{Metadata, ReviewCompleted},
    records::WebsiteSettings,
};

use self::text::{cut, one_line, plain};
use crate::prompt::Suggested;

/// Most characters of a title for link previews; more is cut off there.
const OG_TITLE_CHARS: usize = 95;
/// Most characters of a description for link previews.
const OG_DESCRIPTION_CHARS: usize = 200;

/// What the rules look up in the article.
#[derive(Debug)]
pub(crate) struct Article<'a> {
    content_id: Id,
    title: &'a str,
    topic: &'a str,
    summary: &'a str,
    keywords: Vec<&'a str>,
    core_keywords: Vec<&'a str>,
    /// Its text without marks, title and headings included, as [`text::normal`] gives it.
    words: String,
    /// Its paragraphs without marks.
    prose: String,
}

impl<'a> Article<'a> {
    pub(crate) fn of(review: &'a ReviewCompleted, website: &'a WebsiteSettings, markdown: &str) -> Self {
        Self {
            content_id: review.content_id,
            title: &review.title,
            topic: &review.content_topic,
            summary: &review.summary,
            keywords: review.keywords.iter().map(|keyword| keyword.as_str()).collect(),
            core_keywords: website.core_keywords.iter().map(|keyword| keyword.as_str()).collect(),
            words: text::normal(&format!("{} {markdown}", review.title.as_str())),
            prose: text::prose(markdown),
        }
    }
}

/// The metadata within the rules, and the names of the fields that had to be changed by more than white space; `None` when
/// there is not enough text for a description.
pub(crate) fn bring_within(suggested: &Suggested, article: &Article<'_>) -> Option<(Metadata, Vec<&'static str>)> {
    let keyphrase = keyphrase::choose(&suggested.keyphrase, article);
    let title = title::fit(&suggested.title, &keyphrase, article);
    let description = description::fit(&suggested.description, &keyphrase, article)?;
    let slug = slug::fit(&suggested.slug, &keyphrase, &title, article)?;
    let keywords = keywords::fit(&suggested.keywords, &keyphrase, article);
    let og_title = or(&suggested.og_title, &title, OG_TITLE_CHARS);
    let og_description = or(&suggested.og_description, &description, OG_DESCRIPTION_CHARS);
    let given: Vec<String> = suggested.keywords.iter().map(|keyword| one_line(keyword)).collect();
    let changed = [
        ("title", title != one_line(&suggested.title)),
        ("description", description != one_line(&suggested.description)),
        ("slug", *slug != *one_line(&suggested.slug)),
        ("keyphrase", keyphrase != one_line(&suggested.keyphrase)),
        ("keywords", keywords != given),
        ("og_title", og_title != one_line(&suggested.og_title)),
        ("og_description", og_description != one_line(&suggested.og_description)),
    ];
    let mended = changed.into_iter().filter_map(|(field, changed)| changed.then_some(field)).collect();
    let metadata = Metadata {
        title: Text::clip(&title),
        description: Text::new(description).ok()?,
        slug,
        keyphrase: Text::clip(&keyphrase),
        keywords: List::clip(keywords.iter().map(|keyword| Text::clip(keyword))),
        og_title: Text::clip(&og_title),
        og_description: Text::clip(&og_description),
    };
    Some((metadata, mended))
}

/// What was given, or what stands in for it, within so many characters.
fn or(given: &str, instead: &str, most: usize) -> String {
    let given = plain(given);
    cut(if given.is_empty() { instead } else { &given }, most)
}

#[cfg(test)]
mod tests;
