//! `feed.xml`: Atom (RFC 4287).

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use super::xml::{element, escape_into};
use super::{Entry, Site};

/// Most entries in the feed.
pub const FEED_ENTRIES: usize = 200;

/// The Atom feed of the latest [`FEED_ENTRIES`] articles.
///
/// Entries are identified by their content id, so neither a new address nor a new revision shows an
/// article twice. A local preview links relatively. An empty feed, which still needs a date, says 1970.
#[must_use]
pub fn feed(site: &Site, newest_first: &[Entry]) -> String {
    let entries = &newest_first[..newest_first.len().min(FEED_ENTRIES)];
    let base = site.absolute_base().map(|base| format!("{base}/")).unwrap_or_default();
    let updated = entries.iter().map(|entry| entry.updated_at).max().unwrap_or_default();
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"",
    );
    escape_into(&mut out, site.lang());
    out.push_str("\">\n");
    element(&mut out, "id", &feed_id(site));
    element(&mut out, "title", &site.name);
    if !site.description.trim().is_empty() {
        element(&mut out, "subtitle", &site.description);
    }
    element(&mut out, "updated", &date(updated));
    author(&mut out, site);
    element(&mut out, "generator", "Content Mesh");
    link(&mut out, "self", "application/atom+xml", &format!("{base}feed.xml"));
    let home = if base.is_empty() { "index.html" } else { &base };
    link(&mut out, "alternate", "text/html", home);
    for each in entries {
        entry(&mut out, site, &base, each);
    }
    out.push_str("</feed>\n");
    out
}

fn entry(out: &mut String, site: &Site, base: &str, entry: &Entry) {
    let language = Some(entry.language.trim()).filter(|tag| !tag.is_empty() && *tag != site.lang());
    out.push_str("<entry");
    if let Some(tag) = language {
        out.push_str(" xml:lang=\"");
        escape_into(out, tag);
        out.push('"');
    }
    out.push_str(">\n");
    element(out, "id", &entry.content_id.urn().to_string());
    element(out, "title", &entry.title);
    author(out, site);
    element(out, "published", &date(entry.published_at));
    element(out, "updated", &date(entry.updated_at));
    // On a disk a directory has no index, so a preview links the file.
    let path = if base.is_empty() { entry.file() } else { entry.relative_path().to_owned() };
    link(out, "alternate", "text/html", &format!("{base}{path}"));
    if !entry.summary.trim().is_empty() {
        element(out, "summary", &entry.summary);
    }
    if entry.offline {
        out.push_str("<category term=\"sample\" label=\"Sample text produced without a language model\"/>\n");
    }
    out.push_str("</entry>\n");
}

/// In the feed and again in each entry: not every reader hands it down.
fn author(out: &mut String, site: &Site) {
    out.push_str("<author>\n");
    element(out, "name", &site.name);
    out.push_str("</author>\n");
}

fn link(out: &mut String, rel: &str, media_type: &str, href: &str) {
    for (name, value) in [("<link rel", rel), (" type", media_type), (" href", href)] {
        out.push_str(name);
        out.push_str("=\"");
        escape_into(out, value);
        out.push('"');
    }
    out.push_str("/>\n");
}

/// An id must be absolute and stay the same: a UUID of the address, or of the name for a preview.
fn feed_id(site: &Site) -> String {
    let name = site.absolute_base().unwrap_or(&site.name);
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).urn().to_string()
}

fn date(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{entries, entry, site};
    use super::*;

    #[test]
    fn the_feed_is_complete() {
        let mut both = entries(2);
        both[0].title = "Tom & <Jerry>".into();
        both[0].language = "de".into();
        insta::assert_snapshot!(feed(&site(), &both));
    }

    #[test]
    fn an_empty_feed_is_still_a_feed() {
        let empty = feed(&Site { base_url: String::new(), ..site() }, &[]);
        assert!(empty.contains("<updated>1970-01-01T00:00:00Z</updated>") && empty.contains("<id>urn:uuid:"));
    }

    #[test]
    fn it_is_as_new_as_its_latest_change_and_no_longer_than_200() {
        let mut many = entries(250);
        many[3].updated_at += chrono::TimeDelta::days(900);
        let feed = feed(&site(), &many);
        assert_eq!(feed.matches("<entry").count(), FEED_ENTRIES);
        assert_eq!(feed.matches(&date(many[3].updated_at)).count(), 2);
    }

    #[test]
    fn a_preview_links_files() {
        let preview = feed(&Site { base_url: String::new(), ..site() }, &[entry(1)]);
        assert!(preview.contains("href=\"posts/article-1/index.html\""), "{preview}");
    }
}
