//! The task `refine` with findings: what a review found is not there any more.

use serde_json::json;

use crate::{
    TOPICS, draft,
    measure::{blocks, density, longest_run_in_paragraphs, prose, repeated, words},
    refine::{check, input, refine},
};

fn finding(check: &str, excerpt: Option<&str>) -> serde_json::Value {
    json!({"check": check, "message": "Mend it.", "excerpt": excerpt})
}

#[test]
fn repetitions_long_sentences_and_the_passive_go() {
    let article = draft(json!({"topic": TOPICS[3].0, "word_count": 600}));
    let twice = "The plan that we wrote on a calm day before lunch helps all of us to keep the pace, but the notes that \
                 they made in spring after the long talk say little.";
    let passive = "The notes were written by the team. The plan was quickly approved. The list is made by hand.";
    let article = article.replacen("\n\n## ", &format!("\n\n{twice} {passive}\n\n{twice}\n\n## "), 1);
    let mut wishes = input(&article, TOPICS[3].0, 540, 660);
    wishes["findings"] = json!([
        finding("repeated-sentence", Some(twice)),
        finding("sentence-length", Some(twice)),
        finding("passive-voice", None),
        finding("length", None),
    ]);
    assert_eq!(repeated(&article, 4).len(), 1);
    let text = refine(wishes);
    check(&text, 540, 660);
    assert!(!text.contains("were written") && !text.contains("quickly approved"), "{text}");
    assert!(prose(&text, true).iter().all(|sentence| words(sentence).len() <= 25), "{text}");
}

#[test]
fn banned_phrases_are_not_said_again() {
    let article = draft(json!({"topic": TOPICS[0].0, "word_count": 600}));
    let article = article.replacen(
        "\n\n## ",
        "\n\nThis is best in class. Indeed, it is.\n\n## Best-in-class ways\n\nOne more word here.\n\n## ",
        1,
    );
    let mut wishes = input(&article, TOPICS[0].0, 540, 660);
    wishes["tone"] = json!("formal");
    let before = refine(wishes.clone());
    wishes["findings"] =
        json!([finding("banned-phrase", Some("best in class")), finding("banned-phrase", Some("Accordingly"))]);
    let text = refine(wishes);
    check(&text, 540, 660);
    assert!(before.contains("Accordingly") && before.contains("Best-in-class"));
    let lower = text.to_lowercase();
    assert!(
        !lower.contains("best in class") && !lower.contains("best-in-class") && !lower.contains("accordingly"),
        "{text}"
    );
}

#[test]
fn equal_openings_are_varied() {
    let run = "The plan helps us. The plan grows. The plan stays small. The plan works. The plan rests.";
    let article =
        draft(json!({"topic": TOPICS[5].0, "word_count": 500})).replacen("\n\n## ", &format!("\n\n{run}\n\n## "), 1);
    assert!(longest_run_in_paragraphs(&article) >= 5);
    let mut wishes = input(&article, TOPICS[5].0, 450, 560);
    wishes["findings"] = json!([finding("sentence-opening", Some("The plan helps us."))]);
    check(&refine(wishes), 450, 560);
}

#[test]
fn a_stuffed_keyphrase_is_thinned_out() {
    let stuffed = (0..30).map(|at| format!("The red shoes are good on day {at}.")).collect::<Vec<_>>();
    let article = format!(
        "# Red shoes: a guide\n\nWelcome to red shoes.\n\n## Why\n\n{}\n\n{}\n\n## Next\n\nThat is all there is.",
        stuffed[..15].join(" "),
        stuffed[15..].join(" ")
    );
    assert!(density(&article, "red shoes") > 8.0);
    let mut wishes = input(&article, "Red shoes: a guide", 250, 320);
    wishes["keywords"] = json!(["red shoes"]);
    wishes["findings"] = json!([finding("keyphrase-density", None)]);
    let text = refine(wishes);
    check(&text, 250, 320);
    assert!(density(&text, "red shoes") <= 3.0, "{}\n{text}", density(&text, "red shoes"));
}

#[test]
fn an_outline_in_disorder_is_put_in_order() {
    let long = draft(json!({"topic": TOPICS[7].0, "word_count": 900}));
    let flat: Vec<&str> = long.split("\n\n").filter(|block| !block.starts_with('#')).collect();
    let article = format!(
        "## A start\n\n{}\n\n# Late title\n\n### Too deep\n\n# Another\n\nSome words.\n\n## Empty",
        flat.join("\n\n")
    );
    let text = refine(input(&article, "", 800, 960));
    check(&text, 800, 960);
    assert!(text.starts_with("# Late title\n\n"), "{text}");
    assert!(!text.contains("Empty") && blocks(&text).len() > 10);
    let nameless = refine(input("Just a word or two.", "on quiet days", 100, 140));
    assert!(nameless.starts_with("# On quiet days\n\n"), "{nameless}");
}
