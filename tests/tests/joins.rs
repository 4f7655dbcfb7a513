//! The parts of an article meet: in any order, more than once, failed, never, too late, and with the process killed at every
//! call of a port on the way.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

#[path = "joins/crashes.rs"]
mod crashes;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bytes::Bytes;
use mesh_core::{
    Settings, ids,
    message::Message,
    ports::{Blobs, BlobsExt, ModelErrorKind, PutCondition},
};
use mesh_testkit::{
    block_on,
    model::{Reply, ScriptedImageModel, canned_article, picture, png},
};
use mesh_tests::{World, articles::*};
use serde_json::{Value, json};
use uuid::Uuid;

const TOPIC: &str = "Urban beekeeping";
const REVIEW: usize = 0;
const IMAGES: usize = 1;
const METADATA: usize = 2;
const PARTS: [&str; 3] = ["ReviewCompleted", "ImagesReady", "MetadataReady"];
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
/// Who works once the parts are there.
const LAST: [&str; 3] = ["publish", "site", "tracker"];

fn drawing() -> Arc<ScriptedImageModel> {
    let image = png(480, 270);
    Arc::new(ScriptedImageModel::new().otherwise(move |_| picture(image.clone())))
}

/// The parts of an article as the whole mesh made them, and what they point at.
struct Made {
    run: Uuid,
    parts: [Message; 3],
    blobs: Vec<(String, Bytes)>,
}

impl Made {
    /// Of an article of a site with these settings.
    fn with(site: &Value, images: Arc<ScriptedImageModel>) -> Self {
        let mut world = World::new();
        world.draw_with(images);
        let mut all = json!({"imagesPerArticle": 1, "refine": false, "partWaitMinutes": 5});
        all.as_object_mut().expect("an object").extend(site.as_object().expect("an object").clone());
        world.set("website_settings", "weekly", &website(&all));
        let run = world.publish("ContentRequest", &request("p1", TOPIC, 300));
        block_on(world.drain());
        let journal = world.journal();
        let part = |event_type: &str| {
            let entry = journal.iter().find(|entry| entry.event_type.as_deref() == Some(event_type)).expect(event_type);
            Message {
                channel: entry.channel.clone(),
                subject: entry.subject.clone(),
                attributes: entry.attributes.clone(),
                body: entry.body.clone(),
            }
        };
        let mut blobs = Vec::new();
        for prefix in ["drafts/", "briefs/"] {
            for meta in block_on(world.store.blobs().list(prefix, None, 100)).expect("a list") {
                let (_, bytes) = block_on(world.store.blobs().get_bytes(&meta.key, 64_000_000)).unwrap().unwrap();
                blobs.push((meta.key, bytes));
            }
        }
        Self { run, parts: PARTS.map(part), blobs }
    }

    fn of(site: &Value) -> Self {
        Self::with(site, drawing())
    }

    /// A world where the parts are still to come; the agents that made them have no say in it.
    fn world(&self) -> World {
        let world = World::new();
        let blobs = world.store.blobs();
        for (key, bytes) in &self.blobs {
            block_on(blobs.put_bytes(key, bytes.clone(), "text/markdown", PutCondition::Any)).expect("stored");
        }
        world
    }

    /// The same part as another event.
    fn copy(&self, part: usize) -> Message {
        let mut message = self.parts[part].clone();
        let id = ids::derive(self.run, &["copy", PARTS[part]]);
        message.attributes.insert("ce-id".to_owned(), id.to_string());
        message
    }
}

/// The last agents handle what is there.
fn work(world: &World) {
    let last = |name: &str| LAST.contains(&name);
    let seats: Vec<_> = world.seats.iter().filter(|seat| last(&seat.runner.agent().manifest().name)).collect();
    while seats.iter().any(|seat| block_on(seat.round())) {}
}

fn wait(world: &World, minutes: u64) {
    for _ in 0..minutes * 2 {
        world.clock.advance(Duration::from_secs(30));
        work(world);
    }
}

/// How the run ended: the type and the payload of its only final event, which its fate names.
fn end(world: &World, made: &Made) -> Option<(&'static str, Value)> {
    let mut ends = BTreeSet::new();
    let mut last = None;
    for entry in world.journal() {
        for event_type in ["ContentPublished", "PublishFailure"] {
            let run = entry.correlation_id.as_deref() == Some(made.run.to_string().as_str());
            if run && entry.event_type.as_deref() == Some(event_type) {
                ends.insert(entry.event_id.clone().expect("an id"));
                last = Some((event_type, serde_json::from_str(&entry.body).expect("JSON")));
            }
        }
    }
    let fate = world.document("fates", &made.run.to_string());
    let fate = fate.and_then(|fate| fate["event_id"].as_str().map(str::to_owned));
    assert_eq!(ends.into_iter().collect::<Vec<_>>(), Vec::from_iter(fate), "one end, and it is the run's fate");
    assert_eq!(block_on(world.dead_letters()), 0);
    last
}

fn page(world: &World) -> Option<String> {
    world.text("sites/weekly/posts/p1/index.html")
}

#[test]
fn in_every_order_and_more_than_once_the_parts_make_one_page() {
    let made = Made::of(&json!({}));
    for order in ORDERS {
        let world = made.world();
        for (n, part) in order.into_iter().enumerate() {
            assert_eq!((n, end(&world, &made)), (n, None), "{order:?}");
            // Twice in the queue, and once again when it was handled.
            (0..2).for_each(|_| world.send(made.parts[part].clone()));
            work(&world);
            world.send(made.parts[part].clone());
            if part != REVIEW {
                world.send(made.copy(part));
            }
            work(&world);
        }
        wait(&world, 40);
        let (event_type, published) = end(&world, &made).expect("an end");
        assert_eq!((event_type, published.get("degraded")), ("ContentPublished", None), "{order:?}");
        assert_eq!(page(&world).expect("a page").matches("<img").count(), 1, "{order:?}");
        let feed = world.text("sites/weekly/feed.xml").expect("a feed");
        assert_eq!(feed.matches("<entry>").count(), 1, "{order:?}");
        assert_eq!(world.generation(made.run).expect("a status")["status"], "complete");
    }
}

#[test]
fn a_part_that_failed_ends_the_run_once_in_every_order() {
    for (policy, ends) in [("degrade", "ContentPublished"), ("fail", "PublishFailure")] {
        let refusing = ScriptedImageModel::new().otherwise(|_| -> Reply<_> { ModelErrorKind::ContentPolicy.into() });
        let made = Made::with(&json!({"onMissingPart": policy}), Arc::new(refusing));
        for order in ORDERS {
            let world = made.world();
            for part in order {
                (0..2).for_each(|_| world.send(made.parts[part].clone()));
                work(&world);
            }
            wait(&world, 40);
            let (event_type, end) = end(&world, &made).expect("an end");
            assert_eq!(event_type, ends, "{policy} {order:?}");
            match policy {
                "degrade" => assert_eq!(end["degraded"], json!(["images"]), "{order:?}"),
                _ => assert_eq!((end["code"].as_str(), page(&world)), (Some("PART_FAILED"), None), "{order:?}"),
            }
        }
    }
}

#[test]
fn a_part_that_never_comes_is_waited_for_as_long_as_the_site_says() {
    let cases: [(&[usize], Value); 4] = [
        (&[REVIEW, METADATA], json!(["images"])),
        (&[IMAGES, REVIEW], json!(["metadata"])),
        (&[REVIEW], json!(["images", "metadata"])),
        // Without the text there is nothing to publish, whatever the site says.
        (&[METADATA, IMAGES], Value::Null),
    ];
    for policy in ["degrade", "fail"] {
        let made = Made::of(&json!({"onMissingPart": policy}));
        for (there, degraded) in &cases {
            let world = made.world();
            there.iter().for_each(|part| world.send(made.parts[*part].clone()));
            work(&world);
            wait(&world, 4);
            assert_eq!(end(&world, &made), None, "{policy} {there:?}: before the wait is over");
            wait(&world, if there.contains(&REVIEW) { 4 } else { 30 });
            let (event_type, ended) = end(&world, &made).expect("an end");
            if policy == "degrade" && !degraded.is_null() {
                assert_eq!((event_type, &ended["degraded"]), ("ContentPublished", degraded), "{there:?}");
            } else {
                assert_eq!((event_type, &ended["code"]), ("PublishFailure", &json!("PART_MISSING")), "{there:?}");
            }
            // What comes now is too late: the run has ended as it has.
            let before = page(&world);
            made.parts.iter().for_each(|part| world.send(part.clone()));
            wait(&world, 40);
            assert_eq!(end(&world, &made), Some((event_type, ended)), "{policy} {there:?}");
            assert_eq!(page(&world), before);
        }
    }
}

#[test]
fn a_part_of_an_older_draft_changes_nothing() {
    // The first draft is too short: the review asks for a second, and the parts are made for that one.
    let mut world =
        World::with(Settings::default(), None, Some(writing([480, 600].map(|n| canned_article(TOPIC, n))) as _));
    world.draw_with(drawing());
    let site = json!({"imagesPerArticle": 1, "refine": false, "maxRevisions": 1});
    world.set("website_settings", "weekly", &website(&site));
    let run = world.publish("ContentRequest", &request("p1", TOPIC, 600));
    block_on(world.drain());
    assert_eq!(world.events("ContentPublished")[0]["revision"], 2);
    let before = page(&world).expect("a page");
    for (n, event_type) in [(IMAGES, "ImagesReady"), (METADATA, "MetadataReady")] {
        let journal = world.journal();
        let entry = journal.iter().find(|entry| entry.event_type.as_deref() == Some(event_type)).expect(event_type);
        let mut body: Value = serde_json::from_str(&entry.body).expect("JSON");
        assert_eq!(body["revision"], 2);
        body["revision"] = json!(1);
        let mut attributes = entry.attributes.clone();
        attributes.insert("ce-id".to_owned(), ids::derive(run, &["old", &n.to_string()]).to_string());
        let (channel, subject) = (entry.channel.clone(), entry.subject.clone());
        world.send(Message { channel, subject, attributes, body: body.to_string() });
    }
    block_on(world.drain());
    world.clock.advance(Duration::from_secs(3600));
    block_on(world.drain());
    assert_eq!(page(&world), Some(before));
    let made = (world.events("ContentPublished").len(), world.events("PublishFailure"));
    assert_eq!(made, (1, vec![]), "the run has one end");
    assert_eq!(world.generation(run).expect("a status")["status"], "complete");
    assert_eq!(block_on(world.dead_letters()), 0);
}
