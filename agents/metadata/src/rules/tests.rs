//! What leaves the rules keeps the bounds, whatever comes in.

use proptest::prelude::*;

use super::{
    text::{content_words, normal, times},
    *,
};

const MARKDOWN: &str = "# Green tea at home\n\nGreen tea is easy to make at home. Heat the water, but do not let it boil. \
    Wait for two minutes.\n\n## Leaves\n\nFresh leaves give the *best* cup, says every [guide](https://a.example). Store \
    them in a dark tin, away from coffee and spices.\n\n- a kettle\n";

fn article() -> Article<'static> {
    Article {
        content_id: "02f29235-346e-5ded-8357-179d0c7cfd35".parse().expect("an id"),
        title: "Green tea at home",
        topic: "Making tea",
        summary: "Green tea is easy to make at home.",
        keywords: vec!["green tea"],
        core_keywords: vec!["Coffee", "cocoa"],
        words: text::normal(&format!("Green tea at home {MARKDOWN}")),
        prose: text::prose(MARKDOWN),
    }
}

fn good() -> Suggested {
    Suggested {
        title: "Green tea at home: a short guide".into(),
        description:
            "Green tea is easy to make at home. Learn how hot the water should be, how long to wait, and how to \
                      keep the leaves fresh for months."
                .into(),
        slug: "green-tea-at-home".into(),
        keyphrase: "green tea".into(),
        keywords: vec!["green tea".into(), "leaves".into(), "coffee".into()],
        og_title: "Green tea at home".into(),
        og_description: "How to make green tea at home.".into(),
    }
}

fn mended(suggested: &Suggested) -> (Metadata, Vec<&'static str>) {
    bring_within(suggested, &article()).expect("metadata")
}

#[test]
fn good_metadata_stay_as_they_are() {
    let (metadata, mended) = mended(&good());
    assert_eq!(mended, [""; 0]);
    assert_eq!(metadata.description.as_str(), good().description);
    assert_eq!((&*metadata.slug, &*metadata.og_title), ("green-tea-at-home", "Green tea at home"));
}

#[test]
fn white_space_is_no_fault() {
    let spaced = |text: &str| format!("  {}\n", text.replace(' ', "  "));
    let Suggested { title, description, slug, keyphrase, keywords, og_title, og_description } = good();
    let suggested = Suggested {
        title: spaced(&title),
        description: spaced(&description),
        slug: spaced(&slug),
        keyphrase: spaced(&keyphrase),
        keywords: keywords.iter().map(|word| spaced(word)).collect(),
        og_title: spaced(&og_title),
        og_description: spaced(&og_description),
    };
    assert_eq!(self::mended(&suggested).1, [""; 0]);
}

#[test]
fn a_long_title_is_cut_between_words() {
    let title = "Green tea at home: a very short guide for the impatient and the thirsty".to_owned();
    let (metadata, mended) = mended(&Suggested { title, ..good() });
    assert_eq!(
        (&*metadata.title, &mended[..]),
        ("Green tea at home: a very short guide for the impatient", &["title"][..])
    );
}

#[test]
fn a_title_without_the_keyphrase_gets_it_in_front() {
    let (metadata, mended) = mended(&Suggested { title: "A short guide".into(), ..good() });
    assert_eq!((&*metadata.title, &mended[..]), ("Green tea: A short guide", &["title"][..]));
}

#[test]
fn a_short_description_goes_on_with_the_article() {
    let given = "Make green tea as they do in Kyoto";
    let (metadata, mended) = mended(&Suggested { description: given.into(), ..good() });
    assert_eq!(
        &*metadata.description,
        "Make green tea as they do in Kyoto. Green tea is easy to make at home. Heat the water, but do not let it boil. \
         Wait for two minutes."
    );
    assert_eq!(mended, ["description"]);
}

#[test]
fn a_long_description_is_cut_between_words_and_says_so() {
    let description = format!("Green tea {}", "and water ".repeat(20));
    let (metadata, _) = mended(&Suggested { description, ..good() });
    let cut = metadata.description.strip_suffix("…").expect("a mark").to_owned();
    assert!(cut.ends_with("water") && metadata.description.chars().count() <= 156, "{cut}");
}

#[test]
fn the_keyphrase_stands_in_the_description_once_or_twice() {
    let stuffed = "Green tea, green tea, green tea and green tea. ".repeat(3);
    for description in [stuffed, "Nothing of the kind is said in here. ".repeat(4)] {
        let (metadata, mended) = mended(&Suggested { description, ..good() });
        let found = times(&normal(&metadata.description), "green tea");
        assert!((1..=2).contains(&found), "{}", metadata.description.as_str());
        assert_eq!(mended, ["description"]);
    }
}

#[test]
fn a_keyphrase_that_the_article_does_not_speak_of_gives_way_to_the_one_asked_for() {
    let (metadata, mended) = mended(&Suggested { keyphrase: "cheap insurance quotes".into(), ..good() });
    assert_eq!((&*metadata.keyphrase, &mended[..]), ("green tea", &["keyphrase"][..]));
}

#[test]
fn keywords_are_distinct_and_hold_the_core_keywords_that_the_article_speaks_of() {
    let keywords = ["Leaves", "leaves ", "", "https://x.example", "green tea"].map(str::to_owned).to_vec();
    let (metadata, mended) = mended(&Suggested { keywords, ..good() });
    let got: Vec<&str> = metadata.keywords.iter().map(|word| word.as_str()).collect();
    assert_eq!((&got[..], &mended[..]), (&["Leaves", "green tea", "Coffee"][..], &["keywords"][..]));
    let (metadata, _) = self::mended(&Suggested { keywords: vec![], ..good() });
    let got: Vec<&str> = metadata.keywords.iter().map(|word| word.as_str()).collect();
    assert_eq!(got, ["green tea", "Coffee"]);
    let many: Vec<String> = (0..30).map(|n| format!("word {n}")).collect();
    let (metadata, _) = self::mended(&Suggested { keywords: many, ..good() });
    assert_eq!((metadata.keywords.len(), metadata.keywords.last().map(|last| last.as_str())), (20, Some("Coffee")));
}

#[test]
fn a_slug_that_leaves_the_keyphrase_out_or_is_none_is_made_from_the_title() {
    for slug in ["a-short-guide", "Green Tea", "../../etc", "", "https://evil.example/green-tea", "green--tea"] {
        let (metadata, mended) = mended(&Suggested { slug: slug.into(), ..good() });
        assert_eq!((&*metadata.slug, &mended[..]), ("green-tea-at-home-a-short-guide", &["slug"][..]), "{slug}");
    }
}

#[test]
fn letters_outside_of_ascii_are_transliterated_or_the_id_stands_in() {
    let slug = |title: &'static str, keyphrase: &'static str| {
        let article = Article { title, topic: title, words: normal(title), ..article() };
        let suggested = Suggested { title: title.into(), keyphrase: keyphrase.into(), slug: String::new(), ..good() };
        bring_within(&suggested, &article).expect("metadata").0.slug.to_string()
    };
    assert_eq!(slug("Crème brûlée für Łódź", "crème brûlée"), "creme-brulee-fur-lodz");
    assert_eq!(slug("日本語のタイトル", "日本語"), "article-0c7cfd35");
    assert_eq!(slug("日本語 Rust", "日本語"), "rust");
}

#[test]
fn nothing_at_all_is_made_from_the_article() {
    let (metadata, mended) = mended(&Suggested::default());
    assert_eq!((&*metadata.title, &*metadata.keyphrase), ("Green tea at home", "green tea"));
    assert_eq!((&*metadata.og_title, &*metadata.slug), ("Green tea at home", "green-tea-at-home"));
    assert_eq!(metadata.og_description.as_str(), metadata.description.as_str());
    assert_eq!(mended.len(), 7);
}

#[test]
fn an_article_without_text_gives_no_description() {
    let bare = Article { prose: String::new(), summary: "Tea.", ..article() };
    assert!(bring_within(&Suggested::default(), &bare).is_none());
    assert!(bring_within(&good(), &bare).is_some());
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "([a-zA-Zäß]{1,9}[ .,!]{1,2}){0,40}",
        "(green tea|Green tea|at|home|[a-z]{1,12}|[ .:]){0,40}",
        "\\PC{0,200}",
        "[日本語のタイトル。 ]{0,200}",
    ]
}

proptest! {
    #[test]
    fn whatever_is_suggested_the_metadata_keep_their_bounds(
        (title, description, slug, keyphrase) in (text(), text(), text(), text()),
        (keywords, og_title, og_description) in (prop::collection::vec(text(), 0..25), text(), text()),
    ) {
        let suggested = Suggested { title, description, slug, keyphrase, keywords, og_title, og_description };
        let (metadata, _) = mended(&suggested);
        let value = serde_json::to_value(&metadata).expect("JSON");
        prop_assert_eq!(mesh_contracts::read::<Metadata>(&value), Ok(metadata.clone()));
        prop_assert!(metadata.title.chars().count() <= 60, "{:?}", metadata.title);
        prop_assert!(metadata.keyphrase.split(' ').filter(|word| !text::is_function_word(word)).count() >= 1);
        prop_assert!(content_words(&metadata.keyphrase).len() <= 4 || !metadata.keyphrase.contains(' '), "{:?}", metadata.keyphrase);
        for field in [&*metadata.title, &*metadata.description, &*metadata.og_title, &*metadata.og_description] {
            prop_assert!(!field.contains("://"));
        }
        let (again, changed) = mended(&Suggested {
            title: metadata.title.to_string(),
            description: metadata.description.to_string(),
            slug: metadata.slug.to_string(),
            keyphrase: metadata.keyphrase.to_string(),
            keywords: metadata.keywords.iter().map(ToString::to_string).collect(),
            og_title: metadata.og_title.to_string(),
            og_description: metadata.og_description.to_string(),
        });
        prop_assert_eq!(changed, [""; 0], "what was mended is in order: {:?}", again);
    }
}
