//! Helpers for the tests of the checks.

use super::{Article, Finding, Policy, Severity, run};

/// An article as a model would hand it in.
pub(crate) fn article(markdown: &str) -> Article<'_> {
    Article { content_id: "own", markdown, finish_natural: true, ..Article::default() }
}

/// The severities one check has found, heaviest first.
pub(crate) fn found(check: &str, article: &Article<'_>) -> Vec<Severity> {
    findings(check, article).into_iter().map(|finding| finding.severity).collect()
}

/// The findings of one check under the default policy.
pub(crate) fn findings(check: &str, article: &Article<'_>) -> Vec<Finding> {
    run(article, &Policy::default()).into_iter().filter(|finding| finding.check == check).collect()
}

/// `count` different words in sentences of `per_sentence`, beginning with number `from`.
pub(crate) fn prose(from: usize, count: usize, per_sentence: usize) -> String {
    let word = |i: usize| {
        let first = if (i - from).is_multiple_of(per_sentence) { 'W' } else { 'w' };
        let stop = if (i + 1 - from).is_multiple_of(per_sentence) || i + 1 == from + count { "." } else { "" };
        format!("{first}{i}{stop}")
    };
    (from..from + count).map(word).collect::<Vec<_>>().join(" ")
}
