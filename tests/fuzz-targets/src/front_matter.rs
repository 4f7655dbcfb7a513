//! The Markdown file of an article: two YAML parsers read back what was written, and nothing in it is taken for more.

use agent_publish::render::{Page, front_matter};
use serde_json::{Value, json};

use crate::{page::page, parts};

/// The parts of a page, between lines of `%%`.
pub fn text(bytes: &[u8]) {
    let page = page(&parts(bytes));
    let file = front_matter(&page).expect("every text can be written");
    assert_eq!(front_matter(&page).expect("again"), file, "written in two ways");
    // Readers take the first line of three dashes for the end.
    let inside = file.strip_prefix("---\n").expect("it begins with the mark");
    let (yaml, body) = inside.split_once("\n---\n").expect("it ends with the mark");
    let ours: Value = serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    let theirs: Value = yaml_serde::from_str(yaml).unwrap_or_else(|error| panic!("libyaml: {error}\n{yaml}"));
    assert_eq!(ours, theirs, "read in two ways:\n{yaml}");
    fields(&page, &ours);
    source(&page, body);
}

/// The fields say what they were told, and there are no others.
fn fields(page: &Page, read: &Value) {
    let title = &read["title"];
    // A heading of the article is its title.
    let has_heading = page.markdown.contains('#') || page.markdown.lines().any(|line| line.trim().starts_with('='));
    assert!(has_heading || *title == json!(page.title), "{title} is not {:?}", page.title);
    let ai = &page.provenance;
    let mut expected = json!({
        "title": title, "slug": page.slug, "summary": page.summary, "draft": false, "website": page.website,
        "date": "2026-11-20T09:30:00Z", "lastmod": "2026-11-21T09:30:00Z",
        "description": page.description.as_ref().unwrap_or(&page.summary), "tags": page.keywords,
        "ai": {
            "generated": true, "offline": false, "models": ai.models, "prompt_version": ai.prompt_version,
            "reviewed_by": ai.reviewed_by,
        },
    });
    let mut when = |there: bool, field: &str, value: Value| {
        if there {
            expected[field] = value;
        }
    };
    when(!page.keywords.is_empty(), "keywords", json!(page.keywords));
    when(page.post.is_some(), "post_id", json!(page.post));
    let files: Vec<&str> = read["images"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(files.iter().all(|file| file.starts_with("https://site.example/images/c/r2/")), "{files:?}");
    when(!page.pictures.is_empty(), "images", json!(files));
    if !ai.image_models.is_empty() {
        expected["ai"]["image_models"] = json!(ai.image_models);
        expected["ai"]["images_offline"] = json!(false);
    }
    assert_eq!(*read, expected);
}

/// The text is the article's, without what the site generator would run.
fn source(page: &Page, body: &str) {
    assert!(!body.contains("{{<") && !body.contains("{{%"), "a shortcode of Hugo: {body}");
    let plain = page.pictures.is_empty() && page.formatting == agent_publish::formatting::Formatting::default();
    let whole = !page.markdown.contains(['#', '=', '{']);
    if plain && whole {
        assert_eq!(body.trim(), page.markdown.trim());
    }
}
