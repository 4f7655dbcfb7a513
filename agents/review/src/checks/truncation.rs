//! Whether the text was cut off before its end.

use super::Context;
use super::finding::{Finding, Place, Severity, Sink};
use crate::text::{Block, BlockKind, ends_finished};

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    if !context.article.finish_natural {
        let message = "The model stopped at a limit, not at the end of the article.";
        out.push(block(message).measured("stopped at a limit").threshold("a natural end"));
    }
    let last = context.model.blocks().iter().rev().find(|block| block.kind != BlockKind::Footnote && !is_empty(block));
    let Some((last, message)) = last.and_then(|last| Some((last, unfinished(last, context)?))) else { return };
    let excerpt = tail(context.model.slice(last.bytes));
    let end = last.bytes.end.saturating_sub(1) as usize;
    let line = if last.bytes.is_empty() { last.line } else { context.model.line_of(end) };
    out.push(
        block(message)
            .measured("no terminal punctuation")
            .threshold("a finished last sentence")
            .at(Place::new(line, excerpt)),
    );
}

fn block(message: &str) -> Finding {
    Finding::new("truncation", Severity::Block, message)
}

fn is_empty(block: &Block) -> bool {
    block.words.is_empty() && !matches!(block.kind, BlockKind::Code { .. })
}

/// Why the article seems to break off at its last block.
fn unfinished(last: &Block, context: &Context<'_>) -> Option<&'static str> {
    let text = context.model.slice(last.bytes).trim_end();
    match last.kind {
        BlockKind::Heading(_) => Some("The text ends with a heading that has nothing below it."),
        BlockKind::Code { closed: false } => Some("The text ends inside a code block."),
        // A call to action is often a bare link.
        BlockKind::Paragraph | BlockKind::Quote if !last.only_links && !ends_finished(text) => {
            Some("The last paragraph has no end.")
        }
        // Items of a list need no full stop, but they do not end like this.
        BlockKind::ListItem if text.ends_with([',', ':', ';', '-', '(']) => {
            Some("The last item of the list has no end.")
        }
        _ => None,
    }
}

/// The last words are what shows the break.
fn tail(text: &str) -> &str {
    let from = text.char_indices().rev().nth(99).map_or(0, |(at, _)| at);
    let tail = text.get(from..).unwrap_or(text);
    if from == 0 { tail } else { tail.split_once(char::is_whitespace).map_or(tail, |(_, rest)| rest) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, found};
    use super::{Severity, tail};
    use crate::checks::Article;

    #[test]
    fn finished_texts_pass() {
        for text in [
            "The end.",
            "The end!\n",
            "“The end.”",
            "Go:\n\n- one\n- two",
            "[Start now](https://a.io)",
            "```\nx\n```",
            "Done.\n\n[^1]: note",
            "",
            "Text.[^1]\n\n[^1]: a note",
        ] {
            assert_eq!(found("truncation", &article(text)), [], "{text}");
        }
    }

    #[test]
    fn cut_texts_block() {
        for text in
            ["The end and", "Done.\n\n## Next", "Done.\n\n```\nlet x", "Things:\n\n- one\n- two,", "> a quote without"]
        {
            assert_eq!(found("truncation", &article(text)), [Severity::Block], "{text}");
        }
    }

    #[test]
    fn an_unnatural_finish_blocks() {
        assert_eq!(found("truncation", &Article { finish_natural: false, ..article("The end.") }), [Severity::Block]);
    }

    #[test]
    fn shows_the_last_words() {
        assert!(tail(&"word ".repeat(50)).len() <= 100);
        assert_eq!(tail("ä"), "ä");
    }
}
