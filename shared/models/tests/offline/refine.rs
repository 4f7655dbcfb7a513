//! The task `refine`: tone, audience, keywords and length, and that a review would have nothing against the result.

use mesh_core::ports::Finish;
use mesh_models::OfflineTextModel;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    DISCLOSURE, TOPICS, complete, draft,
    measure::{
        Block, blocks, density, flesch, longest_run_in_paragraphs, normal_words, prose, repeated, section_words,
        share_with, words,
    },
    request,
};

/// Words that tell a tone, written down apart from the code under test.
const TONES: [(&str, &[&str]); 5] = [
    ("Warm and friendly", &["gentle", "friendly", "warm", "caring", "welcoming", "heartfelt", "gladly", "together"]),
    ("plain", &["plain", "simple", "clear", "basic", "everyday", "ordinary", "simply", "brief"]),
    ("formal", &["careful", "proper", "orderly", "suitable", "prudent", "accordingly", "consequently", "thus"]),
    ("Playful, with some wit", &["cheerful", "merry", "lively", "jolly", "bouncy", "zesty", "wink", "whim"]),
    ("a confident voice", &["strong", "bold", "solid", "robust", "sturdy", "clearly", "assured", "doubt"]),
];
/// Some of what the review takes for a connection.
const TIES: [&str; 24] = [
    "because",
    "so",
    "while",
    "when",
    "before",
    "until",
    "then",
    "although",
    "though",
    "once",
    "if",
    "since",
    "however",
    "still",
    "also",
    "therefore",
    "finally",
    "for example",
    "for instance",
    "as a result",
    "in short",
    "after all",
    "instead",
    "thus",
];

pub(crate) fn refine(input: Value) -> String {
    let answer = complete(&OfflineTextModel::new(), &request("refine", input, 100_000)).unwrap();
    assert_eq!(answer.finish, Finish::Stop);
    answer.text
}

pub(crate) fn input(markdown: &str, title: &str, min: usize, max: usize) -> Value {
    json!({"markdown": markdown, "title": title, "words_min": min, "words_max": max, "language": "en", "round": 1})
}

/// What a review of articles measures, with its limits.
pub(crate) fn check(text: &str, min: usize, max: usize) {
    let count = words(text).len();
    // Half a sentence is what may be missing where the bounds lie close together.
    assert!(count <= max && count + 6 >= min, "{count} of {min} to {max}\n{text}");
    let blocks = blocks(text);
    assert!(matches!(blocks[0], Block::Heading(1, _)), "{text}");
    assert_eq!(blocks.iter().filter(|block| matches!(block, Block::Heading(1, _))).count(), 1, "{text}");
    assert_eq!(text.matches(DISCLOSURE).count(), 1, "{text}");
    assert!(text.ends_with(&format!("\n\n{DISCLOSURE}\n")) && !text.contains("\n\n\n"), "{text}");
    for block in &blocks {
        assert!(!matches!(block, Block::Paragraph(text) if words(text).len() > 150), "{text}");
    }
    let sections = section_words(text);
    assert!(sections.iter().all(|words| *words <= 300), "{sections:?}");
    assert!(sections.iter().skip(2).all(|words| *words > 0), "{sections:?}\n{text}");
    assert_eq!(repeated(text, 4), Vec::<String>::new());
    assert!(longest_run_in_paragraphs(text) < 3, "{text}");
    let sentences = prose(text, true);
    let long = sentences.iter().filter(|sentence| words(sentence).len() > 20).count();
    assert!(long * 4 <= sentences.len(), "{long} of {}", sentences.len());
    assert!(flesch(text) >= 55.0, "{}", flesch(text));
    assert!(!text.contains("  ") && !text.contains(" ,") && !text.contains(".."), "{text}");
    for sentence in prose(text, false) {
        assert!(sentence.ends_with(['.', '!', '?', ':']), "{sentence}");
        assert!(!sentence.starts_with(char::is_lowercase) || sentence.starts_with('i'), "{sentence}");
    }
}

#[test]
fn the_tone_can_be_measured() {
    for (topic, _) in &TOPICS[..5] {
        let article = draft(json!({"topic": topic, "word_count": 800}));
        let texts: Vec<String> = TONES
            .iter()
            .map(|(tone, _)| {
                let mut input = input(&article, topic, 720, 880);
                input["tone"] = json!(tone);
                refine(input)
            })
            .collect();
        for (own, (tone, marks)) in TONES.iter().enumerate() {
            let share = |text: &str| {
                let all = normal_words(text);
                100.0 * all.iter().filter(|word| marks.contains(&word.as_str())).count() as f64 / all.len() as f64
            };
            let mine = share(&texts[own]);
            assert!(mine >= 2.0, "{tone}: {mine}");
            for (other, text) in texts.iter().enumerate() {
                assert!(other == own || share(text) * 4.0 <= mine, "{tone}: {} in {}", share(text), TONES[other].0);
            }
            check(&texts[own], 720, 880);
        }
    }
}

#[test]
fn lengths_from_300_to_2000_are_met() {
    for (at, (from, min, max)) in [
        (300, 300, 330),
        (300, 450, 550),
        (300, 1800, 2000),
        (500, 300, 350),
        (800, 720, 880),
        (800, 1000, 1000),
        (800, 600, 600),
        (800, 400, 1200),
        (1200, 500, 800),
        (2000, 1200, 1500),
        (2000, 1900, 2000),
        (2000, 600, 700),
        (1500, 2000, 2000),
    ]
    .into_iter()
    .enumerate()
    {
        let (topic, phrase) = TOPICS[at % TOPICS.len()];
        let article = draft(json!({"topic": topic, "word_count": from}));
        let text = refine(input(&article, topic, min, max));
        check(&text, min, max);
        let share = density(&text, phrase);
        assert!((0.3..=3.0).contains(&share), "{topic}: {share}");
        assert!(share_with(&text, &TIES) >= 20.0, "{topic}: {}", share_with(&text, &TIES));
    }
}

#[test]
fn shortening_keeps_headings_and_both_ends() {
    let article = draft(json!({"topic": TOPICS[1].0, "word_count": 1200}));
    let text = refine(input(&article, TOPICS[1].0, 700, 800));
    let paragraphs = |text: &str| -> Vec<String> {
        blocks(text)
            .into_iter()
            .filter_map(|block| if let Block::Paragraph(text) = block { Some(text) } else { None })
            .collect()
    };
    let headings = |text: &str| blocks(text).iter().filter(|block| matches!(block, Block::Heading(..))).count();
    assert_eq!(headings(&article), headings(&text));
    let (before, after) = (paragraphs(&article), paragraphs(&text));
    let sentences = |text: &String| text.matches(['.', '?']).count();
    assert_eq!(sentences(&before[0]), sentences(&after[0]));
    assert_eq!(sentences(&before[before.len() - 2]), sentences(&after[after.len() - 2]));
}

#[test]
fn readers_and_keywords_are_named() {
    let article = draft(json!({"topic": TOPICS[4].0, "word_count": 700}));
    let mut wishes = input(&article, TOPICS[4].0, 630, 770);
    wishes["audience"] = json!("Owners of small bakeries. They bake at night.");
    wishes["keywords"] = json!(["seed trays", "C++", "compost bin"]);
    let text = refine(wishes.clone());
    check(&text, 630, 770);
    assert_eq!(text.matches("wners of small bakeries").count(), 2, "{text}");
    assert!(!text.contains("bake at night"));
    for keyword in ["seed trays", "C++", "compost bin"] {
        assert!(text.to_lowercase().contains(&keyword.to_lowercase()), "{keyword}");
        assert!(density(&text, keyword) <= 3.0, "{keyword}");
    }
    let first = blocks(&text).into_iter().find(|block| matches!(block, Block::Paragraph(_)));
    assert!(matches!(first, Some(Block::Paragraph(first)) if first.to_lowercase().contains("seed trays")), "{text}");
    // Once more, and nothing is said twice.
    wishes["markdown"] = json!(text);
    wishes["round"] = json!(2);
    let again = refine(wishes);
    check(&again, 630, 770);
    assert_eq!(again.matches("wners of small bakeries").count(), 2, "{again}");
}

#[test]
fn the_same_input_gives_the_same_text_and_another_round_another() {
    let article = draft(json!({"topic": TOPICS[0].0, "word_count": 500}));
    let one = input(&article, TOPICS[0].0, 700, 800);
    let mut other = one.clone();
    other["round"] = json!(2);
    assert_eq!(refine(one.clone()), refine(one.clone()));
    assert_ne!(refine(one.clone()), refine(other));
    let pinned = refine(one);
    let print = pinned
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    assert_eq!(print, 11_515_774_461_617_127_181, "offline/text-v1 no longer refines as it did");
}

#[test]
fn what_is_no_plain_prose_stays_as_it_is() {
    let code = "```rust\nlet gentle = \"robust\";\n\n# no heading\n```";
    let table = "| a | b |\n|---|---|\n| robust | 1 |";
    let linked = "See [a robust page](https://site.test/x) for more. It helps.";
    let quote = "> A robust word.";
    let article =
        format!("# Tea\n\nTea is warm.\n\n{code}\n\n## Use\n\n{table}\n\n{linked}\n\n{quote}\n\nThe end is near.");
    let text = refine(input(&article, "Tea", 60, 90));
    for part in [code, table, linked, quote] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_refined_article_cut_anywhere_is_continued_to_the_same_article() {
    let article = draft(json!({"topic": TOPICS[2].0, "word_count": 400}));
    let asked = input(&article, TOPICS[2].0, 360, 440);
    let whole = refine(asked.clone());
    for limit in [1, 50, 333, 10_000] {
        let cut = complete(&OfflineTextModel::new(), &request("refine", asked.clone(), limit)).unwrap();
        let mut rest = asked.clone();
        rest["topic"] = json!(TOPICS[2].0);
        rest["word_count"] = json!(400);
        rest["text_so_far"] = json!(cut.text);
        let rest = complete(&OfflineTextModel::new(), &request("continue", rest, 100_000)).unwrap();
        assert_eq!(cut.text + &rest.text, whole);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_window_fits(topic in 0..TOPICS.len(), from in 300_usize..1500, min in 300_usize..1800, width in 30_usize..200, tone in 0..5_usize) {
        let (topic, phrase) = TOPICS[topic];
        let article = draft(json!({"topic": topic, "word_count": from}));
        // A fifth of the length is headings and what every section keeps.
        prop_assume!(min + width > from / 3);
        let mut wishes = input(&article, topic, min, min + width);
        wishes["tone"] = json!(TONES[tone].0);
        wishes["audience"] = json!("people with little time");
        let text = refine(wishes);
        check(&text, min, min + width);
        prop_assert!(density(&text, phrase) <= 3.0);
    }

    #[test]
    fn any_markdown_becomes_an_article(markdown in "([#>*` \\-\\n.a-zé1]|\\PC){1,400}", title in "\\PC{0,80}") {
        prop_assume!(!markdown.trim().is_empty());
        let text = refine(input(&markdown, &title, 100, 200));
        prop_assert!(text.starts_with("# "), "{}", text);
        prop_assert!(text.trim_end().ends_with(DISCLOSURE));
    }
}
