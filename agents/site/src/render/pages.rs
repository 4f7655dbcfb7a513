//! The pages that list articles: the index and its archive.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::template::list;
use super::{Entry, File, RenderError, Site};

/// Articles on the index.
pub const INDEX_ENTRIES: usize = 100;
/// Articles on an archive page.
pub const PAGE_ENTRIES: usize = 100;

const CSS: &str = concat!(include_str!("../../templates/base.css"), include_str!("../../templates/list.css"));
/// Languages written from right to left.
const RIGHT_TO_LEFT: [&str; 7] = ["ar", "dv", "fa", "he", "ps", "ur", "yi"];

/// What the template may print; missing names are errors.
#[derive(Serialize)]
struct View<'a> {
    css: &'static str,
    lang: &'a str,
    dir: &'static str,
    /// The page's own words are English; elsewhere they must say so.
    chrome_is_foreign: bool,
    /// Path from this page to the root of the site.
    root: &'static str,
    site_name: &'a str,
    description: &'a str,
    canonical: Option<String>,
    /// Number of the archive page, or none on the index.
    page: Option<usize>,
    newer: Option<String>,
    older: Option<String>,
    entries: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    href: String,
    image: Option<String>,
    title: &'a str,
    summary: &'a str,
    lang: Option<&'a str>,
    machine_date: String,
    human_date: String,
    offline: bool,
}

/// The home page: the latest [`INDEX_ENTRIES`] articles, and the way to the archive when it holds more.
///
/// # Errors
/// Only when the template fails.
pub fn index(site: &Site, latest: &[Entry], archive_pages: usize) -> Result<String, RenderError> {
    let shown = &latest[..latest.len().min(INDEX_ENTRIES)];
    // With one page the archive repeats the index.
    let older = (archive_pages > 1).then(|| format!("archive/{archive_pages}.html"));
    let canonical = site.absolute_base().map(|base| format!("{base}/"));
    list(View { canonical, older, entries: items(site, "", shown), ..view(site, "") })
}

/// Archive pages that `total` articles fill.
#[must_use]
pub fn archive_pages(total: usize) -> usize {
    total.div_ceil(PAGE_ENTRIES)
}

/// All archive pages. Page 1 holds the oldest articles and nothing on a page depends on how many follow
/// it, but the link to the next: a new article changes the last page only, at most the last two.
///
/// # Errors
/// Only when the template fails.
pub fn archives(site: &Site, newest_first: &[Entry]) -> Result<Vec<File>, RenderError> {
    let pages = archive_pages(newest_first.len());
    let oldest_first = newest_first.rchunks(PAGE_ENTRIES).zip(1..);
    oldest_first.map(|(entries, number)| archive(site, entries, number, pages)).collect()
}

/// The archive page `number` of `pages`; `entries` are its own, newest first.
///
/// # Errors
/// Only when the template fails.
pub fn archive(site: &Site, entries: &[Entry], number: usize, pages: usize) -> Result<File, RenderError> {
    let path = format!("archive/{number}.html");
    let body = list(View {
        canonical: site.absolute_base().map(|base| format!("{base}/{path}")),
        page: Some(number),
        newer: (number < pages).then(|| format!("{}.html", number + 1)),
        older: (number > 1).then(|| format!("{}.html", number - 1)),
        entries: items(site, "../", entries),
        ..view(site, "../")
    })?;
    Ok(File::new(path, body))
}

fn view<'a>(site: &'a Site, root: &'static str) -> View<'a> {
    let primary = site.lang().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    View {
        css: CSS,
        lang: site.lang(),
        dir: if RIGHT_TO_LEFT.contains(&primary.as_str()) { "rtl" } else { "ltr" },
        chrome_is_foreign: primary != "en",
        root,
        site_name: &site.name,
        description: site.description.trim(),
        canonical: None,
        page: None,
        newer: None,
        older: None,
        entries: Vec::new(),
    }
}

fn items<'a>(site: &Site, root: &str, entries: &'a [Entry]) -> Vec<Item<'a>> {
    let item = |entry: &'a Entry| Item {
        href: format!("{root}{}", entry.file()),
        image: entry.image.as_deref().filter(|path| path.starts_with("images/")).map(|path| format!("{root}{path}")),
        title: &entry.title,
        summary: entry.summary.trim(),
        lang: Some(entry.language.trim()).filter(|tag| !tag.is_empty() && *tag != site.lang()),
        machine_date: entry.published_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        human_date: human(entry.published_at),
        offline: entry.offline,
    };
    entries.iter().map(item).collect()
}

fn human(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::fixture::{entries, entry, site};
    use super::*;

    fn without_style(document: &str) -> String {
        let (head, rest) = document.split_once("<style>").unwrap();
        let (_, tail) = rest.split_once("</style>").unwrap();
        format!("{head}<style>…</style>{tail}")
    }

    #[test]
    fn the_index_lists_articles() {
        let mut two = entries(2);
        two[1].offline = true;
        two[1].language = "de".into();
        two[1].image = Some("images/a/r1/1-standard.jpg".into());
        insta::assert_snapshot!(without_style(&index(&site(), &two, 1).unwrap()));
    }

    #[test]
    fn an_empty_site_says_so() {
        let empty = index(&site(), &[], 0).unwrap();
        assert!(empty.contains("Nothing has been published yet.") && !empty.contains("archive/"));
    }

    #[test]
    fn the_index_is_bounded_and_leads_to_the_archive() {
        let document = index(&site(), &entries(250), 3).unwrap();
        assert_eq!(document.matches("<article").count(), INDEX_ENTRIES);
        assert!(document.contains("href=\"archive/3.html\""));
    }

    #[test]
    fn archive_pages_are_numbered_from_the_oldest() {
        let files = archives(&site(), &entries(250)).unwrap();
        let counts: Vec<_> = files.iter().map(|file| file.body.matches("<article").count()).collect();
        assert_eq!(counts, [100, 100, 50]);
        assert!(files[0].body.contains("article-0/") && files[2].body.contains("article-249/"));
        assert!(!files[0].body.contains("rel=\"next\"") && files[0].body.contains("href=\"2.html\" rel=\"prev\""));
        assert!(!files[2].body.contains("rel=\"prev\"") && files[2].body.contains("href=\"2.html\" rel=\"next\""));
    }

    #[test]
    fn a_new_article_changes_the_last_pages_only() {
        let pages = |count| archives(&site(), &entries(count)).unwrap();
        let (before, after, rolled) = (pages(299), pages(300), pages(301));
        assert_eq!(before[..2], after[..2]);
        assert_ne!(before[2], after[2]);
        assert_eq!(after[..2], rolled[..2]);
        assert!(rolled[2].body.contains("href=\"4.html\""));
    }

    #[test]
    fn images_are_found_from_every_page_and_are_the_sites_own() {
        let with = |path: &str| Entry { image: Some(path.into()), ..entry(1) };
        let archived = archive(&site(), &[with("images/a.jpg")], 1, 1).unwrap().body;
        assert!(archived.contains("src=\"../images/a.jpg\" alt=\"\""), "{archived}");
        for foreign in ["https://x.test/a.jpg", "//x.test/a.jpg", "javascript:x"] {
            assert!(!index(&site(), &[with(foreign)], 1).unwrap().contains("<img"), "{foreign}");
        }
    }

    #[test]
    fn titles_cannot_become_markup() {
        let hostile = Entry { title: "<script>x</script>".into(), path: "\" onclick=\"x".into(), ..entry(1) };
        let document = index(&site(), &[hostile], 1).unwrap();
        assert!(!document.contains("<script") && !document.contains("\" onclick"));
    }

    #[test]
    fn twenty_thousand_articles_are_no_trouble() {
        let files = super::super::all(&site(), &entries(20_000)).unwrap();
        assert_eq!(files.len(), 3 + 200 + 1);
    }
}
