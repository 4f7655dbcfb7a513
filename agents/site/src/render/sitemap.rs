//! `sitemap.xml`, its parts, and `robots.txt`.

use chrono::{DateTime, SecondsFormat, Utc};

use super::xml::{element, escape_into};
use super::{Entry, File, Site};

/// Most URLs one sitemap file may hold (sitemaps.org).
pub const SITEMAP_URLS: usize = 50_000;

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
/// Stands in for the base of a local preview, because a sitemap knows absolute URLs only.
const PREVIEW_BASE: &str = "http://localhost";

/// `sitemap.xml` with the home page and all articles. Beyond [`SITEMAP_URLS`] URLs it becomes an index
/// of `sitemap-{n}.xml`; the oldest articles are in part 1, so that parts that are full stay as they are.
#[must_use]
pub fn sitemaps(site: &Site, newest_first: &[Entry]) -> Vec<File> {
    split(site, newest_first, SITEMAP_URLS)
}

/// `robots.txt`: everyone is welcome, and the sitemap is there.
#[must_use]
pub fn robots(site: &Site) -> String {
    format!("User-agent: *\nAllow: /\n\nSitemap: {}/sitemap.xml\n", base(site))
}

fn split(site: &Site, newest_first: &[Entry], limit: usize) -> Vec<File> {
    let base = base(site);
    let oldest_first: Vec<&Entry> = newest_first.iter().rev().collect();
    let newest_change = last_change(&oldest_first);
    let mut home = String::new();
    url(&mut home, base, "", newest_change);
    if oldest_first.len() < limit {
        return vec![File::new("sitemap.xml", url_set(base, &home, &oldest_first))];
    }
    // The home page is the first URL of the first part.
    let (first, rest) = oldest_first.split_at(limit - 1);
    let mut index = head("sitemapindex");
    let mut files = vec![indexed(&mut index, base, 1, newest_change, url_set(base, &home, first))];
    for (number, part) in (2..).zip(rest.chunks(limit)) {
        files.push(indexed(&mut index, base, number, last_change(part), url_set(base, "", part)));
    }
    index.push_str("</sitemapindex>\n");
    files.insert(0, File::new("sitemap.xml", index));
    files
}

/// Adds part `number` to the index.
fn indexed(index: &mut String, base: &str, number: usize, changed: Option<DateTime<Utc>>, body: String) -> File {
    let path = format!("sitemap-{number}.xml");
    index.push_str("<sitemap>\n");
    element(index, "loc", &format!("{base}/{path}"));
    last_modified(index, changed);
    index.push_str("</sitemap>\n");
    File::new(path, body)
}

/// One sitemap file: `first`, if any, is already written.
fn url_set(base: &str, first: &str, entries: &[&Entry]) -> String {
    let mut out = head("urlset");
    out.reserve(first.len() + entries.len() * 160);
    out.push_str(first);
    for entry in entries {
        url(&mut out, base, entry.relative_path(), Some(entry.updated_at));
    }
    out.push_str("</urlset>\n");
    out
}

fn url(out: &mut String, base: &str, path: &str, changed: Option<DateTime<Utc>>) {
    out.push_str("<url>\n<loc>");
    escape_into(out, base);
    out.push('/');
    escape_into(out, path);
    out.push_str("</loc>\n");
    last_modified(out, changed);
    out.push_str("</url>\n");
}

fn last_modified(out: &mut String, changed: Option<DateTime<Utc>>) {
    if let Some(changed) = changed {
        element(out, "lastmod", &changed.to_rfc3339_opts(SecondsFormat::Secs, true));
    }
}

fn last_change(entries: &[&Entry]) -> Option<DateTime<Utc>> {
    entries.iter().map(|entry| entry.updated_at).max()
}

fn head(root: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{NAMESPACE}\">\n")
}

fn base(site: &Site) -> &str {
    site.absolute_base().unwrap_or(PREVIEW_BASE)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{entries, site};
    use super::*;

    fn paths(files: &[File]) -> Vec<&str> {
        files.iter().map(|file| file.path.as_str()).collect()
    }

    #[test]
    fn one_file_lists_home_and_articles() {
        let files = sitemaps(&site(), &entries(2));
        assert_eq!(paths(&files), ["sitemap.xml"]);
        insta::assert_snapshot!(files[0].body);
    }

    #[test]
    fn an_empty_site_has_its_home_page() {
        let files = sitemaps(&site(), &[]);
        assert_eq!(files[0].body.matches("<url>").count(), 1);
        assert!(!files[0].body.contains("lastmod"));
    }

    #[test]
    fn every_url_is_in_one_part_and_no_part_is_too_long() {
        for (count, parts) in [(4, vec![5]), (5, vec![5, 1]), (9, vec![5, 5]), (10, vec![5, 5, 1])] {
            let files = split(&site(), &entries(count), 5);
            let bodies: Vec<_> = if parts.len() == 1 { files.iter().collect() } else { files.iter().skip(1).collect() };
            let sizes: Vec<_> = bodies.iter().map(|file| file.body.matches("<url>").count()).collect();
            assert_eq!(sizes, parts, "{count} entries");
        }
        let files = split(&site(), &entries(9), 5);
        assert_eq!(paths(&files), ["sitemap.xml", "sitemap-1.xml", "sitemap-2.xml"]);
        insta::assert_snapshot!(files[0].body);
    }

    #[test]
    fn a_full_part_does_not_change_but_for_the_date_of_the_home_page() {
        let files = |count| split(&site(), &entries(count), 5);
        assert_eq!(files(9)[2], files(10)[2]);
    }

    #[test]
    fn a_preview_has_absolute_urls_too() {
        let preview = Site { base_url: String::new(), ..site() };
        assert!(sitemaps(&preview, &entries(1))[0].body.contains("<loc>http://localhost/posts/"));
        assert_eq!(robots(&preview), "User-agent: *\nAllow: /\n\nSitemap: http://localhost/sitemap.xml\n");
        assert!(robots(&site()).ends_with("Sitemap: https://example.com/sitemap.xml\n"));
    }
}
