//! What happens in a world of the matrix: flows in which every agent works, and fails.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use mesh_core::{
    Settings,
    ports::{ImageModel, OutboundMessage, Queue, TextModel},
};
use mesh_testkit::{block_on, faulty::Fault};
use mesh_tests::{Mutation, World, articles::website_called};
use serde_json::{Value, json};

use super::models::{Images, Mood, TOPIC, Texts};

/// One thing after the other, each until all is quiet.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// An article of so many words is asked for; fewer than 300 are invalid.
    Ask(i64),
    /// An echo is asked for.
    Echo,
    /// So many minutes pass.
    Wait(u64),
    /// What is published is taken off again.
    Withdraw,
    /// Models that were down are well, and dead letters are replayed.
    Replay,
}

/// A flow.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) name: &'static str,
    /// Settings of the site, as JSON.
    pub(crate) site: &'static str,
    pub(crate) attempts: u32,
    pub(crate) text: Mood,
    pub(crate) image: Mood,
    /// The first publish of every message fails, so that sweepers send them all.
    pub(crate) swept: bool,
    pub(crate) steps: &'static [Step],
    /// Articles that are published in the end.
    pub(crate) articles: usize,
    /// Types of the events that end its runs, each once.
    pub(crate) ends: &'static [&'static str],
    /// Types of other events that it must lead to, or it is not the flow that its name says.
    pub(crate) sees: &'static [&'static str],
    /// What the invariants find at the end even without a crash, ids left out.
    pub(crate) known: &'static [&'static str],
    /// Types of events whose number depends on how often the mesh was interrupted.
    pub(crate) loose: &'static [&'static str],
}

const PLAIN: Flow = Flow {
    name: "plain",
    site: r#"{"imagesPerArticle": 0, "refine": false}"#,
    attempts: 5,
    text: Mood::Well,
    image: Mood::Well,
    swept: false,
    steps: &[Step::Ask(300)],
    articles: 1,
    ends: &["ContentPublished"],
    sees: &[],
    known: &[],
    loose: &[],
};

/// All flows.
pub(crate) const FLOWS: [Flow; 12] = [
    Flow {
        name: "refined, revised, illustrated, published",
        site: r#"{"imagesPerArticle": 1, "refine": true, "maxRevisions": 1, "monthlyBudgetMicroUsd": 1000000}"#,
        text: Mood::Short,
        steps: &[Step::Ask(600), Step::Echo, Step::Wait(31)],
        ends: &["ContentPublished", "Echoed"],
        sees: &["ContentDrafted", "RevisionRequested", "ImageRequested", "ImagesReady", "PublicationDue", "SiteBuilt"],
        ..PLAIN
    },
    Flow {
        name: "withdrawn",
        steps: &[Step::Ask(300), Step::Withdraw],
        known: &[
            "is recorded as Withdrawn",
            "posts/urban-beekeeping/ is missing in site/feed.xml",
            "posts/urban-beekeeping/ is missing in site/index.html",
            "posts/urban-beekeeping/ is missing in site/sitemap.xml",
        ],
        ends: &["ContentPublished", "ContentWithdrawn"],
        ..PLAIN
    },
    Flow { name: "invalid request", steps: &[Step::Ask(5)], articles: 0, ends: &["ValidationError"], ..PLAIN },
    Flow {
        name: "draft refused by the model",
        text: Mood::Refusing("draft"),
        articles: 0,
        ends: &["GenFailure"],
        ..PLAIN
    },
    Flow {
        name: "refinement refused by the model",
        site: r#"{"imagesPerArticle": 0, "refine": true}"#,
        text: Mood::Refusing("refine"),
        articles: 0,
        known: &["1 content records, 0 articles asked for", "is recorded as Failed"],
        ends: &["RefineFailure"],
        ..PLAIN
    },
    Flow {
        name: "rejected by the review",
        text: Mood::Bad,
        articles: 0,
        known: &["1 content records, 0 articles asked for", "is recorded as Rejected"],
        ends: &["ContentRejected"],
        ..PLAIN
    },
    Flow {
        name: "metadata refused, published without",
        text: Mood::Refusing("metadata"),
        sees: &["MetadataReady"],
        ..PLAIN
    },
    Flow {
        name: "plan of images refused, published without",
        site: r#"{"imagesPerArticle": 1, "refine": false}"#,
        text: Mood::Refusing("image_plan"),
        sees: &["ImagesReady"],
        ..PLAIN
    },
    Flow {
        name: "image refused, publication failed",
        site: r#"{"imagesPerArticle": 1, "refine": false, "onMissingPart": "fail"}"#,
        image: Mood::Refusing("image"),
        articles: 0,
        known: &["1 content records, 0 articles asked for", "is recorded as Failed"],
        ends: &["PublishFailure"],
        ..PLAIN
    },
    Flow {
        name: "suspended, replayed, published",
        attempts: 2,
        text: Mood::Down,
        steps: &[Step::Ask(300), Step::Replay],
        loose: &["GenFailure"],
        sees: &["GenFailure"],
        ..PLAIN
    },
    Flow {
        name: "image suspended, published without, replayed too late",
        site: r#"{"imagesPerArticle": 1, "refine": false, "partWaitMinutes": 60}"#,
        attempts: 2,
        image: Mood::Down,
        steps: &[Step::Ask(300), Step::Wait(61), Step::Replay],
        loose: &["ImageFailure"],
        sees: &["ImageFailure", "ImagesReady"],
        ..PLAIN
    },
    Flow {
        name: "every event sent by a sweeper",
        swept: true,
        steps: &[Step::Ask(300), Step::Wait(31)],
        sees: &["PublicationDue"],
        ..PLAIN
    },
];

/// A flow under way.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) texts: Arc<Texts>,
    pub(crate) images: Arc<Images>,
}

impl Flow {
    /// A world in which it has not begun.
    pub(crate) fn stage(&self, mutation: Option<Mutation>) -> Stage {
        let texts = Arc::new(Texts::new(self.text));
        let settings = Settings { attempts: self.attempts, ..Settings::default() };
        let mut world = World::with(settings, mutation, Some(Arc::clone(&texts) as Arc<dyn TextModel>));
        texts.keep_time(Arc::clone(&world.clock));
        let images = Arc::new(Images::new(self.image, Arc::clone(&world.clock)));
        world.draw_with(Arc::clone(&images) as Arc<dyn ImageModel>);
        let site: Value = serde_json::from_str(self.site).expect("JSON");
        world.set("website_settings", "default", &website_called("default", &site));
        if self.swept {
            let mut tried = BTreeSet::new();
            world.plan.rule(move |call| {
                let first = call.port == "publisher" && tried.insert(call.detail.clone());
                first.then_some(Fault::FailBefore)
            });
        }
        Stage { world, texts, images }
    }
}

impl Stage {
    /// Does what the step says; the work it makes is still to be done.
    pub(crate) fn take(&self, step: Step) {
        match step {
            Step::Ask(words) => {
                let request = json!({"content_topic": TOPIC, "word_count": words, "request_id": "r1"});
                self.world.publish("ContentRequest", &request);
            }
            Step::Echo => {
                self.world.publish("EchoRequested", &json!({"message": "Are you there?"}));
            }
            Step::Wait(minutes) => self.world.clock.advance(Duration::from_secs(60 * minutes)),
            Step::Withdraw => {
                // A run that published nothing shows in what it came to.
                let Some(published) = self.world.events("ContentPublished").into_iter().next() else { return };
                let content_id = &published["content_id"];
                let withdrawal = json!({"content_id": content_id, "website_id": "default", "reason": "It was wrong."});
                self.world.publish("WithdrawalRequested", &withdrawal);
            }
            Step::Replay => {
                self.texts.heal();
                self.images.heal();
                self.replay();
            }
        }
    }

    /// Every dead letter goes back to its queue.
    fn replay(&self) {
        for seat in &self.world.seats {
            let manifest = seat.runner.agent().manifest();
            let (dlq, queue) = (self.world.store.queue(&manifest.dlq()), self.world.store.queue(&manifest.name));
            for letter in block_on(dlq.receive(10, Duration::ZERO, None)).expect("letters") {
                send(&queue, letter.body, letter.attributes);
                block_on(dlq.ack(&[letter.receipt])).expect("removed");
            }
        }
    }

    /// Delivers every message that is in a queue once more, also those somebody has in hand.
    pub(crate) fn deliver_twice(&self) {
        for seat in &self.world.seats {
            let queue = self.world.store.queue(&seat.runner.agent().manifest().name);
            for message in block_on(queue.peek(100)).expect("messages") {
                send(&queue, message.body, message.attributes);
            }
        }
    }
}

fn send(queue: &dyn Queue, body: String, attributes: BTreeMap<String, String>) {
    let message = OutboundMessage { body, attributes, ..OutboundMessage::default() };
    assert_eq!(block_on(queue.send(&[message])).expect("sent"), []);
}
