//! The settings of a site: the bounds a schema cannot name, the defaults, and the settings of a site nobody has set up.

#![allow(clippy::expect_used)] // these are tests, though not all in functions marked so

mod support;

use mesh_contracts::{
    Detail, List, Name, Time,
    records::{AspectRatio, Brief, MissingPart, WebsiteSettings},
    validate,
};
use serde_json::{Value, json};

const CONTRACT: &str = "website-settings-v1";

/// What an editor must say, and no more.
fn required() -> Value {
    let found = support::examples(CONTRACT).into_iter().find(|(name, _)| name == "minimal.json");
    found.expect("minimal.json").1
}

/// The settings with some fields set, read as the mesh reads them.
fn with(fields: &Value) -> WebsiteSettings {
    let mut body = required();
    for (name, value) in fields.as_object().expect("fields") {
        body[name] = value.clone();
    }
    assert_eq!(validate(CONTRACT, &body), Ok(()), "{fields}");
    mesh_contracts::read(&body).expect("settings")
}

/// What is wrong with the settings where at most 2000 words are written.
fn wrong(fields: Value) -> Vec<Detail> {
    with(&fields).check(2000)
}

fn at() -> Time {
    mesh_contracts::read(&json!("2026-11-20T09:30:00.000Z")).expect("a time")
}

fn unset() -> WebsiteSettings {
    WebsiteSettings::unset(Name::default(), "Content Mesh", at())
}

#[test]
fn the_fewest_words_are_at_most_the_most_words() {
    for (min, max) in [(300, 300), (700, 900), (2000, 2000)] {
        assert_eq!(wrong(json!({"articleLengthMin": min, "articleLengthMax": max})), []);
    }
    let found = wrong(json!({"articleLengthMin": 901, "articleLengthMax": 900}));
    assert_eq!(found, [Detail::new("articleLengthMin", Some("901"), "at most articleLengthMax")]);
    assert_eq!(wrong(json!({"articleLengthMin": 1001})).len(), 1, "one more than the default of the other");
    assert_eq!(wrong(json!({"articleLengthMax": 599})).len(), 1, "one less than the default of the other");
}

#[test]
fn a_deployment_may_lower_the_most_words() {
    let settings = with(&json!({"articleLengthMin": 700, "articleLengthMax": 900}));
    assert_eq!(settings.check(900), []);
    let limit = "at most 899 (MAX_WORDS)";
    assert_eq!(settings.check(899), [Detail::new("articleLengthMax", Some("900"), limit)]);
    let both = with(&json!({"articleLengthMin": 950, "articleLengthMax": 900})).check(899);
    assert_eq!(
        both.iter().map(|detail| &*detail.field).collect::<Vec<&str>>(),
        ["articleLengthMin", "articleLengthMax"]
    );
}

#[test]
fn an_address_is_http_or_https_and_has_no_final_slash() {
    for url in ["https://finance-weekly.example", "http://localhost:8080", "https://example.com/blog"] {
        assert_eq!(wrong(json!({"websiteUrl": url})), [], "{url}");
    }
    for url in [
        "finance-weekly.example",
        "ftp://finance-weekly.example",
        "https://finance-weekly.example/",
        "https://",
        "http://",
        "https:///",
        "HTTPS://finance-weekly.example",
        "javascript:alert(1)",
        "https://finance weekly.example",
        "https://finance-weekly.example\"><script>",
        "https://finance-weekly.example/?page=1",
        "https://finance-weekly.example#top",
    ] {
        let limit = "an http or https address without a final slash";
        assert_eq!(wrong(json!({"websiteUrl": url})), [Detail::new("websiteUrl", Some(url), limit)], "{url}");
    }
}

#[test]
fn an_article_is_asked_for_the_mean_of_its_bounds() {
    for (min, max, words) in [(300, 300, 300), (700, 900, 800), (301, 302, 301), (2000, 2000, 2000)] {
        let settings = with(&json!({"articleLengthMin": min, "articleLengthMax": max}));
        assert_eq!(settings.article_length().get(), words, "{min} to {max}");
    }
    assert_eq!(with(&json!({})).article_length().get(), 800, "the defaults");
}

#[test]
fn a_site_that_is_set_up_has_refinement_metadata_and_three_images_unless_it_says_otherwise() {
    let settings = with(&json!({}));
    assert!(settings.is_active && settings.refine && settings.metadata);
    assert_eq!((settings.article_length_min.get(), settings.article_length_max.get()), (600, 1000));
    assert_eq!((settings.images_per_article.get(), settings.max_revisions.get()), (3, 0));
    assert_eq!((settings.image_aspect_ratio, settings.on_missing_part), (AspectRatio::Wide, MissingPart::Degrade));
    assert_eq!((settings.part_wait_minutes.get(), settings.monthly_budget_micro_usd), (30, None));
    assert_eq!(settings.check(2000), []);
}

#[test]
fn a_site_nobody_has_set_up_has_metadata_no_images_and_no_refinement() {
    let settings = unset();
    assert!(settings.is_active && settings.metadata && !settings.refine);
    assert_eq!((settings.images_per_article.get(), settings.max_revisions.get()), (0, 0));
    assert_eq!(settings.check(2000), []);
    let body = serde_json::to_value(&settings).expect("JSON");
    assert_eq!(validate(CONTRACT, &body), Ok(()));
    assert_eq!(mesh_contracts::read(&body), Ok(settings.clone()));
    let brief = Brief { website: settings, post: None, sources: List::default() };
    let body = serde_json::to_value(&brief).expect("JSON");
    assert_eq!(validate("brief-v1", &body), Ok(()));
    assert_eq!(mesh_contracts::read(&body), Ok(brief));
}

#[test]
fn whatever_its_name_the_settings_of_an_unset_site_are_valid() {
    for name in ["", "   ", "\u{feff}", &"ä".repeat(500)] {
        let settings = WebsiteSettings::unset(Name::default(), name, at());
        let body = serde_json::to_value(&settings).expect("JSON");
        assert_eq!(validate(CONTRACT, &body), Ok(()), "{name:?}");
    }
}

#[test]
fn a_site_is_unset_in_all_but_refinement_and_images() {
    let set_up = with(&json!({"refine": false, "imagesPerArticle": 0, "websiteId": "default"}));
    let (created_at, updated_at) = (set_up.created_at, set_up.updated_at);
    let same = WebsiteSettings { created_at, updated_at, ..unset() };
    assert_eq!(set_up, same);
}

#[test]
fn a_shape_has_the_parts_its_name_says() {
    for name in ["16:9", "3:2", "4:3", "1:1", "3:4", "9:16"] {
        let (width, height) = with(&json!({"imageAspectRatio": name})).image_aspect_ratio.parts();
        assert_eq!(format!("{width}:{height}"), name);
    }
}
