//! The article page.

use std::sync::LazyLock;

use chrono::{DateTime, SecondsFormat, Utc};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, escape_formatter};
use serde::Serialize;

use super::json_ld::json_ld;
use super::markdown::{Article, article};
use super::text::{clip, escape_html, tidy};
use super::{Page, RenderError};

const TEMPLATE: &str = "article.html";
const CSS: &str = concat!(include_str!("../../templates/base.css"), include_str!("../../templates/article.css"));
/// Longest headline search engines show.
const TITLE_CHARS: usize = 110;
/// Languages written from right to left.
const RIGHT_TO_LEFT: [&str; 7] = ["ar", "dv", "fa", "he", "ps", "ur", "yi"];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, String>> =
    LazyLock::new(|| environment().map_err(|error| error.to_string()));

/// What the template may print; missing names are errors.
#[derive(Serialize)]
struct View<'a> {
    css: &'static str,
    lang: &'a str,
    dir: &'static str,
    /// The page's own words are English; elsewhere they must say so.
    chrome_is_foreign: bool,
    title: String,
    heading: &'a str,
    description: String,
    share_description: String,
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

#[derive(Serialize)]
struct Moment {
    machine: String,
    human: String,
}

/// The complete HTML document for `posts/{slug}/index.html`. It loads nothing and runs nothing, and it
/// works from a web server as well as opened as a file.
///
/// # Errors
/// [`RenderError::InvalidSlug`] when the slug is no path segment; otherwise only when a serialiser or
/// the template fails.
pub fn html(page: &Page) -> Result<String, RenderError> {
    page.check()?;
    let article = article(&page.markdown, &page.title)?;
    let view = view(page, &article)?;
    let environment = ENVIRONMENT.as_ref().map_err(|reason| broken_template(reason))?;
    let template = environment.get_template(TEMPLATE).map_err(RenderError::Template)?;
    template.render(Serde(view)).map_err(RenderError::Template)
}

fn broken_template(reason: &str) -> RenderError {
    RenderError::Template(Error::new(ErrorKind::InvalidOperation, reason.to_owned()))
}

fn view<'a>(page: &'a Page, article: &'a Article) -> Result<View<'a>, RenderError> {
    let title = Some(tidy(&page.title)).filter(|title| !title.is_empty());
    let heading = article.heading.as_deref().unwrap_or(&page.title);
    let title = title.unwrap_or_else(|| heading.to_owned());
    let description = page.meta_description(&article.lead);
    let primary = page.lang().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    Ok(View {
        css: CSS,
        lang: page.lang(),
        dir: if RIGHT_TO_LEFT.contains(&primary.as_str()) { "rtl" } else { "ltr" },
        chrome_is_foreign: primary != "en",
        json_ld: json_ld(page, &clip(&title, TITLE_CHARS), &description)?,
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

/// The summary under the title, unless the text opens with the same words.
fn standfirst(page: &Page, lead: &str) -> Option<String> {
    let summary = tidy(&page.summary);
    let opening = summary.trim_end_matches(['…', '.', ' ']);
    (!opening.is_empty() && !lead.starts_with(opening)).then_some(summary)
}

fn moment(at: DateTime<Utc>) -> Moment {
    Moment { machine: at.to_rfc3339_opts(SecondsFormat::Secs, true), human: at.format("%-d %B %Y").to_string() }
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    environment.set_formatter(write_value);
    environment.add_template(TEMPLATE, include_str!("../../templates/article.html"))?;
    Ok(environment)
}

/// As minijinja escapes, but `/` stays as it is, so that URLs in the page read as URLs.
fn write_value(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() && matches!(state.auto_escape(), AutoEscape::Html) => {
            let mut escaped = String::with_capacity(text.len());
            escape_html(&mut escaped, text)?;
            Ok(out.write_str(&escaped)?)
        }
        _ => escape_formatter(out, state, value),
    }
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
