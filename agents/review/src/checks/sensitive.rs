//! Personal data and credentials, which must never be published. Excerpts show one character of them.

use super::Context;
use super::finding::{Finding, Place, Severity, Sink};
use crate::text::{SensitiveKind, find_sensitive, mask_value};

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let markdown = context.article.markdown;
    let mut seen: Vec<(SensitiveKind, &str)> = Vec::new();
    let in_source = find_sensitive(markdown)
        .into_iter()
        .map(|(kind, span)| (kind, markdown.get(span.range()).unwrap_or_default(), line(markdown, span.start)));
    // Escapes and emphasis can hide a value in the source that shows on the page.
    let model = context.model;
    let on_page = find_sensitive(model.text())
        .into_iter()
        .map(|(kind, span)| (kind, model.slice(span), model.line_of(span.start as usize)));
    for (kind, value, line) in in_source.chain(on_page) {
        if seen.contains(&(kind, value)) || is_allowed(context, kind, value) {
            continue;
        }
        seen.push((kind, value));
        let message = format!(
            "The text contains what looks like a{} {}.",
            if kind == SensitiveKind::Email || kind == SensitiveKind::Key { "n" } else { "" },
            kind.name()
        );
        let masked = mask_value(kind, value);
        let place = Place::new(line, &masked);
        out.push(Finding::new("sensitive-data", Severity::Block, message).measured(masked).threshold("none").at(place));
    }
}

fn line(markdown: &str, at: u32) -> u32 {
    let before = markdown.as_bytes().get(..at as usize).unwrap_or_default();
    let breaks = before.iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1)
}

/// An address the site itself allows links to is meant to be public.
fn is_allowed(context: &Context<'_>, kind: SensitiveKind, value: &str) -> bool {
    let same = |allowed: &String| {
        allowed.get(.."mailto:".len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"))
            && allowed.get("mailto:".len()..).is_some_and(|address| address.eq_ignore_ascii_case(value))
    };
    kind == SensitiveKind::Email && context.article.allowed_links.iter().any(same)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, findings, found};
    use super::Severity;
    use crate::checks::{Article, Policy, run};

    #[test]
    fn blocks_and_masks_everywhere() {
        let text =
            "# T\n\nAsk jane.doe@site.org or call +49 30 901820, card 4111 1111 1111 1111. Ask jane.doe@site.org and";
        let all = run(&article(text), &Policy::default());
        assert_eq!(all.iter().filter(|finding| finding.check == "sensitive-data").count(), 3);
        for finding in all {
            let shown = format!("{finding:?}");
            assert!(!shown.contains("jane") && !shown.contains("901820") && !shown.contains("1111"), "{shown}");
        }
    }

    #[test]
    fn sees_through_escapes_and_into_code() {
        for text in [
            r"Ask jane\@site.org now.",
            "Ask jane@**site**.org now.",
            "Text.\n\n```\nkey = AKIAIOSFODNN7EXAMPLE\n```\n",
            "<!-- jane@site.org -->",
        ] {
            assert_eq!(found("sensitive-data", &article(text)), [Severity::Block], "{text}");
        }
    }

    #[test]
    fn a_contact_of_the_site_is_allowed() {
        let allowed = ["mailto:hello@site.org".to_owned()];
        let article =
            Article { allowed_links: &allowed, ..article("Ask Hello@site.org or [us](mailto:hello@site.org).") };
        assert_eq!(found("sensitive-data", &article), []);
    }

    #[test]
    fn knows_the_line() {
        let lines: Vec<u32> = findings("sensitive-data", &article("a\n\nb\njane@site.org"))
            .iter()
            .filter_map(|f| f.place.as_ref())
            .map(|p| p.line)
            .collect();
        assert_eq!(lines, [4]);
    }
}
