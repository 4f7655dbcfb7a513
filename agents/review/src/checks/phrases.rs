//! Phrases a site does not want, and stock phrases that give a machine's text away.

use std::sync::LazyLock;

use super::Context;
use super::finding::{Finding, Severity, Sink};
use crate::text::{PhraseSet, Span};

/// Stock phrases of language models.
const STOCK: [&str; 34] = [
    "delve into",
    "delves into",
    "delving into",
    "in today's fast-paced world",
    "in today's fast-paced digital",
    "in today's digital age",
    "in today's digital landscape",
    "in the ever-evolving",
    "in an ever-evolving",
    "ever-evolving landscape",
    "ever-changing landscape",
    "it's important to note that",
    "it is important to note that",
    "it's worth noting that",
    "it is worth noting that",
    "unlock the power of",
    "unlock the potential of",
    "unlock the secrets",
    "unleash the power of",
    "harness the power of",
    "navigate the complexities",
    "navigating the complexities",
    "rich tapestry",
    "a tapestry of",
    "a testament to",
    "dive into the world of",
    "embark on a journey",
    "embark on this journey",
    "look no further",
    "revolutionize the way",
    "revolutionise the way",
    "a game-changer",
    "treasure trove of",
    "in the realm of",
];

static STOCK_SET: LazyLock<PhraseSet> = LazyLock::new(|| PhraseSet::new(STOCK));

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let banned = PhraseSet::new(context.article.banned_phrases);
    report(context, &banned, "The site does not want this phrase.", out);
    if context.policy.stock_phrases && context.english {
        report(context, &STOCK_SET, "This is a stock phrase; say it plainly.", out);
    }
    for symbol in context.article.banned_phrases.iter().filter(|phrase| !phrase.chars().any(char::is_alphanumeric)) {
        let symbol = symbol.trim();
        if let Some(at) = context.model.text().find(symbol).filter(|_| !symbol.is_empty()) {
            let line = context.model.text().get(at..).and_then(|tail| tail.lines().next()).unwrap_or_default();
            out.push(finding("The site does not want this.", symbol).at(context.place(Span::new(at, at + line.len()))));
        }
    }
}

fn report(context: &Context<'_>, phrases: &PhraseSet, message: &str, out: &mut Sink) {
    for block in context.model.blocks() {
        for (at, phrase) in phrases.find(context.model.words_of(block.words)) {
            let from = block.words.start as usize + at;
            let bytes = context.model.bytes_of_words(Span::new(from, from + phrase.len()));
            out.push(finding(message, &phrase.text).at(context.place(bytes)));
        }
    }
}

fn finding(message: &str, phrase: &str) -> Finding {
    Finding::new("banned-phrase", Severity::Revise, message)
        .measured(format!("\"{}\"", phrase.trim()))
        .threshold("none")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, findings, found};
    use super::Severity;
    use crate::checks::{Article, Policy, run};

    #[test]
    fn finds_the_sites_phrases_in_any_case() {
        let banned = ["Best in class".to_owned(), "!!".to_owned(), " ".to_owned()];
        let text = "Our tool is\nbest-in-class, best in\nCLASS and good!!";
        let article = Article { banned_phrases: &banned, ..article(text) };
        let lines: Vec<Option<u32>> = findings("banned-phrase", &article)
            .iter()
            .map(|finding| finding.place.as_ref().map(|place| place.line))
            .collect();
        assert_eq!(lines, [Some(2), Some(3)]);
    }

    #[test]
    fn stock_phrases_can_be_switched_off() {
        let article = article("Let us delve into it, in today’s digital age.");
        assert_eq!(found("banned-phrase", &article), [Severity::Revise, Severity::Revise]);
        let policy = Policy { stock_phrases: false, ..Policy::default() };
        assert!(run(&article, &policy).iter().all(|finding| finding.check != "banned-phrase"));
    }

    #[test]
    fn never_across_blocks() {
        assert_eq!(found("banned-phrase", &article("# Delve\n\nInto it.")), []);
    }
}
