//! Shortening and cleaning articles of any shape.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use mesh_article::{clean, count_words, first_paragraph, headings, summary, title, trim};
use proptest::prelude::*;

/// A sentence of a few words, some of them of more than one byte a letter, with an end of its own.
fn sentence() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "queues",
        "wait",
        "fürs",
        "\u{65e5}\u{672c}",
        "e\u{301}t\u{e9}",
        "Dr.",
        "3.5",
        "\u{1f41d}",
        "it's",
        "(so)",
        "a#b",
        "**bold**",
        "`code`",
    ]);
    let end = prop::sample::select(vec![".", "!", "?", "\u{2026}", "\u{3002}", ".\"", "?)", ".**"]);
    (prop::collection::vec(word, 1..9), end).prop_map(|(words, end)| format!("{} end{end}", words.join(" ")))
}

/// A block of an article: a heading, a paragraph, a list, code.
fn block() -> impl Strategy<Value = String> {
    let sentences = || prop::collection::vec(sentence(), 1..4);
    prop_oneof![
        2 => ("#{2,4}", "[A-Z][a-z]{1,6}( [a-z]{1,6}){0,3}").prop_map(|(marks, text)| format!("{marks} {text}")),
        4 => sentences().prop_map(|sentences| sentences.join(" ")),
        1 => sentences().prop_map(|items| items.iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")),
        1 => sentences().prop_map(|lines| format!("```\n# {}\n```", lines.join("\n"))),
        1 => sentences().prop_map(|lines| format!("> {}", lines.join("\n> "))),
    ]
}

fn article() -> impl Strategy<Value = String> {
    prop::collection::vec(block(), 0..12).prop_map(|blocks| format!("# The title\n\n{}\n", blocks.join("\n\n")))
}

/// An article as a model may hand it over: with remarks around it, and in a fence.
fn answer() -> impl Strategy<Value = String> {
    let remark = prop::sample::select(vec!["", "Certainly! Here is your article:\n\n", "Here's a draft:\n\n"]);
    let farewell =
        prop::sample::select(vec!["", "\n---\n\nLet me know!", "\nI hope this helps.\n\nFeel free to ask.\n"]);
    (remark, article(), farewell, any::<bool>()).prop_map(|(remark, article, farewell, fenced)| {
        let answer = format!("{remark}{article}{farewell}");
        if fenced { format!("```markdown\n{answer}\n```") } else { answer }
    })
}

/// Any text: an article, or what nobody would write.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => article(), 1 => any::<String>(), 1 => "([#`. \n]|a b|\u{e9}|```\n|\n# ){0,60}"]
}

/// The lines that are headings, outside of code.
fn heading_lines(markdown: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in markdown.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if line.starts_with('#') && !fenced {
            lines.push(line);
        }
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_trimmed_article_is_within_the_limit(article in article(), limit in 12usize..80) {
        let cut = trim(&article, limit);
        let fits = count_words(&cut) <= limit;
        // What has no end of a sentence within the limit is left whole, by its contract.
        prop_assert!(fits || cut == article, "{} words", count_words(&cut));
        prop_assert!(count_words(&article) > limit || cut == article, "what fits is left alone");
    }

    #[test]
    fn trimming_again_changes_nothing(text in text(), limit in 0usize..60) {
        let once = trim(&text, limit);
        prop_assert_eq!(trim(&once, limit), once);
    }

    #[test]
    fn a_larger_limit_never_keeps_less(article in article(), limit in 12usize..60, more in 0usize..20) {
        let (short, long) = (trim(&article, limit), trim(&article, limit + more));
        if count_words(&short) <= limit {
            prop_assert!(long.starts_with(short.trim_end()), "{:?} of {:?}", short, long);
        }
    }

    #[test]
    fn what_is_left_is_a_start_of_the_text_and_ends_with_a_sentence(article in article(), limit in 12usize..80) {
        let cut = trim(&article, limit);
        prop_assert!(article.starts_with(cut.trim_end()));
        if cut != article {
            let last = cut.trim_end().lines().next_back().unwrap_or_default();
            prop_assert!(!last.trim_start().starts_with('#'), "a heading without text: {last}");
            let marks = ['.', '!', '?', '\u{2026}', '\u{3002}'];
            let bare = last.trim_end_matches(['"', ')', '*', '`', '_']);
            prop_assert!(bare.ends_with(marks), "cut within a sentence: {last:?}");
            prop_assert_eq!(cut.matches("```").count() % 2, 0, "code is not cut open");
        }
    }

    #[test]
    fn headings_that_are_left_are_the_first_ones_whole(text in text(), limit in 0usize..60) {
        let cut = trim(&text, limit);
        prop_assert!(heading_lines(&text).starts_with(&heading_lines(&cut)));
        prop_assert!(headings(&text).starts_with(&headings(&cut)));
        if cut.contains('\n') && !cut.trim().is_empty() && text.starts_with("# ") {
            prop_assert_eq!(title(&cut), title(&text));
        }
    }

    #[test]
    fn an_answer_becomes_an_article_with_one_title(text in text(), topic in "[A-Za-z\u{e9}#* ]{0,20}[a-z]") {
        let article = clean(&text, &topic);
        prop_assert!(article.starts_with("# "));
        let titles = heading_lines(&article).iter().filter(|line| line.starts_with("# ")).count();
        prop_assert_eq!(titles, 1, "{}", article);
    }

    #[test]
    fn a_clean_article_is_clean(answer in answer(), topic in "[A-Za-z\u{e9}#* ]{0,20}[a-z]") {
        let once = clean(&answer, &topic);
        prop_assert_eq!(clean(&once, &topic), once);
    }

    #[test]
    fn no_part_of_any_text_breaks(text in any::<String>()) {
        let (summary, paragraph) = (summary(&text), first_paragraph(&text));
        prop_assert!(paragraph.is_empty() || !summary.is_empty() || paragraph.trim().is_empty());
        prop_assert!(text.contains(title(&text)));
        prop_assert!(headings(&text).iter().all(|heading| text.contains(heading.as_str())));
    }
}
