//! Walking comrak's tree once into a [`TextModel`].

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{Ast, NodeValue};
use comrak::{Arena, Options, format_html, parse_document};

use super::{Block, BlockKind, Link, RawHtml, Sentence, Span, TextModel, Word, sentences, words};

pub(super) fn build(markdown: &str) -> TextModel {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let mut walk = Walk {
        model: TextModel { text: String::with_capacity(markdown.len()), ..TextModel::default() },
        ..Walk::default()
    };
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(node) => walk.enter(&node.data()),
            NodeEdge::End(node) => walk.leave(&node.data().value),
        }
    }
    // Writing to a String does not fail; a half-rendered page would only make the HTML check see less.
    if format_html(root, &options(), &mut walk.model.html).is_err() {
        walk.model.html.clear();
    }
    walk.model
}

/// The dialect articles are written in. Raw HTML is rendered, because the HTML check must see it.
fn options<'c>() -> Options<'c> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.render.r#unsafe = true;
    options
}

/// The state of the walk: what the current block lies in, and the block being filled.
#[derive(Default)]
struct Walk {
    model: TextModel,
    lists: u32,
    quotes: u32,
    footnotes: u32,
    links: u32,
    images: u32,
    open: Option<OpenBlock>,
}

struct OpenBlock {
    kind: BlockKind,
    line: u32,
    start: usize,
    text_outside_links: bool,
}

impl Walk {
    fn enter(&mut self, node: &Ast) {
        self.model.depth = self.model.depth.max(self.lists + self.quotes);
        let line = u32::try_from(node.sourcepos.start.line).unwrap_or(u32::MAX).max(1);
        match &node.value {
            NodeValue::List(_) => self.lists += 1,
            NodeValue::BlockQuote => self.quotes += 1,
            NodeValue::FootnoteDefinition(_) => self.footnotes += 1,
            NodeValue::Paragraph => self.open(self.paragraph_kind(), line),
            NodeValue::Heading(heading) => self.open(BlockKind::Heading(heading.level), line),
            NodeValue::TableCell => self.open(BlockKind::Cell, line),
            NodeValue::CodeBlock(code) => {
                self.open(BlockKind::Code { closed: code.closed || !code.fenced }, line);
                self.close();
            }
            NodeValue::HtmlBlock(html) => self.model.raw_html.push(RawHtml { markup: html.literal.clone(), line }),
            NodeValue::HtmlInline(html) => self.model.raw_html.push(RawHtml { markup: html.clone(), line }),
            NodeValue::Link(link) => {
                self.links += 1;
                self.model.links.push(Link { url: link.url.clone(), line, image: false });
            }
            NodeValue::Image(image) => {
                self.images += 1;
                self.model.links.push(Link { url: image.url.clone(), line, image: true });
            }
            value => self.inline(value),
        }
    }

    fn inline(&mut self, value: &NodeValue) {
        match value {
            NodeValue::Text(text) => self.push(text),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.push("\n"),
            NodeValue::Code(code) => {
                let start = self.model.text.len();
                self.push(&code.literal);
                self.model.code_spans.push(Span::new(start, self.model.text.len()));
            }
            _ => {}
        }
    }

    fn leave(&mut self, value: &NodeValue) {
        match value {
            NodeValue::List(_) => self.lists = self.lists.saturating_sub(1),
            NodeValue::BlockQuote => self.quotes = self.quotes.saturating_sub(1),
            NodeValue::FootnoteDefinition(_) => self.footnotes = self.footnotes.saturating_sub(1),
            NodeValue::Link(_) => self.links = self.links.saturating_sub(1),
            NodeValue::Image(_) => self.images = self.images.saturating_sub(1),
            NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::TableCell => self.close(),
            _ => {}
        }
    }

    fn paragraph_kind(&self) -> BlockKind {
        match (self.footnotes, self.lists, self.quotes) {
            (0, 0, 0) => BlockKind::Paragraph,
            (0, 0, _) => BlockKind::Quote,
            (0, _, _) => BlockKind::ListItem,
            _ => BlockKind::Footnote,
        }
    }

    /// Adds text of the open block; an image's text is a label, no running text.
    fn push(&mut self, text: &str) {
        let Some(open) = self.open.as_mut().filter(|_| self.images == 0) else { return };
        open.text_outside_links |= self.links == 0 && !text.trim().is_empty();
        self.model.text.push_str(text);
    }

    fn open(&mut self, kind: BlockKind, line: u32) {
        self.close();
        self.open = Some(OpenBlock { kind, line, start: self.model.text.len(), text_outside_links: false });
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let bytes = Span::new(open.start, self.model.text.len());
        let first_word = self.model.words.len();
        let found = &mut self.model.words;
        words::scan(self.model.text.get(bytes.range()).unwrap_or_default(), |word| {
            let at = Span { start: word.bytes.start + bytes.start, end: word.bytes.end + bytes.start };
            found.push(Word { bytes: at, ..word });
        });
        let first_sentence = self.model.sentences.len();
        if open.kind.is_prose() || open.kind == BlockKind::Footnote {
            self.cut_sentences(bytes, first_word);
        }
        self.model.blocks.push(Block {
            kind: open.kind,
            line: open.line,
            bytes,
            words: Span::new(first_word, self.model.words.len()),
            sentences: Span::new(first_sentence, self.model.sentences.len()),
            only_links: !open.text_outside_links,
        });
        self.model.text.push('\n');
    }

    fn cut_sentences(&mut self, bytes: Span, first_word: usize) {
        let TextModel { text, words, sentences, blocks, .. } = &mut self.model;
        let block = Span::new(blocks.len(), blocks.len()).start;
        let offset = Span::new(first_word, first_word).start;
        sentences::split(text, bytes, words.get(first_word..).unwrap_or_default(), |bytes, own| {
            let own = Span { start: own.start + offset, end: own.end + offset };
            sentences.push(Sentence { bytes, words: own, block });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BlockKind, TextModel};

    fn kinds(markdown: &str) -> Vec<BlockKind> {
        TextModel::parse(markdown).blocks().iter().map(|block| block.kind).collect()
    }

    #[test]
    fn names_what_a_paragraph_lies_in() {
        use BlockKind::{Cell, Code, Footnote, Heading, ListItem, Paragraph, Quote};
        assert_eq!(
            kinds("# A\n\nb[^1]\n\n- c\n  1. d\n\n> e\n\n    code\n\n[^1]: f"),
            [Heading(1), Paragraph, ListItem, ListItem, Quote, Code { closed: true }, Footnote]
        );
        assert_eq!(kinds("|a|b|\n|-|-|\n|c|d|"), [Cell, Cell, Cell, Cell]);
        assert_eq!(kinds("```\nx"), [Code { closed: false }]);
    }

    #[test]
    fn keeps_code_and_image_texts_out_of_the_words() {
        let model = TextModel::parse("Run `cargo test` ![a picture](p.png) now.\n\n```\nlet x = 1;\n```\n");
        assert_eq!(model.word_count(), 4);
        assert!(model.in_code_span(6) && !model.in_code_span(1));
        assert!(model.links().iter().all(|link| link.image));
    }

    #[test]
    fn collects_links_with_lines_and_raw_html() {
        let model = TextModel::parse("One\n[two](https://a.io/x)\nand https://b.io/y.\n\n<b>hi</b> there\n");
        let links: Vec<(&str, u32)> = model.links().iter().map(|link| (link.url.as_str(), link.line)).collect();
        assert_eq!(links, [("https://a.io/x", 2), ("https://b.io/y", 3)]);
        assert_eq!(model.raw_html().len(), 2);
        assert!(model.unsafe_html().contains("<b>hi</b>"));
    }

    #[test]
    fn knows_paragraphs_that_are_only_a_link() {
        let model = TextModel::parse("[Start now](https://a.io)\n\nSee [this](https://a.io)\n");
        assert_eq!(model.blocks().iter().map(|block| block.only_links).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn deep_nesting_is_no_problem() {
        for nested in ["> ".repeat(3000), "- ".repeat(3000), "[".repeat(3000), "*a ".repeat(3000), "<b>".repeat(3000)] {
            assert!(TextModel::parse(&format!("{nested}x")).word_count() > 0);
        }
    }
}
