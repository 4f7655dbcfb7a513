//! What a language model leaves behind besides the article: talk to the user, placeholders, a fence round everything.

use std::sync::LazyLock;

use super::Context;
use super::finding::{Finding, Place, Severity, Sink};
use crate::text::{Block, BlockKind, PhraseSet, Span, hash_word};

/// Phrases that are residue wherever they stand.
const ANYWHERE: [&str; 22] = [
    "as an ai",
    "as an ai language model",
    "as a large language model",
    "as a language model",
    "i am an ai language model",
    "i'm an ai language model",
    "i cannot fulfill",
    "i can't fulfill",
    "i cannot assist with",
    "i can't assist with",
    "my knowledge cutoff",
    "my training data",
    "as of my last update",
    "as of my last knowledge update",
    "here is the article",
    "here's the article",
    "here is the blog post",
    "here's the blog post",
    "below is the article",
    "here is the revised",
    "here's the revised",
    "lorem",
];
/// Words that make "as an AI ..." a person or a company: the phrase is then ordinary prose.
const AI_NOUNS: [&str; 20] = [
    "engineer",
    "engineers",
    "researcher",
    "developer",
    "company",
    "startup",
    "start-up",
    "consultant",
    "expert",
    "practitioner",
    "leader",
    "team",
    "scientist",
    "student",
    "enthusiast",
    "investor",
    "specialist",
    "architect",
    "vendor",
    "first",
];
/// Words a model begins an answer with; residue when a block begins with them and `!` or `,` follows.
const OPENERS: [&str; 6] = ["certainly", "sure", "sure thing", "of course", "absolutely", "great question"];
/// Beginnings of the last paragraph that speak to the user.
const CLOSERS: [&str; 7] = [
    "let me know if",
    "i hope this helps",
    "i hope this article",
    "feel free to ask",
    "would you like me to",
    "please let me know",
    "is there anything else",
];
/// Placeholders that were never filled.
const PLACEHOLDERS: [&str; 8] = ["{{", "}}", "[todo", "[insert ", "[your ", "[placeholder", "<|", "{%"];

struct Sets {
    anywhere: PhraseSet,
    openers: PhraseSet,
    closers: PhraseSet,
    as_an_ai: [u64; 3],
    nouns: Vec<u64>,
}

static SETS: LazyLock<Sets> = LazyLock::new(|| Sets {
    anywhere: PhraseSet::new(ANYWHERE),
    openers: PhraseSet::new(OPENERS),
    closers: PhraseSet::new(CLOSERS),
    as_an_ai: ["as", "an", "ai"].map(hash_word),
    nouns: AI_NOUNS.into_iter().map(hash_word).collect(),
});

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    fence(context, out);
    placeholders(context, out);
    let blocks = context.model.blocks();
    let last = blocks.iter().rposition(|block| !block.words.is_empty());
    for (index, block) in blocks.iter().enumerate() {
        anywhere(context, block, out);
        let words = context.model.words_of(block.words);
        let closing = Some(index) == last && block.kind == BlockKind::Paragraph && SETS.closers.starts(words).is_some();
        if closing || opens(context, block) {
            let place = Place::new(block.line, context.model.slice(block.bytes));
            out.push(residue("The text speaks to the person who ordered it, not to the reader.").at(place));
        }
    }
}

fn residue(message: &str) -> Finding {
    Finding::new("assistant-residue", Severity::Block, message).threshold("none")
}

fn anywhere(context: &Context<'_>, block: &Block, out: &mut Sink) {
    let words = context.model.words_of(block.words);
    for (at, phrase) in SETS.anywhere.find(words) {
        let after = words.get(at + phrase.len());
        let is_as_an_ai =
            phrase.len() == 3 && words.iter().skip(at).zip(SETS.as_an_ai).all(|(word, hash)| word.hash == hash);
        if is_as_an_ai && after.is_some_and(|word| SETS.nouns.contains(&word.hash)) {
            continue;
        }
        let from = block.words.start as usize + at;
        let bytes = context.model.bytes_of_words(Span::new(from, from + phrase.len()));
        let shown = Span { end: block.bytes.end, ..bytes };
        out.push(
            residue("A phrase of an assistant is left in the text.")
                .measured(format!("\"{}\"", phrase.text))
                .at(context.place(shown)),
        );
    }
}

/// Whether a block begins as an answer does: `Certainly! ...`.
fn opens(context: &Context<'_>, block: &Block) -> bool {
    let words = context.model.words_of(block.words);
    let Some(phrase) = SETS.openers.starts(words) else { return false };
    let Some(last) = words.get(phrase.len().saturating_sub(1)) else { return false };
    let rest = context.model.text().get(last.bytes.end as usize..block.bytes.end as usize).unwrap_or_default();
    let exclaims = rest.starts_with('!');
    // "Of course, ..." may open a paragraph of an article; only at the very start is it an answer.
    exclaims || (rest.starts_with(',') && block.words.start == 0)
}

fn placeholders(context: &Context<'_>, out: &mut Sink) {
    let text = context.model.text();
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'{' | b'}' | b'[' | b'<')) {
        let tail = text.as_bytes().get(at..).unwrap_or_default();
        let begins =
            |mark: &&&str| tail.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark.as_bytes()));
        let doubled = byte == b'}' && at > 0 && text.as_bytes().get(at - 1) == Some(&b'}');
        let Some(mark) = PLACEHOLDERS.iter().find(begins).filter(|_| !doubled && !context.model.in_code_span(at))
        else {
            continue;
        };
        let line = text.get(at..).and_then(|tail| tail.lines().next()).unwrap_or_default();
        let place = context.place(Span::new(at, at + line.len()));
        out.push(residue("A placeholder was never filled.").measured(format!("\"{}\"", mark.trim())).at(place));
    }
}

/// A fence round the whole text: the article is one code block, closed or not.
fn fence(context: &Context<'_>, out: &mut Sink) {
    if let [Block { kind: BlockKind::Code { .. }, line, .. }] = context.model.blocks() {
        let first = context.article.markdown.trim_start().lines().next().unwrap_or_default();
        out.push(
            residue("The whole text stands inside a code fence.")
                .measured("one code block")
                .at(Place::new(*line, first)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, found};
    use super::Severity;

    #[test]
    fn residue_blocks() {
        for text in [
            "As an AI, I cannot say.",
            "Sadly, as an AI language model, no.",
            "Certainly! A text.",
            "# Title\n\nCertainly! Here is more.",
            "Sure, a text.",
            "Here’s the article you wanted.",
            "A text for {{ name }}.",
            "See [TODO] here.",
            "Dear [Your Name], hello.",
            "Lorem ipsum dolor.",
            "```markdown\n# Title\n\nText.\n```",
            "A text.\n\nLet me know if you need more.",
            "<|endoftext|>x",
        ] {
            assert!(found("assistant-residue", &article(text)).contains(&Severity::Block), "{text}");
        }
    }

    #[test]
    fn ordinary_prose_passes() {
        for text in [
            "As an AI engineer, she knows.",
            "It will certainly help! Sure.",
            "One.\n\nOf course, there is more.",
            "Write `{{ name }}` in the template.",
            "```\n{{ x }} [TODO]\n```\n\nText.",
            "Let me know if you agree, said he.\n\nThe end.",
            "[todo list](https://a.io) and {one}.",
            "Here is the recipe.",
        ] {
            assert_eq!(found("assistant-residue", &article(text)), [], "{text}");
        }
    }
}
