//! Pure rendering of the pages and files that list the articles of a site.
//!
//! Input is a [`Site`] and its [`Entry`]s, newest first. Everything is deterministic: the same input
//! gives the same bytes, so an unchanged output need not be written again.
//!
//! **Local preview.** A site whose `base_url` is no absolute http(s) URL can be opened from the disk.
//! Links in HTML are relative in any case. The feed then links relatively too and has a URN as its id;
//! sitemap and robots file, whose formats demand absolute URLs, name `http://localhost`.

mod error;
mod feed;
mod model;
mod pages;
mod sitemap;
mod template;
mod xml;

pub use error::RenderError;
pub use feed::{FEED_ENTRIES, feed};
pub use model::{Entry, File, Site};
pub use pages::{INDEX_ENTRIES, PAGE_ENTRIES, archive, archive_pages, archives, index};
pub use sitemap::{SITEMAP_URLS, robots, sitemaps};

/// Every shared output of the site: index, archive pages, feed, sitemaps and robots file.
///
/// # Errors
/// Only when a template fails.
pub fn all(site: &Site, newest_first: &[Entry]) -> Result<Vec<File>, RenderError> {
    let latest = &newest_first[..newest_first.len().min(INDEX_ENTRIES)];
    let mut files = vec![
        File::new("index.html", index(site, latest, archive_pages(newest_first.len()))?),
        File::new("feed.xml", feed(site, newest_first)),
        File::new("robots.txt", robots(site)),
    ];
    files.extend(archives(site, newest_first)?);
    files.extend(sitemaps(site, newest_first));
    Ok(files)
}

#[cfg(test)]
mod fixture;
