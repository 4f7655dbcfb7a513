#![allow(clippy::unwrap_used)]

use comrak::{Arena, markdown_to_html, parse_document};
use proptest::prelude::*;

use super::*;
use crate::render::options;

fn apply(notes: &str, markdown: &str) -> String {
    let keywords = ["small queues".to_owned(), "flow".to_owned(), "c++".to_owned()];
    Formatting::read(notes).apply(markdown, "Title", "en", &keywords)
}

#[test]
fn notes_are_read_as_people_write_them() {
    let read = Formatting::read;
    assert_eq!(read("Use Title Case for headings.").heading_case, Some(HeadingCase::Title));
    assert_eq!(read("Headings in sentence-case").heading_case, Some(HeadingCase::Sentence));
    assert_eq!(read("bullets: asterisks").bullet, Some(Bullet::Asterisk));
    assert_eq!(read("Use dashes for bulleted lists").bullet, Some(Bullet::Dash));
    assert!(read("number the sections").numbered_sections && read("Numbered headings").numbered_sections);
    assert!(read("Start with a table of contents").table_of_contents && read("TOC").table_of_contents);
    assert!(read("Bold the first mention of keywords").bold_keywords);
    assert!(read("A horizontal rule between sections").rules_between_sections);
    let all = read("Title case headings, numbered sections and a table of contents; dashes for lists.\nBold keywords.");
    assert_eq!((all.heading_case, all.bullet), (Some(HeadingCase::Title), Some(Bullet::Dash)));
    assert!(all.numbered_sections && all.table_of_contents && all.bold_keywords && !all.rules_between_sections);
}

#[test]
fn a_note_that_is_no_rule_changes_nothing() {
    for notes in [
        "",
        "Short paragraphs, please",
        "No table of contents",
        "Don't number sections",
        "Don’t use title case",
        "avoid horizontal rules",
        "never bold keywords",
        "We sell bulletproof dashboards",
        "Numbers below ten in words",
        "A list of three",
    ] {
        assert_eq!(Formatting::read(notes), Formatting::default(), "{notes}");
    }
}

#[test]
fn headings_get_title_case() {
    let text =
        "# a title\n\n## what the `code` of GitHub is for\n\n### a *small* step: to win\n\nBody text is let be.\n";
    let want =
        "# a title\n\n## What the `code` of GitHub Is For\n\n### A *Small* Step: To Win\n\nBody text is let be.\n";
    assert_eq!(apply("title case", text), want);
}

#[test]
fn headings_get_sentence_case_and_keep_names() {
    let text = "## How Small Teams In Berlin Use SQS And IPv6\n\nA team in Berlin wins.\n\n## Why I Care: The Point\n";
    let want = "## How small teams in Berlin use SQS and IPv6\n\nA team in Berlin wins.\n\n## Why I care: The point\n";
    assert_eq!(apply("sentence case", text), want);
    assert_eq!(Formatting::read("sentence case").apply("## Die Stadt Bern\n", "", "de", &[]), "## Die Stadt Bern\n");
}

#[test]
fn lists_get_one_mark() {
    let text = "* a\n* b\n  + c\n\ntext\n\n+ [ ] d\n";
    assert_eq!(apply("dashes for bullets", text), "- a\n- b\n  - c\n\ntext\n\n- [ ] d\n");
    assert_eq!(apply("dashes for bullets", "* a\n\n- b\n"), "* a\n\n- b\n", "two lists would become one");
    let nested = "- a\n  - b\n\n1. one\n\n```\n- code\n```\n";
    assert_eq!(apply("asterisks for bullets", nested), "* a\n  * b\n\n1. one\n\n```\n- code\n```\n");
    assert_eq!(apply("dashes for bullets", "* --\n"), "* --\n", "would be a rule");
}

#[test]
fn sections_are_numbered_once() {
    let text = "# Title\n\n## One ##\n\n### Sub\n\n## *Two*\n";
    let want = "# Title\n\n## 1. One ##\n\n### Sub\n\n## 2. *Two*\n";
    assert_eq!(apply("numbered sections", text), want);
    assert_eq!(apply("numbered sections", want), want);
    assert_eq!(apply("numbered sections", "One\n---\n\n## Two\n"), "One\n---\n\n## Two\n");
}

#[test]
fn keywords_are_bold_where_they_come_first() {
    let text = "## Flow\n\n> flow\n\nThe overflow of Small\nqueues. Flow, and flow. Small queues *small queues*.\n";
    let want =
        "## Flow\n\n> flow\n\nThe overflow of Small\nqueues. **Flow**, and flow. **Small queues** *small queues*.\n";
    assert_eq!(apply("bold keywords", text), want);
    assert_eq!(apply("bold keywords", want), want);
    assert_eq!(apply("bold keywords", "![flow](x) [flow](y) `flow`\n"), "![flow](x) [flow](y) `flow`\n");
}

#[test]
fn rules_stand_between_sections() {
    let text = "# Title\n\nIntro.\n\n## One\nText.\n## Two\n\n---\n\n## Three\n";
    let want = "# Title\n\nIntro.\n\n## One\nText.\n\n---\n\n## Two\n\n---\n\n## Three\n";
    assert_eq!(apply("horizontal rules", text), want);
    assert_eq!(apply("horizontal rules", want), want);
}

#[test]
fn contents_link_to_the_sections() {
    let text = "# Title\n\nIntro.\n\n## A & [b]\n\n### Sub\n\n## A & [b]\n";
    let got = apply("table of contents", text);
    assert!(got.contains("Intro.\n\n\n- [A \\& \\[b\\]](#a--b)\n- [A \\& \\[b\\]](#a--b-1)\n\n## A & [b]\n"), "{got}");
    assert_eq!(apply("table of contents", "## One\n"), "## One\n");
    let numbered = apply("table of contents, numbered sections", "## One\n\n## Two\n");
    assert!(numbered.contains("- [1. One](#1-one)"), "{numbered}");
}

fn words(markdown: &str) -> String {
    let arena = Arena::new();
    parse_document(&arena, markdown, &options()).collect_text().to_lowercase()
}

fn markdown() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "# T\n",
        "## flow of Small queues\n",
        "### b\n",
        "* a\n",
        "- b\n",
        "  + c\n",
        "flow ",
        "small queues",
        "**flow**",
        "\n",
        "\n\n",
        "---\n",
        "===\n",
        "> ",
        "1. ",
        "```\n",
        "`flow`",
        "[x](y)",
        "![x](y)",
        "|a|b|\n|-|-|\n|c|flow|\n",
        "é &amp; \\* ",
        "[^1]",
        "\n[^1]: flow\n",
        "\t",
        "<b>flow</b>",
        "\r\n",
    ]);
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_word_is_lost(text in markdown()) {
        for notes in ["title case", "sentence case", "bold keywords"] {
            prop_assert_eq!(words(&apply(notes, &text)), words(&text), "{}", notes);
        }
        let html = |text: &str| markdown_to_html(text, &options());
        for notes in ["dashes for bullets", "asterisks for bullets", "nothing"] {
            prop_assert_eq!(html(&apply(notes, &text)), html(&text), "{}", notes);
        }
        for notes in ["table of contents", "horizontal rules", "numbered sections"] {
            let before: Vec<_> = crate::render::outline(&text, "Title");
            let after = crate::render::outline(&apply(notes, &text), "Title");
            prop_assert_eq!(before.len(), after.len(), "{}", notes);
        }
    }
}
