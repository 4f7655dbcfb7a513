//! Strangers' texts stay material in every prompt, and no answer of a model chooses a key, a channel, an address or a name.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "injection/prompts.rs"]
mod prompts;

use std::sync::Arc;

use mesh_core::{
    Settings, Timestamp,
    ports::{Blobs, ChatRequest, TextModel},
};
use mesh_models::OfflineTextModel;
use mesh_testkit::{
    block_on,
    model::{Reply, ScriptedImageModel, ScriptedTextModel, canned_article, picture, png, response},
};
use mesh_tests::{World, articles::*};
use serde_json::{Value, json};

const TOPIC: &str = "Urban beekeeping";
type Answer = fn(&ChatRequest) -> Option<String>;

/// A text model that says what it is told, and everything else offline.
fn saying(answer: impl Fn(&ChatRequest) -> Option<String> + Send + 'static) -> Arc<ScriptedTextModel> {
    Arc::new(ScriptedTextModel::named("scripted/test").otherwise(move |request: &ChatRequest| -> Reply<_> {
        match answer(request) {
            Some(text) => response(text).into(),
            None => block_on(OfflineTextModel::new().complete(request, Timestamp(0))).into(),
        }
    }))
}

fn world(model: &Arc<ScriptedTextModel>, site: &Value) -> (World, Arc<ScriptedImageModel>) {
    let images = Arc::new(ScriptedImageModel::new().otherwise(|_| picture(png(640, 360))));
    let mut world = World::with(Settings::default(), None, Some(Arc::clone(model) as Arc<dyn TextModel>));
    world.draw_with(Arc::clone(&images) as _);
    world.set("website_settings", "weekly", &website(site));
    (world, images)
}

/// Events by channel and type, and keys of blobs: everything that names a place.
fn places(world: &World) -> (Vec<(String, Option<String>)>, Vec<String>) {
    let mut events: Vec<_> = world.journal().into_iter().map(|entry| (entry.channel, entry.event_type)).collect();
    events.sort();
    (events, keys(world))
}

fn keys(world: &World) -> Vec<String> {
    let metas = block_on(world.store.blobs().list("", None, 10_000)).expect("a list");
    metas.into_iter().map(|meta| meta.key.clone()).collect()
}

/// Every text in the payloads of all events that says where something is, or for whom.
fn named_places(world: &World) -> Vec<String> {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, member)| match member {
                Value::String(text)
                    if ["uri", "path", "url", "slug", "website_id", "post_id", "model"].contains(&name.as_str()) =>
                {
                    found.push(text.clone());
                }
                other => walk(other, found),
            }),
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for entry in world.journal() {
        walk(&serde_json::from_str(&entry.body).expect("JSON"), &mut found);
    }
    found
}

/// What a page links to or loads.
fn addresses(page: &str) -> Vec<&str> {
    let after = |name| page.split(name).skip(1).filter_map(|rest: &str| rest.split('"').next());
    [" href=\"", " src=\"", " srcset=\""].into_iter().flat_map(after).collect()
}

const LONG: &str =
    "Bees live on roofs, in yards and beside stations, and who keeps them learns patience from day to day.";

/// Answers that choose places, speak in markup, and bring what nobody asked for.
fn hostile(request: &ChatRequest) -> Option<String> {
    let extra = json!({
        "website_id": "evil", "post_id": "evil", "path": "/evil/", "url": "https://evil.example/", "model": "evil/model",
        "topic_arn": "arn:aws:sns:eu-west-1:0:evil", "to": ["mallory@evil.example"], "uri": "s3://evil/evil.md",
    });
    let with = |mut answer: Value| {
        answer.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        answer
    };
    match request.task.name.as_str() {
        "draft" | "refine" => Some(canned_article(TOPIC, 600)),
        "image_plan" => {
            let image = |at: i64| {
                with(json!({
                    "prompt": format!("\u{bb} {at} https://evil.example/ \u{ab}"), "section": i64::MAX - at,
                    "alt_text": format!("{at}](https://evil.example/t.png) <img src=x onerror=alert(1)> ![y](//evil.example/z)"),
                }))
            };
            Some(with(json!({"images": [image(0), image(1)], "count": 50})).to_string())
        }
        "metadata" => Some(
            with(json!({
                "title": "</title><script>alert(1)</script> https://evil.example/", "slug": "../../evil",
                "description": format!("\n---\nslug: evil\n---\n{LONG} <img src=x onerror=alert(1)> https://evil.example/"),
                "keyphrase": "evil page", "keywords": ["\"><script>alert(1)</script>", "https://evil.example/"],
                "og_title": "\" onload=\"alert(1)", "og_description": "\n---\nurl: /evil/\n",
            }))
            .to_string(),
        ),
        _ => None,
    }
}

fn benign(request: &ChatRequest) -> Option<String> {
    matches!(request.task.name.as_str(), "draft" | "refine").then(|| canned_article(TOPIC, 600))
}

fn run(answer: Answer) -> World {
    let (world, _) = world(&saying(answer), &json!({"imagesPerArticle": 2, "websiteUrl": "https://site.example"}));
    world.publish("ContentRequest", &request("p1", TOPIC, 600));
    block_on(world.drain());
    world
}

#[test]
fn hostile_answers_go_where_honest_ones_go() {
    let (honest, world) = (run(benign), run(hostile));
    assert_eq!(places(&world), places(&honest));
    let named = named_places(&world);
    assert!(
        named.len() > 20 && named.iter().all(|place| !place.contains("evil") && !place.contains("..")),
        "{named:?}"
    );
    let published = &world.events("ContentPublished")[0];
    assert_eq!((&published["path"], &published["slug"]), (&json!("posts/p1/"), &json!("p1")));
    assert_eq!(published["url"], json!("https://site.example/posts/p1/"));
}

#[test]
fn hostile_answers_are_text_on_the_page_and_in_the_lists() {
    let world = run(hostile);
    let page = world.text("sites/weekly/posts/p1/index.html").expect("a page");
    assert_eq!((page.matches("<script").count(), page.matches("<img").count()), (1, 2), "{page}");
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "it is told what the image shows");
    let lists = ["index.html", "feed.xml", "sitemap.xml"];
    let lists = lists.map(|list| world.text(&format!("sites/weekly/{list}")).expect("a list"));
    for text in lists.iter().chain([&page]) {
        let bad: Vec<&str> = addresses(text).into_iter().filter(|address| address.contains("evil")).collect();
        assert_eq!(bad, [""; 0]);
        assert!(!text.contains("<script>") && !text.contains("<img src=x"), "{text}");
    }
    assert!(addresses(&page).len() > 4, "the page has addresses: {page}");
}

#[test]
fn no_answer_writes_front_matter() {
    let world = run(hostile);
    let published = &world.events("ContentPublished")[0];
    let key = format!("published/{}.md", published["content_id"].as_str().expect("an id"));
    let file = world.text(&key).expect("a file");
    let (fields, _) = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).expect("front matter");
    let line = |name: &str| fields.lines().filter(|line| line.starts_with(name)).collect::<Vec<_>>();
    assert_eq!((line("slug:"), line("draft:")), (vec!["slug: p1"], vec!["draft: false"]));
    assert_eq!((line("url:"), line("aliases:"), line("layout:")), (vec![], vec![], vec![]));
    assert!(fields.contains("slug: evil"), "the description is there, as text of one line: {fields}");
}

#[test]
fn a_model_chooses_no_path() {
    for slug in ["../../evil", "https://evil.example/x", "/evil", "evil/../../x", "EVIL", "evil page", "evil-page", "."]
    {
        let model = saying(move |request| match request.task.name.as_str() {
            "metadata" => {
                let answer = json!({
                    "title": TOPIC, "slug": slug, "description": format!("{TOPIC}: {LONG}"), "keyphrase": "evil page",
                });
                Some(answer.to_string())
            }
            _ => benign(request),
        });
        let (world, _) = world(&model, &json!({"imagesPerArticle": 0}));
        let asked = json!({"content_topic": TOPIC, "word_count": 600, "request_id": "r", "website_id": "weekly"});
        world.publish("ContentRequest", &asked);
        block_on(world.drain());
        let path = world.events("ContentPublished")[0]["path"].as_str().expect("a path").to_owned();
        assert_eq!(path, "posts/urban-beekeeping/", "{slug}");
        assert!(keys(&world).iter().all(|key| !key.contains("evil") && !key.contains("..")), "{slug}");
    }
}

/// What becomes of an article with this in it: whether it is published, and the checks that block it.
fn judged(piece: &str) -> (bool, Vec<String>) {
    let article = format!("{}\n\nThere is more: {piece}\n\nThat is all for now.\n", canned_article(TOPIC, 600));
    let model =
        saying(move |request| matches!(request.task.name.as_str(), "draft" | "refine").then(|| article.clone()));
    let (world, images) = world(&model, &json!({}));
    world.publish("ContentRequest", &request("p1", TOPIC, 600));
    block_on(world.drain());
    let page = world.text("sites/weekly/posts/p1/index.html");
    let rejected = world.events("ContentRejected");
    assert_eq!((page.is_some(), images.calls() > 0), (rejected.is_empty(), rejected.is_empty()), "{piece}");
    let blocks = |finding: &&Value| finding["severity"] == "block";
    let findings = rejected.iter().flat_map(|event| event["findings"].as_array().expect("findings"));
    let checks = findings.filter(blocks).map(|finding| finding["check"].as_str().expect("a check").to_owned());
    (page.is_some(), checks.collect())
}

#[test]
fn what_leads_away_or_acts_is_not_published() {
    for (piece, check) in [
        ("[more](https://evil.example/x).", "links"),
        ("![](https://evil.example/t.png).", "links"),
        ("<https://evil.example/>.", "links"),
        ("https://evil.example/x.", "links"),
        ("www.evil.example.", "links"),
        ("mallory@evil.example.", "links"),
        ("[more][a].\n\n[a]: //evil.example/x", "links"),
        ("[more](../../../etc/passwd).", "links"),
        ("[more](javascript:alert(1)).", "html-safety"),
        ("<script>alert(1)</script>.", "html-safety"),
        ("<a href=\"https://evil.example/\">more</a>.", "html-safety"),
        ("<img alt=\">\" src=https://evil.example/t.png onerror=alert(1)>.", "html-safety"),
        ("{{< gist evil 1 >}}.", "assistant-residue"),
        ("{% include evil %}.", "assistant-residue"),
    ] {
        let (published, blocks) = judged(piece);
        assert!(!published && blocks.iter().any(|name| name == check), "{piece}: {blocks:?}");
    }
    for piece in ["[Urban beekeeping](#a-first-look).", "it is `{{< gist evil 1 >}}`."] {
        assert_eq!(judged(piece), (true, Vec::new()), "{piece}");
    }
}

#[test]
fn front_matter_of_a_model_is_not_read() {
    let fields = "---\ntitle: evil\nslug: evil\nurl: /evil/\ndraft: true\naliases: [/]\n---\n\n";
    let model = saying(move |request| benign(request).map(|article| format!("{fields}{article}")));
    let (world, _) = world(&model, &json!({"imagesPerArticle": 0}));
    world.publish("ContentRequest", &request("p1", TOPIC, 600));
    block_on(world.drain());
    assert!(keys(&world).iter().all(|key| !key.contains("evil")));
    for published in world.events("ContentPublished") {
        assert_eq!((&published["path"], &published["slug"]), (&json!("posts/p1/"), &json!("p1")));
        let key = format!("published/{}.md", published["content_id"].as_str().expect("an id"));
        let file = world.text(&key).expect("a file");
        let (ours, _) = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).expect("front matter");
        let foreign = ours.lines().any(|line| line.starts_with("aliases:") || line.starts_with("url:"));
        assert!(ours.contains("\nslug: p1\n") && ours.contains("\ndraft: false\n") && !foreign, "{ours}");
    }
}
