//! How long browsers and CDNs may keep what they read from the site's bucket.
//!
//! Pages are short-lived instead of being invalidated: a publication needs no call to the CDN and no right to make one.

use super::is_of_site;

/// Pages, feeds, sitemaps: what is published shows within a minute, and a reader never waits for it.
const PAGES: &str = "public, max-age=60, stale-while-revalidate=600";
/// Pictures, style sheets, scripts.
const ASSETS: &str = "public, max-age=86400";

/// The `Cache-Control` of an object; `None` where nobody but the mesh reads.
pub(super) fn control(key: &str, media_type: &str) -> Option<&'static str> {
    if !is_of_site(key) {
        return None;
    }
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let changes = match essence.as_str() {
        "text/html" | "text/xml" | "application/xml" | "application/feed+json" | "text/plain" => true,
        other => other.ends_with("+xml") && other != "image/svg+xml",
    };
    Some(if changes { PAGES } else { ASSETS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_kept_for_a_minute_and_pictures_for_a_day() {
        let pages = [
            ("site/a/index.html", "text/html; charset=utf-8"),
            ("sites/b/feed.xml", "application/rss+xml"),
            ("sites/b/feed.xml", "Application/Atom+XML"),
            ("site/sitemap.xml", "application/xml"),
            ("site/robots.txt", "text/plain"),
            ("site/feed.json", "application/feed+json"),
        ];
        for (key, media_type) in pages {
            assert_eq!(control(key, media_type), Some(PAGES), "{key}");
        }
        for (key, media_type) in [("site/a.svg", "image/svg+xml"), ("sites/b/a.webp", "image/webp")] {
            assert_eq!(control(key, media_type), Some(ASSETS), "{key}");
        }
        assert_eq!(control("drafts/a.html", "text/html"), None);
    }
}
