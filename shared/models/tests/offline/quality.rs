//! Is it readable, about its topic, and different from the next one?

use serde_json::json;

use crate::{
    TOPICS, draft, length_error,
    measure::{self, Block, blocks, density, flesch, jaccard, prose, shingles, words},
};

#[test]
fn length_reading_ease_and_difference_between_topics() {
    for asked in [300, 800, 2000] {
        let texts: Vec<String> =
            TOPICS.iter().map(|(topic, _)| draft(json!({"topic": topic, "word_count": asked}))).collect();
        for text in &texts {
            assert!(length_error(text, asked) <= 2.0, "{asked}: {}", words(text).len());
            assert!(flesch(text) >= 60.0, "{asked}: {}", flesch(text));
            let sentences = prose(text, true);
            let long = sentences.iter().filter(|sentence| words(sentence).len() > 20).count();
            assert!(long * 20 <= sentences.len(), "{asked}: {long} long of {}", sentences.len());
        }
        let runs: Vec<_> = texts.iter().map(|text| shingles(text)).collect();
        for (at, one) in runs.iter().enumerate() {
            assert!(runs[..at].iter().all(|other| jaccard(one, other) < 0.1), "{asked}: {}", TOPICS[at].0);
        }
    }
}

#[test]
fn a_fresh_angle_gives_another_article_on_the_same_topic() {
    let angle = |angle: i64| shingles(&draft(json!({"topic": TOPICS[0].0, "word_count": 800, "fresh_angle": angle})));
    let runs: Vec<_> = (0..5).map(angle).collect();
    for (at, one) in runs.iter().enumerate() {
        assert!(runs[..at].iter().all(|other| jaccard(one, other) < 0.3));
    }
}

#[test]
fn the_text_is_about_the_topic() {
    for (topic, phrase) in TOPICS {
        for asked in [300, 800, 2000] {
            let text = draft(json!({"topic": topic, "word_count": asked}));
            let density = density(&text, phrase);
            assert!((0.5..=3.0).contains(&density), "{topic}, {asked}: {density}");
            let mut blocks = blocks(&text).into_iter();
            assert!(matches!(blocks.next(), Some(Block::Heading(1, title)) if title.starts_with(topic)), "{topic}");
            assert!(
                matches!(blocks.next(), Some(Block::Paragraph(first)) if first.to_lowercase().contains(&phrase.to_lowercase()))
            );
            let headings: Vec<String> = blocks
                .filter_map(|block| if let Block::Heading(_, text) = block { Some(text) } else { None })
                .collect();
            let naming = headings.iter().filter(|text| text.to_lowercase().contains(&phrase.to_lowercase())).count();
            assert!((30..=75).contains(&(100 * naming / headings.len())), "{topic}: {naming} of {}", headings.len());
        }
    }
}

#[test]
fn keywords_and_context_show() {
    let input = json!({
        "topic": TOPICS[1].0,
        "word_count": 800,
        "keywords": ["home office", "async meetings", "C++"],
        "context": "Our readers run design studios. Never mention Acme. Design studios love shared calendars.",
    });
    let text = draft(input);
    let leading = density(&text, "home office");
    assert!((0.5..=3.0).contains(&leading), "{leading}");
    for word in ["async meetings", "C++", "design studios"] {
        assert!(text.to_lowercase().contains(&word.to_lowercase()), "{word}");
    }
    assert!(!text.contains("Acme"));
    let first = blocks(&text).into_iter().find(|block| matches!(block, Block::Paragraph(_)));
    assert!(matches!(first, Some(Block::Paragraph(text)) if text.contains("home office")));
}

#[test]
fn transitions_are_frequent_and_lists_happen() {
    let ties = [
        "to begin with",
        "at first",
        "in general",
        "for now",
        "as a rule",
        "on the whole",
        "in other words",
        "above all",
        "indeed",
        "in any case",
        "in time",
        "also",
        "as a result",
        "after all",
        "for this reason",
        "in turn",
        "therefore",
        "in that case",
        "for example",
        "for instance",
        "in particular",
        "similarly",
        "instead",
        "meanwhile",
        "however",
        "still",
        "even so",
        "on the other hand",
        "otherwise",
        "at the same time",
        "finally",
        "to sum up",
        "in the end",
        "in short",
        "in the long run",
        "overall",
        "because",
        "since",
        "so",
        "while",
        "when",
        "before",
        "until",
        "then",
        "although",
        "though",
        "once",
        "unless",
        "if",
    ];
    for (topic, _) in TOPICS {
        let text = draft(json!({"topic": topic, "word_count": 800}));
        let sentences = prose(&text, true);
        let tied = |sentence: &&String| {
            let sentence = format!(" {} ", measure::normal_words(sentence).join(" "));
            ties.iter().any(|tie| sentence.contains(&format!(" {tie} ")))
        };
        assert!(sentences.iter().filter(tied).count() * 100 >= sentences.len() * 30, "{topic}");
        assert!(blocks(&text).iter().any(|block| matches!(block, Block::Item(_))), "{topic}");
    }
}

#[test]
fn nothing_is_claimed_and_no_assistant_speaks() {
    let banned = [
        "as an ai",
        "certainly",
        "here is",
        "here are",
        "delve",
        "in conclusion",
        "tapestry",
        "game-changer",
        "unlock",
        "leverage",
        "landscape",
        "lorem",
        "todo",
        "studies show",
        "according to",
        "experts",
        "fast-paced",
        "crucial",
        "important to note",
        "furthermore",
        "moreover",
        "percent",
        " best ",
        " most ",
        " one ",
        " two ",
        " must ",
    ];
    for (topic, _) in TOPICS {
        let text = draft(json!({"topic": topic, "word_count": 2000}));
        let lower = text.to_lowercase();
        assert!(banned.iter().all(|phrase| !lower.contains(phrase)), "{topic}");
        assert!(!text.contains(|c: char| c.is_ascii_digit() || "\"“”%[]<>@`{".contains(c)), "{topic}");
        assert!(!lower.contains("http") && !lower.contains("www"), "{topic}");
    }
}
