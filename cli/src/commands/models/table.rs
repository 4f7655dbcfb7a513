//! The table of a comparison.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::Serialize;

use crate::output::{self, text};

/// What came of one request.
#[derive(Debug, Clone, Default)]
pub(super) struct Article {
    /// The final event, or the code of a failure.
    pub(super) outcome: String,
    /// Words asked for.
    pub(super) asked: u64,
    /// Words there are; of what the review did not reject.
    pub(super) words: Option<i64>,
    /// Flesch reading ease, in hundredths.
    pub(super) flesch_x100: Option<i64>,
    /// Sentences of more than 25 words, in percent.
    pub(super) long_sentences_percent: Option<i64>,
    /// Severity and check of each finding.
    pub(super) findings: Vec<(String, String)>,
    /// Money, where the price is known.
    pub(super) micro_usd: Option<u64>,
    /// From the request to the draft.
    pub(super) took: Duration,
}

/// A model's articles together.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    model: String,
    pub(super) published: usize,
    /// By the review.
    pub(super) rejected: usize,
    /// Outcomes of the others, and how many.
    failed: BTreeMap<String, usize>,
    /// Median of the deviation from the words asked for, in percent.
    words_off_percent: Option<i64>,
    /// Median of Flesch's reading ease, in hundredths.
    flesch_x100: Option<i64>,
    /// Median of the sentences over 25 words, in percent.
    long_sentences_percent: Option<i64>,
    /// Findings by severity.
    severities: BTreeMap<String, usize>,
    /// Findings by check.
    checks: BTreeMap<String, usize>,
    /// Median of the time to the draft, in milliseconds.
    took_ms: Option<i64>,
    /// Sum, in millionths of a US dollar; nothing when a price is not known.
    micro_usd: Option<u64>,
}

impl Row {
    /// Adds up a model's articles.
    pub(super) fn of(model: String, articles: &[Article]) -> Self {
        let ended = |name: &str| articles.iter().filter(|article| article.outcome == name).count();
        let others = articles.iter().map(|article| &*article.outcome);
        let others = others.filter(|outcome| !matches!(*outcome, "ContentPublished" | "ContentRejected"));
        let findings = || articles.iter().flat_map(|article| &article.findings);
        let off = |article: &Article| {
            let (asked, words) = (i64::try_from(article.asked).ok().filter(|asked| *asked > 0)?, article.words?);
            Some((words - asked).abs() * 100 / asked)
        };
        Self {
            model,
            published: ended("ContentPublished"),
            rejected: ended("ContentRejected"),
            failed: counted(others),
            words_off_percent: median(articles.iter().filter_map(off)),
            flesch_x100: median(articles.iter().filter_map(|article| article.flesch_x100)),
            long_sentences_percent: median(articles.iter().filter_map(|article| article.long_sentences_percent)),
            severities: counted(findings().map(|(severity, _)| &**severity)),
            checks: counted(findings().map(|(_, check)| &**check)),
            took_ms: median(articles.iter().filter_map(|article| i64::try_from(article.took.as_millis()).ok())),
            micro_usd: articles.iter().map(|article| article.micro_usd).sum(),
        }
    }
}

fn counted<'a>(words: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    words.for_each(|word| *counted.entry(word.to_owned()).or_default() += 1);
    counted
}

fn median(values: impl Iterator<Item = i64>) -> Option<i64> {
    let mut values: Vec<i64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// The comparison.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Report(pub(super) Vec<Row>);

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = [
            "model",
            "published",
            "rejected",
            "failed",
            "words off %",
            "flesch",
            "long sentences %",
            "block",
            "revise",
            "warn",
            "draft in",
            "cost $",
            "most often found",
        ];
        let mut table = output::table(&head);
        for row in &self.0 {
            let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
            let severity = |name: &str| row.severities.get(name).copied().unwrap_or_default().to_string();
            let took = row.took_ms.and_then(|took| u64::try_from(took).ok());
            let cost = row.micro_usd.map(|micro| format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000));
            let failed: Vec<String> = row.failed.iter().map(|(code, count)| format!("{count} {code}")).collect();
            table.add_row([
                row.model.clone(),
                row.published.to_string(),
                row.rejected.to_string(),
                failed.join(", "),
                number(row.words_off_percent),
                row.flesch_x100.map(|flesch| format!("{}.{:02}", flesch / 100, flesch.abs() % 100)).unwrap_or_default(),
                number(row.long_sentences_percent),
                severity("block"),
                severity("revise"),
                severity("warn"),
                took.map(|took| text::duration(Duration::from_millis(took))).unwrap_or_default(),
                cost.unwrap_or_else(|| "unknown".to_owned()),
                often(&row.checks),
            ]);
        }
        f.write_str(&output::rows(&table))
    }
}

/// The three checks that found most.
fn often(checks: &BTreeMap<String, usize>) -> String {
    let mut checks: Vec<(&String, &usize)> = checks.iter().collect();
    checks.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), (*name).clone()));
    let shown: Vec<String> = checks.iter().take(3).map(|(check, count)| format!("{check} {count}")).collect();
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(outcome: &str, words: i64, checks: &[&str], micro_usd: Option<u64>) -> Article {
        Article {
            outcome: outcome.into(),
            asked: 500,
            words: Some(words),
            findings: checks.iter().map(|check| ("warn".to_owned(), (*check).to_owned())).collect(),
            micro_usd,
            ..Article::default()
        }
    }

    #[test]
    fn articles_are_added_up() {
        let articles = [
            article("ContentPublished", 510, &["headings", "repetition"], Some(40)),
            article("ContentPublished", 450, &["headings"], Some(2)),
            article("ContentRejected", 700, &[], Some(0)),
            article("MODEL_QUOTA_EXHAUSTED", 500, &[], Some(0)),
        ];
        let row = Row::of("a/b".into(), &articles);
        assert_eq!((row.published, row.rejected, row.failed.get("MODEL_QUOTA_EXHAUSTED")), (2, 1, Some(&1)));
        assert_eq!((row.words_off_percent, row.micro_usd), (Some(10), Some(42)), "of 0, 2, 10 and 40");
        assert_eq!(often(&row.checks), "headings 2, repetition 1");
        let unpriced = Row::of("a/b".into(), &[article("ContentPublished", 500, &[], None)]);
        assert_eq!(unpriced.micro_usd, None, "no price is no zero");
    }
}
