//! What a check reports, and how reports are collected.

use serde::Serialize;

use crate::text::masked;

/// Characters an excerpt has at most.
const EXCERPT_CHARS: usize = 120;

/// How much a finding weighs. Ordered: a higher one outweighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Warn,
    /// The article should be revised.
    Revise,
    /// The article must not be published as it is.
    Block,
}

/// What follows from all findings together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing but warnings.
    Pass,
    /// At least one finding asks for a revision and none blocks.
    Revise,
    /// At least one finding blocks.
    Block,
}

/// Where in the Markdown a finding is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// The text there, at most 120 characters, personal data and credentials masked.
    pub excerpt: String,
}

impl Place {
    pub(crate) fn new(line: u32, text: &str) -> Self {
        Self { line, excerpt: excerpt(text) }
    }
}

/// One thing a check has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check's id in kebab case, e.g. `sentence-length`.
    pub check: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What was measured, with its unit.
    pub measured: String,
    /// The limit it was held against, with its unit.
    pub threshold: String,
    /// Where it is, when it is at one place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// One sentence for an author or a model: what is wrong and what would be right.
    pub message: String,
}

impl Finding {
    pub(crate) fn new(check: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            check,
            severity,
            measured: String::new(),
            threshold: String::new(),
            place: None,
            message: message.into(),
        }
    }

    pub(crate) fn measured(self, measured: impl Into<String>) -> Self {
        Self { measured: measured.into(), ..self }
    }

    pub(crate) fn threshold(self, threshold: impl Into<String>) -> Self {
        Self { threshold: threshold.into(), ..self }
    }

    pub(crate) fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }
}

/// The verdict of a list of findings.
#[must_use]
pub fn verdict(findings: &[Finding]) -> Verdict {
    match findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Block) => Verdict::Block,
        Some(Severity::Revise) => Verdict::Revise,
        Some(Severity::Warn) | None => Verdict::Pass,
    }
}

/// Collects findings; a check that finds the same thing everywhere is cut off, so that a result stays small.
#[derive(Debug)]
pub(crate) struct Sink {
    findings: Vec<Finding>,
    limit: usize,
}

impl Sink {
    pub(crate) fn new(limit: usize) -> Self {
        Self { findings: Vec::new(), limit: limit.max(1) }
    }

    /// Adds a finding unless its check has already reported `limit` of the same severity.
    pub(crate) fn push(&mut self, finding: Finding) {
        let alike = |other: &&Finding| other.check == finding.check && other.severity == finding.severity;
        if self.findings.iter().filter(alike).count() < self.limit {
            self.findings.push(finding);
        }
    }

    /// The findings, heaviest first, otherwise in the order they were found.
    pub(crate) fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        self.findings
    }
}

/// Text on one line, masked and cut to the length of an excerpt.
pub(crate) fn excerpt(text: &str) -> String {
    let masked = masked(text);
    let line = masked.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= EXCERPT_CHARS {
        return line;
    }
    line.chars().take(EXCERPT_CHARS - 1).chain(['…']).collect()
}

/// A share as a percentage with one decimal.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(check: &'static str, severity: Severity) -> Finding {
        Finding::new(check, severity, "m")
    }

    #[test]
    fn the_heaviest_finding_decides() {
        let (warn, revise, block) =
            (finding("a", Severity::Warn), finding("b", Severity::Revise), finding("c", Severity::Block));
        assert_eq!(verdict(&[]), Verdict::Pass);
        assert_eq!(verdict(std::slice::from_ref(&warn)), Verdict::Pass);
        assert_eq!(verdict(&[warn.clone(), revise.clone()]), Verdict::Revise);
        assert_eq!(verdict(&[revise, block, warn]), Verdict::Block);
    }

    #[test]
    fn a_flood_never_hides_a_heavier_finding() {
        let mut sink = Sink::new(2);
        for _ in 0..5 {
            sink.push(finding("a", Severity::Warn));
        }
        sink.push(finding("a", Severity::Block));
        let severities: Vec<Severity> = sink.into_findings().iter().map(|finding| finding.severity).collect();
        assert_eq!(severities, [Severity::Block, Severity::Warn, Severity::Warn]);
    }

    #[test]
    fn excerpts_are_short_and_masked() {
        assert_eq!(excerpt("a\n b"), "a b");
        assert_eq!(excerpt(&"x ".repeat(60)).chars().count(), 119);
        let long = excerpt(&"ä ".repeat(200));
        assert_eq!((long.chars().count(), long.ends_with('…')), (120, true));
        assert!(!excerpt("ask jane@site.org").contains("jane@"));
    }
}
