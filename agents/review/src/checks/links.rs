//! Links lead only where the sources and the site allow: a model must not invent addresses.

use super::Context;
use super::finding::{Finding, Place, Severity, Sink};
use crate::text::Link;

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let allowed = Allowed::new(context.article.allowed_links);
    for link in context.model.links() {
        let Some((message, threshold)) = wrong(&link.url, &allowed, context) else { continue };
        let place = Place::new(link.line, &link.url);
        out.push(
            Finding::new("links", Severity::Block, message)
                .measured(place.excerpt.clone())
                .threshold(threshold)
                .at(place),
        );
    }
    let sources = context.article.allowed_links.iter().any(|entry| scheme(entry).as_deref() == Some("https"));
    if sources && !context.model.links().iter().any(is_outbound) {
        let message = "The article has sources but links to none of them.";
        out.push(Finding::new("links", Severity::Warn, message).measured("0 outbound links").threshold("at least 1"));
    }
}

fn is_outbound(link: &Link) -> bool {
    !link.image && scheme(&link.url).is_some_and(|scheme| scheme == "https" || scheme == "http")
}

/// What is wrong with an address, and what would be right.
fn wrong(url: &str, allowed: &Allowed, context: &Context<'_>) -> Option<(&'static str, String)> {
    let schemes = &context.policy.link_schemes;
    match scheme(url) {
        // A place on the page itself.
        None if url.starts_with('#') => None,
        Some(scheme) if !schemes.iter().any(|known| known.eq_ignore_ascii_case(&scheme)) => {
            Some(("The link's scheme is not allowed.", schemes.join(", ")))
        }
        _ if allowed.allows(url) => None,
        _ => Some((
            "The link leads to an address that is neither a source nor on the site.",
            "an allowed address".to_owned(),
        )),
    }
}

/// The allow-list, normalised once.
struct Allowed {
    addresses: Vec<String>,
    hosts: Vec<String>,
}

impl Allowed {
    fn new(entries: &[String]) -> Self {
        let trimmed = entries.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty());
        let (full, hosts): (Vec<&str>, Vec<&str>) = trimmed
            .partition(|entry| scheme(entry).is_some_and(|scheme| !scheme.contains('.')) || entry.starts_with('/'));
        let mut addresses: Vec<String> = full.into_iter().map(normalised).collect();
        addresses.sort_unstable();
        Self {
            addresses,
            hosts: hosts.into_iter().map(|host| host.trim_end_matches('/').to_ascii_lowercase()).collect(),
        }
    }

    fn allows(&self, url: &str) -> bool {
        let host = host(url);
        let covers = |pattern: &String, host: &str| match pattern.strip_prefix("*.") {
            Some(parent) => host.strip_suffix(parent).is_some_and(|sub| sub.ends_with('.') && sub.len() > 1),
            None => host == pattern,
        };
        host.is_some_and(|host| self.hosts.iter().any(|pattern| covers(pattern, &host)))
            || self.addresses.binary_search(&normalised(url)).is_ok()
    }
}

/// The scheme in lower case; white space and control characters do not hide it.
fn scheme(url: &str) -> Option<String> {
    let end = url.find([':', '/', '?', '#', '\\'])?;
    let head = url.get(..end)?;
    let scheme: String = head.chars().filter(|c| *c > ' ').map(|c| c.to_ascii_lowercase()).collect();
    let good = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    (url.get(end..)?.starts_with(':') && good).then_some(scheme)
}

/// The host (with a port that is given) of an address with `//`, as a browser reads it.
fn host(url: &str) -> Option<String> {
    let after = url.split_once("//")?;
    let plain = after.0.is_empty() || after.0.ends_with(':');
    let authority = after.1.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    (plain && !host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// Scheme and host in lower case, without fragment and final slash.
fn normalised(url: &str) -> String {
    let url = url.trim().split('#').next().unwrap_or_default();
    let path = url
        .split_once("//")
        .map_or(0, |(before, after)| before.len() + 2 + after.find(['/', '?', '\\']).unwrap_or(after.len()));
    let path = if path == 0 && !url.starts_with('/') { url.len() } else { path };
    let (head, tail) = url.split_at_checked(path).unwrap_or((url, ""));
    format!("{}{}", head.to_ascii_lowercase(), tail.strip_suffix('/').unwrap_or(tail))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, found};
    use super::Severity;
    use crate::checks::Article;

    fn with(links: &[&str], text: &str) -> Vec<Severity> {
        let allowed: Vec<String> = links.iter().map(|&link| link.to_owned()).collect();
        found("links", &Article { allowed_links: &allowed, ..article(text) })
    }

    #[test]
    fn listed_addresses_and_hosts_pass() {
        let list = ["https://A.org/Path/", "site.io", "*.cdn.net", "/about", "mailto:x@site.io"];
        for url in [
            "https://a.org/Path",
            "https://a.org/Path/#part",
            "https://SITE.io/any?x=1",
            "https://img.cdn.net/p.png",
            "/about",
            "mailto:X@site.io",
            "#top",
        ] {
            assert!(!with(&list, &format!("[x]({url}).")).contains(&Severity::Block), "{url}");
        }
    }

    #[test]
    fn others_block() {
        let list = ["https://a.org/Path", "site.io", "*.cdn.net"];
        for url in [
            "https://a.org/",
            "https://a.org/path",
            "https://b.org",
            "http://site.io/x",
            "https://site.io@evil.org/",
            "https://evil.org/site.io",
            "//evil.org",
            "https://cdn.net/x",
            "https://notsite.io",
            "ftp://site.io",
            "/about",
            "https://sub.site.io",
            "https://evil.org\\\\@site.io/",
        ] {
            assert_eq!(
                with(&list, &format!("[x]({url}) ![y]({url})."))
                    .iter()
                    .filter(|found| **found == Severity::Block)
                    .count(),
                2,
                "{url}"
            );
        }
        assert_eq!(with(&[], "See https://bare.org/x now."), [Severity::Block]);
    }

    #[test]
    fn without_links_only_sources_make_a_warning() {
        assert_eq!(with(&[], "No links."), []);
        assert_eq!(with(&["site.io"], "No links."), []);
        assert_eq!(with(&["https://a.org/x"], "No links."), [Severity::Warn]);
        assert_eq!(with(&["https://a.org/x"], "[A](https://a.org/x)."), []);
    }
}
