//! Citations name sources that were given: a model must not invent them.

use mesh_article::{Citation, citations};

use super::Context;
use super::finding::{Finding, Place, Severity, Sink};

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let (markdown, sources) = (context.article.markdown, context.article.sources);
    let found = citations(markdown);
    for mark in found.iter().filter(|mark| !is_known(mark, sources)) {
        let message = "The citation names a source that was not given: cite one that was, or say nothing of it.";
        let line = markdown.lines().nth(mark.line.saturating_sub(1) as usize).unwrap_or_default();
        out.push(
            Finding::new("citations", Severity::Block, message)
                .measured(markdown.get(mark.bytes.clone()).unwrap_or_default())
                .threshold(given(sources))
                .at(Place::new(mark.line, line)),
        );
    }
    if found.is_empty() && !sources.is_empty() {
        let message = "The article has sources but cites none of them.";
        out.push(Finding::new("citations", Severity::Warn, message).measured("0 citations").threshold("at least 1"));
    }
}

fn is_known(mark: &Citation, sources: &[u32]) -> bool {
    !mark.ids.is_empty() && mark.ids.iter().all(|id| sources.contains(id))
}

fn given(sources: &[u32]) -> String {
    match sources {
        [] => "no sources".to_owned(),
        [one] => format!("[#{one}]"),
        [first, .., last] => format!("[#{first}] to [#{last}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, findings, found};
    use super::Severity::{self, Block, Warn};
    use crate::checks::{Article, Policy, review};

    fn with(sources: &[u32], text: &str) -> Vec<Severity> {
        found("citations", &Article { sources, ..article(text) })
    }

    #[test]
    fn known_sources_pass() {
        assert_eq!(with(&[1, 2, 3], "Tea is hot [#1]. It cools [#2, #3]."), []);
        assert_eq!(with(&[], "Tea is hot. `[#1]`"), []);
    }

    #[test]
    fn unknown_sources_block() {
        for (sources, text) in [
            (&[1, 2][..], "Tea is hot [#3]."),
            (&[1, 2], "Tea is hot [#1, #3]."),
            (&[1, 2], "Tea is hot [#1a]."),
            (&[1, 2], "Tea is hot [#0]."),
            (&[], "Tea is hot [#1]."),
        ] {
            assert_eq!(with(sources, text), [Block], "{text}");
        }
        assert_eq!(with(&[1], "A [#1]. B [#2]. C [#3]."), [Block, Block]);
    }

    #[test]
    fn the_finding_says_which_where_and_what_would_be_right() {
        let text = "# Tea\n\nTea is hot [#7].\n";
        let found = findings("citations", &Article { sources: &[1, 2], ..article(text) });
        let (finding, place) = (&found[0], found[0].place.as_ref().expect("a place"));
        assert_eq!((finding.measured.as_str(), finding.threshold.as_str()), ("[#7]", "[#1] to [#2]"));
        assert_eq!((place.line, place.excerpt.as_str()), (3, "Tea is hot [#7]."));
    }

    #[test]
    fn sources_without_a_citation_are_a_warning() {
        assert_eq!(with(&[1], "Tea is hot."), [Warn]);
    }

    #[test]
    fn nothing_else_sees_the_marks() {
        let (bare, cited) =
            ("Tea is hot. It cools.\n\nAll drink it.", "Tea is hot [#1]. It cools.[#2]\n\nAll drink it [#1].");
        let of = |text| review(&Article { sources: &[1, 2], ..article(text) }, &Policy::default());
        let (bare, cited) = (of(bare), of(cited));
        assert_eq!(bare.signature, cited.signature);
        assert_eq!(bare.scores.word_count, cited.scores.word_count);
        let others = |review: &crate::checks::Review| {
            review.findings.iter().filter(|one| one.check != "citations").cloned().collect::<Vec<_>>()
        };
        assert_eq!(others(&bare), others(&cited));
    }
}
