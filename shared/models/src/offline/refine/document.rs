//! An article as blocks, of which only plain prose, lists and headings are ever edited; all else stays as it is.

use super::sentences::sentences;
use crate::offline::text::word_count;

/// One block of Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading of a level from 1 to 6.
    Heading(usize, String),
    /// A paragraph of plain sentences.
    Prose(Vec<String>),
    /// A list, line by line with its marks.
    Items(Vec<String>),
    /// Anything else: code, tables, quotes, paragraphs with links.
    Other(String),
}

impl Block {
    /// Its words.
    pub(super) fn words(&self) -> usize {
        match self {
            Self::Heading(_, text) | Self::Other(text) => word_count(text),
            Self::Prose(lines) | Self::Items(lines) => lines.iter().map(|line| word_count(line)).sum(),
        }
    }

    /// Whether it is a heading.
    pub(super) fn is_heading(&self) -> bool {
        matches!(self, Self::Heading(..))
    }
}

/// An article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) blocks: Vec<Block>,
}

impl Document {
    /// Reads Markdown.
    pub(super) fn parse(markdown: &str) -> Self {
        let mut blocks = Vec::new();
        let mut lines: Vec<&str> = Vec::new();
        let mut fence: Option<&str> = None;
        for line in markdown.lines() {
            let start = line.trim_start();
            match fence {
                Some(mark) => {
                    lines.push(line);
                    if start.starts_with(mark) {
                        fence = None;
                        blocks.push(Block::Other(std::mem::take(&mut lines).join("\n")));
                    }
                }
                None if start.starts_with("```") || start.starts_with("~~~") => {
                    close(&mut lines, &mut blocks);
                    fence = Some(if start.starts_with('`') { "```" } else { "~~~" });
                    lines.push(line);
                }
                None if line.trim().is_empty() => close(&mut lines, &mut blocks),
                None => match heading(line) {
                    Some(heading) => {
                        close(&mut lines, &mut blocks);
                        blocks.push(heading);
                    }
                    None => lines.push(line),
                },
            }
        }
        close(&mut lines, &mut blocks);
        Self { blocks }
    }

    /// Writes it as Markdown, without an end of line at the end.
    pub(super) fn render(&self) -> String {
        let block = |block: &Block| match block {
            Block::Heading(level, text) => format!("{} {text}", "#".repeat(*level)),
            Block::Prose(sentences) => sentences.join(" "),
            Block::Items(lines) => lines.join("\n"),
            Block::Other(text) => text.clone(),
        };
        self.blocks.iter().map(block).collect::<Vec<_>>().join("\n\n")
    }

    /// Its words.
    pub(super) fn words(&self) -> usize {
        self.blocks.iter().map(Block::words).sum()
    }

    /// The sections: from one heading to the next, the text before any heading first.
    pub(super) fn sections(&self) -> Vec<std::ops::Range<usize>> {
        let starts = (0..self.blocks.len()).filter(|at| *at == 0 || self.blocks[*at].is_heading());
        let mut starts: Vec<usize> = starts.collect();
        starts.push(self.blocks.len());
        starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
    }

    /// The paragraphs of plain prose.
    pub(super) fn prose(&self) -> Vec<usize> {
        (0..self.blocks.len()).filter(|at| matches!(self.blocks[*at], Block::Prose(_))).collect()
    }

    /// The sentences of a paragraph of plain prose; none of another block.
    pub(super) fn sentences(&self, block: usize) -> &[String] {
        match self.blocks.get(block) {
            Some(Block::Prose(sentences)) => sentences,
            _ => &[],
        }
    }

    /// The same to be changed.
    pub(super) fn sentences_mut(&mut self, block: usize) -> Option<&mut Vec<String>> {
        match self.blocks.get_mut(block) {
            Some(Block::Prose(sentences)) => Some(sentences),
            _ => None,
        }
    }

    /// Takes out the sentences that `keep` refuses, and paragraphs and lists that are empty then.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        for block in &mut self.blocks {
            if let Block::Prose(lines) | Block::Items(lines) = block {
                lines.retain(|line| keep(line));
            }
        }
        self.blocks.retain(|block| !matches!(block, Block::Prose(lines) | Block::Items(lines) if lines.is_empty()));
    }
}

fn close(lines: &mut Vec<&str>, blocks: &mut Vec<Block>) {
    let lines = std::mem::take(lines);
    if lines.is_empty() {
        return;
    }
    let listed = |line: &&str| line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ");
    let text = lines.join(" ");
    blocks.push(if lines.iter().all(listed) {
        Block::Items(lines.iter().map(|line| (*line).to_owned()).collect())
    } else if is_plain(&lines, &text) {
        Block::Prose(sentences(&text))
    } else {
        Block::Other(lines.join("\n"))
    });
}

fn heading(line: &str) -> Option<Block> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let marked = (1..=6).contains(&level) && (text.is_empty() || text.starts_with(' '));
    marked.then(|| Block::Heading(level, text.trim().trim_end_matches(" #").trim_end().to_owned()))
}

/// Whether nothing in a paragraph is more than words: no list, no quote, no table, no mark-up within it.
fn is_plain(lines: &[&str], text: &str) -> bool {
    let marked = |line: &&str| {
        let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let numbered = digits.len() < line.len() && digits.starts_with(['.', ')']);
        numbered || line.starts_with([' ', '\t', '>', '|', '-', '*', '+', '=', ':'])
    };
    let mut escaped = false;
    let hazard = text.chars().any(|c| {
        let hazard = !escaped && matches!(c, '`' | '<' | '[' | '*' | '|');
        escaped = c == '\\' && !escaped;
        hazard
    });
    !lines.iter().any(marked) && !hazard && !text.contains("__")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str = "Before.\n\n# Tea: a start\n\nOne here. Two\nthere! Is it Node.js? Yes.\n\n- a\n- b\n\n## Code #\n\n\
        ```\n# no heading\n\nx\n```\n\nSee [this](x). Or not.\n\n1. one\n2. two";

    #[test]
    fn blocks_are_told_apart_and_written_as_they_were() {
        let document = Document::parse(ARTICLE);
        let kinds: String = document
            .blocks
            .iter()
            .map(|block| match block {
                Block::Heading(level, _) => char::from_digit(u32::try_from(*level).unwrap(), 10).unwrap(),
                Block::Prose(_) => 'p',
                Block::Items(_) => 'i',
                Block::Other(_) => 'o',
            })
            .collect();
        assert_eq!(kinds, "p1pi2ooo");
        assert_eq!(document.sentences(2), ["One here.", "Two there!", "Is it Node.js?", "Yes."]);
        assert_eq!(document.render(), ARTICLE.replace("Two\nthere", "Two there").replace("Code #", "Code"));
        assert_eq!(document.sections(), [0..1, 1..4, 4..8]);
        assert_eq!(document.words(), word_count(&document.render()));
    }

    #[test]
    fn escaped_marks_are_words() {
        let document = Document::parse(r"About \<b\> and \[x\] here. More.");
        assert_eq!(document.sentences(0).len(), 2);
    }

    #[test]
    fn empty_paragraphs_go() {
        let mut document = Document::parse("One.\n\n- x\n\nTwo. Three.");
        document.retain(|line| line == "Three.");
        assert_eq!(document.render(), "Three.");
    }
}
