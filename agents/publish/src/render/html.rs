//! The article page.

use chrono::{DateTime, SecondsFormat, Utc};
use mesh_contracts::events::ImageUse;
use serde::Serialize;

use super::json_ld::json_ld;
use super::markdown::{Article, article};
use super::place::Urls;
use super::sources::without_numbers;
use super::template::{self, ARTICLE};
use super::text::{clip, tidy};
use super::{Page, RenderError, accent};

pub(super) const CSS: &str =
    concat!(include_str!("../../templates/base.css"), include_str!("../../templates/article.css"));
/// Longest headline search engines show.
const TITLE_CHARS: usize = 110;
/// Languages written from right to left.
const RIGHT_TO_LEFT: [&str; 7] = ["ar", "dv", "fa", "he", "ps", "ur", "yi"];

/// What the template may print; missing names are errors.
#[derive(Serialize)]
struct View<'a> {
    css: &'static str,
    accent: String,
    lang: &'a str,
    dir: &'static str,
    /// The page's own words are English; elsewhere they must say so.
    chrome_is_foreign: bool,
    title: String,
    heading: &'a str,
    description: String,
    share_title: String,
    share_description: String,
    share_image: Option<ShareImage>,
    standfirst: Option<String>,
    canonical: Option<String>,
    site_name: &'a str,
    author: &'a str,
    topic: String,
    keywords: Vec<String>,
    content_id: String,
    revision: u32,
    published: Moment,
    modified: Moment,
    show_modified: bool,
    reading_minutes: u32,
    statement: String,
    offline: bool,
    ai_mark: &'static str,
    models: String,
    prompt_version: &'a str,
    digital_source_type: &'static str,
    json_ld: String,
    body: &'a str,
}

/// The image of a link preview.
#[derive(Serialize)]
struct ShareImage {
    url: String,
    media_type: String,
    width: u32,
    height: u32,
    alt: String,
}

/// A point in time, for machines and for people.
#[derive(Serialize)]
pub(super) struct Moment {
    machine: String,
    human: String,
}

/// The complete HTML document for `posts/{slug}/index.html`. It loads nothing but its images and runs nothing, and it
/// works from a web server as well as opened as a file.
///
/// # Errors
/// [`RenderError::InvalidSlug`] when the slug is no path segment; otherwise only when a serialiser or
/// the template fails.
pub fn html(page: &Page) -> Result<String, RenderError> {
    page.check()?;
    let mut article = article(&page.finished(Urls::Relative), &page.title, &page.pictures)?;
    if !page.sources.is_empty() {
        article.lead = without_numbers(&article.lead);
    }
    template::render(ARTICLE, view(page, &article)?)
}

fn view<'a>(page: &'a Page, article: &'a Article) -> Result<View<'a>, RenderError> {
    let heading = article.heading.as_deref().unwrap_or(&page.title);
    let written = |text: Option<&str>| text.map(tidy).filter(|text| !text.is_empty());
    let title = written(page.search_title.as_deref()).or_else(|| written(Some(&page.title)));
    let title = title.unwrap_or_else(|| heading.to_owned());
    let description = page.meta_description(&article.lead);
    let primary = page.lang().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    Ok(View {
        css: CSS,
        accent: accent::style(page.accent.as_deref()),
        lang: page.lang(),
        dir: if RIGHT_TO_LEFT.contains(&primary.as_str()) { "rtl" } else { "ltr" },
        chrome_is_foreign: primary != "en",
        json_ld: json_ld(page, &clip(&tidy(heading), TITLE_CHARS), &description)?,
        share_title: written(page.share_title.as_deref()).unwrap_or_else(|| title.clone()),
        share_image: share_image(page),
        title,
        heading,
        description,
        share_description: page.share_description(&article.lead),
        standfirst: standfirst(page, &article.lead),
        canonical: page.canonical(),
        site_name: &page.site_name,
        author: &page.author,
        topic: tidy(&page.topic),
        keywords: page.keywords.iter().map(|word| tidy(word)).filter(|word| !word.is_empty()).collect(),
        content_id: page.content_id.to_string(),
        revision: page.revision,
        published: moment(page.published_at),
        modified: moment(page.modified_at),
        show_modified: page.modified_at.date_naive() > page.published_at.date_naive(),
        reading_minutes: page.reading_minutes(),
        statement: page.provenance.statement(),
        offline: page.provenance.offline,
        ai_mark: page.provenance.mark(),
        models: tidy(&page.provenance.models.join(", ")),
        prompt_version: &page.provenance.prompt_version,
        digital_source_type: page.provenance.digital_source_type(),
        body: &article.html,
    })
}

/// The image of link previews, which must be absolute: a local preview has none.
fn share_image(page: &Page) -> Option<ShareImage> {
    let base = page.absolute_base()?;
    let (picture, file) = page.lead_file(ImageUse::Share)?;
    Some(ShareImage {
        url: format!("{base}/{}", file.path),
        media_type: file.media_type.clone(),
        width: file.width,
        height: file.height,
        alt: tidy(&picture.alt),
    })
}

/// The summary under the title, unless the text opens with the same words.
fn standfirst(page: &Page, lead: &str) -> Option<String> {
    let summary = tidy(&page.summary);
    let opening = summary.trim_end_matches(['…', '.', ' ']);
    (!opening.is_empty() && !lead.starts_with(opening)).then_some(summary)
}

pub(super) fn moment(at: DateTime<Utc>) -> Moment {
    Moment { machine: at.to_rfc3339_opts(SecondsFormat::Secs, true), human: at.format("%-d %B %Y").to_string() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::Provenance;
    use super::super::fixture::page;
    use super::*;

    fn short() -> Page {
        Page { markdown: "# Heading\n\nBody & *more*.\n".into(), ..page() }
    }

    #[test]
    fn the_document_is_complete() {
        let document = html(&short()).unwrap();
        // The style is long and says nothing here.
        let (head, rest) = document.split_once("<style>").unwrap();
        let (_, tail) = rest.split_once("</style>").unwrap();
        insta::assert_snapshot!(format!("{head}<style>…</style>{tail}"));
    }

    #[test]
    fn the_h1_appears_once() {
        let document = html(&page()).unwrap();
        assert_eq!(document.matches("<h1").count(), 1);
        assert_eq!(document.matches("Why small queues beat big meetings</h").count(), 1);
        assert!(
            html(&Page { markdown: "Text only.".into(), ..page() })
                .unwrap()
                .contains(">Why small queues beat big meetings</h1>")
        );
    }

    #[test]
    fn a_preview_has_no_canonical() {
        let document = html(&Page { base_url: String::new(), ..short() }).unwrap();
        assert!(!document.contains("canonical") && !document.contains("og:url"));
        assert!(document.contains("href=\"../../index.html\""));
    }

    #[test]
    fn samples_say_so() {
        let provenance = Provenance { offline: true, models: vec!["offline-text-v1".into()], ..Provenance::default() };
        let document = html(&Page { provenance, ..short() }).unwrap();
        assert!(document.contains("<meta name=\"ai-generated\" content=\"algorithmic\">"));
        assert!(document.contains(">Sample text produced without a language model.</p>"));
    }

    #[test]
    fn english_words_are_marked_on_foreign_pages() {
        let document = html(&Page { language: "he-IL".into(), ..short() }).unwrap();
        assert!(document.contains("<html lang=\"he-IL\" dir=\"rtl\">"));
        assert!(document.contains("<p class=\"provenance\" role=\"note\" lang=\"en\" dir=\"ltr\">"));
        assert!(!html(&short()).unwrap().contains("lang=\"en\" dir=\"ltr\">S"));
    }

    #[test]
    fn the_summary_is_not_said_twice() {
        assert!(html(&page()).unwrap().contains("class=\"standfirst\""));
        let repeated = Page { summary: "Every team has a place where work waits.".into(), ..page() };
        assert!(!html(&repeated).unwrap().contains("class=\"standfirst\""));
    }
}
