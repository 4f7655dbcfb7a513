//! The checks together: whole articles, determinism, any input.

use super::testing::article;
use super::*;

/// A clean article of about 330 words.
const CLEAN: &str = include_str!("testing/clean.md");

fn clean_article(allowed: &[String]) -> Article<'_> {
    Article {
        topic: "watering a small garden",
        requested_words: Some(330),
        language: Some("en-GB"),
        keyphrase: Some("small garden"),
        allowed_links: allowed,
        ..article(CLEAN)
    }
}

#[test]
fn a_good_article_passes_without_a_finding() {
    let allowed = ["https://example.org/soil".to_owned()];
    let review = review(&clean_article(&allowed), &Policy::default());
    assert_eq!(review.findings, []);
    assert_eq!((review.verdict, review.scores.originality, review.scores.language), (Verdict::Pass, 1.0, Some("eng")));
    assert!(review.scores.readability.is_some_and(|flesch| flesch > 60.0));
}

#[test]
fn findings_come_heaviest_first() {
    let review = review(&Article { finish_natural: false, ..clean_article(&[]) }, &Policy::default());
    let severities: Vec<Severity> = review.findings.iter().map(|finding| finding.severity).collect();
    assert!(severities.is_sorted_by(|a, b| a >= b) && severities.len() >= 2);
    assert_eq!(review.verdict, Verdict::Block);
}

#[test]
fn a_huge_text_is_not_read() {
    let text = "word ".repeat(40_000);
    let findings = run(&article(&text), &Policy::default());
    assert_eq!(
        findings.iter().map(|finding| (finding.check, finding.severity)).collect::<Vec<_>>(),
        [("size", Severity::Block)]
    );
    assert!(run(&article(&text[..65_536]), &Policy::default()).iter().all(|finding| finding.check != "size"));
}

#[test]
fn empty_texts_block() {
    for text in ["", " \n", "\u{feff}", "---", "<!-- -->"] {
        assert_eq!(review(&article(text), &Policy::default()).verdict, Verdict::Block, "{text:?}");
    }
}

#[test]
fn mending_does_not_change_a_clean_article() {
    assert_eq!(minor_fixes(CLEAN), None);
}

proptest::proptest! {
    #[test]
    fn any_text_is_reviewed_the_same_twice(text in "\\PC{0,200}", marks in "[ #*_`>\\[\\]()<!|~\n\ta-c1.:/@&;{}\"'=+-]{0,120}", extra in "\\PC{0,20}") {
        let (links, banned) = ([extra.clone(), marks.clone()], [extra.clone(), text.clone()]);
        for markdown in [&text, &marks] {
            let article = Article {
                topic: &extra,
                language: Some(&extra),
                keyphrase: Some(&extra),
                requested_words: Some(0),
                allowed_links: &links,
                banned_phrases: &banned,
                recent: &[RecentArticle { content_id: "x", topic: &extra, title: markdown }],
                ..article(markdown)
            };
            let first = review(&article, &Policy::default());
            assert_eq!(first, review(&article, &Policy::default()));
            for place in first.findings.iter().filter_map(|finding| finding.place.as_ref()) {
                assert!(place.line >= 1 && place.excerpt.chars().count() <= 120);
            }
        }
    }
}
