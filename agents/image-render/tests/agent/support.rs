//! One agent, its queue, and what it published.

use std::{io::Cursor, sync::Arc, time::Duration};

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use mesh_core::{
    Fate, Policy, Ports, Runner, Settings,
    envelope::{Outgoing, encode},
    ids,
    ports::{
        Blobs, BlobsExt, Clock, DocKey, Document, Entropy, ImageModel, Models, Publisher, PutCondition, PutResult,
        Queue, StateStore,
    },
    runner::Ended,
};
use mesh_embedded::{JournalEntry, Store, host};
use mesh_testkit::{
    block_on,
    clock::ManualClock,
    entropy::SeededEntropy,
    faulty::{FaultPlan, FaultyBlobs},
    model::ScriptedImageModel,
};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const CONTENT: &str = "0195e4a0-0000-7000-8000-000000000001";

/// The agent at work.
pub(crate) struct Bench {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    pub(crate) model: Arc<ScriptedImageModel>,
    /// Every call to the blobs.
    pub(crate) blobs: FaultPlan,
    runner: Runner,
}

/// A request for an image of the plan; other fields replace these.
pub(crate) fn request(number: i64, of: i64, fields: Value) -> Value {
    let mut data = json!({
        "content_id": CONTENT, "revision": 1, "content_topic": "Small queues", "number": number, "of": of,
        "prompt": format!("Scene {number}"), "alt_text": format!("A queue of {number} \"people\" & a dog"),
        "section": number - 1, "plan_cost": {"input_tokens": 7, "output_tokens": 3, "micro_usd": 11},
        "offline": false, "website_id": "default", "language": "en", "request_id": "r1", "post_id": "p1",
    });
    data.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    data
}

/// An image of a model: colours that differ from pixel to pixel.
pub(crate) fn drawn(width: u32, height: u32) -> RgbImage {
    let channel = |x: u32, length: u32| u8::try_from(x * 255 / length).unwrap();
    RgbImage::from_fn(width, height, |x, y| Rgb([channel(x, width), channel(y, height), 90]))
}

pub(crate) fn file(image: &DynamicImage, format: ImageFormat) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner().into()
}

pub(crate) fn png(width: u32, height: u32) -> Bytes {
    file(&drawn(width, height).into(), ImageFormat::Png)
}

impl Bench {
    pub(crate) fn new(model: ScriptedImageModel) -> Self {
        let model = Arc::new(model);
        Self::with(Arc::clone(&model) as Arc<dyn ImageModel>, model)
    }

    /// A bench whose agent asks `asked`.
    pub(crate) fn with(asked: Arc<dyn ImageModel>, model: Arc<ScriptedImageModel>) -> Self {
        let clock = Arc::new(ManualClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let store = Store::in_memory(Arc::clone(&clock) as Arc<dyn Clock>, Arc::clone(&entropy)).expect("a store");
        let settings = Settings::default();
        let agent = agent_image_render::agent(&settings).expect("an agent");
        block_on(host::declare(&store, &[Arc::clone(&agent)])).expect("queues");
        let models = Models::none().with_image(asked);
        let blobs = FaultPlan::new();
        let time = Arc::clone(&clock) as Arc<dyn Clock>;
        let ports: Ports = host::ports(&store, time, entropy, models, &settings);
        let watched = Arc::new(FaultyBlobs::new(Arc::clone(&ports.blobs), &blobs));
        let ports = Ports { blobs: watched, ..ports };
        let dlq = Arc::new(store.queue(&agent.manifest().dlq()));
        Self { clock, runner: Runner::new(agent, ports, dlq, Policy::default()), store, model, blobs }
    }

    /// Publishes a request; the same `name` makes the same event.
    pub(crate) fn publish(&self, name: &str, data: &Value) {
        let id = ids::of_request("", name);
        let message = encode(&Outgoing {
            spec: mesh_contracts::find_type("ImageRequested").expect("a known type"),
            id,
            emitter: "test",
            subject: None,
            time: self.clock.now(),
            correlation_id: Uuid::from_u128(1),
            parent: None,
            origin: None,
            data,
        });
        assert_eq!(block_on(self.store.topics().publish(&[message])).expect("published"), []);
    }

    /// Publishes and processes the images of a plan, in this order.
    pub(crate) fn plan(&self, order: &[i64], fields: &Value) {
        let of = i64::try_from(order.len()).unwrap();
        for number in order {
            self.publish(&format!("image {number}"), &request(*number, of, fields.clone()));
            self.round();
        }
    }

    /// Processes what is visible in the queue; answers the fates.
    pub(crate) fn round(&self) -> Vec<Fate> {
        let queue = self.store.queue("image-render");
        let mut fates = Vec::new();
        for delivery in block_on(queue.receive(10, Duration::ZERO, None)).expect("deliveries") {
            let fate = block_on(self.runner.process(&delivery, None));
            match &fate {
                Fate::Ack(_) => {
                    block_on(queue.ack(&[delivery.receipt])).expect("acked");
                }
                Fate::Retry { after, .. } => block_on(queue.nack(&delivery.receipt, *after)).expect("hidden"),
            }
            fates.push(fate);
        }
        fates
    }

    /// Whether nothing is left to do, now and in an hour.
    pub(crate) fn rests(&self) -> bool {
        let now = self.round();
        self.clock.advance(Duration::from_secs(3600));
        now.iter().chain(&self.round()).all(|fate| matches!(fate, Fate::Ack(Ended::Ignored)))
    }

    /// What the agent published, in order.
    pub(crate) fn published(&self) -> Vec<JournalEntry> {
        let journal = block_on(self.store.journal().since(0, None, 1000)).expect("a journal");
        let ours = |entry: &JournalEntry| entry.attributes.get("ce-source").is_some_and(|s| s == "/mesh/image-render");
        journal.into_iter().filter(ours).collect()
    }

    /// The payload of the one event it published, valid by the contract it names.
    pub(crate) fn only(&self, event_type: &str) -> Value {
        let published = self.published();
        assert_eq!(published.len(), 1, "{published:?}");
        let entry = &published[0];
        assert_eq!(entry.event_type.as_deref(), Some(event_type), "{}", entry.body);
        let spec = mesh_contracts::find_type(event_type).expect("a known type");
        assert_eq!(entry.channel, spec.channel);
        let payload: Value = serde_json::from_str(&entry.body).expect("JSON");
        assert_eq!(mesh_contracts::validate(spec.contract, &payload), Ok(()));
        payload
    }

    /// The one image of an article that gets one.
    pub(crate) fn single(&self, fields: Value) -> Value {
        self.plan(&[1], &fields);
        self.only("ImagesReady")["images"][0].clone()
    }

    /// Stores a site's settings; answers the pointer events carry.
    pub(crate) fn brief(&self, fields: Value) -> Value {
        let at = "2026-11-20T12:00:00.000Z";
        let mut website = json!({"websiteId": "shop", "websiteName": "Shop", "createdAt": at, "updatedAt": at});
        website.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let blobs = self.store.blobs();
        let body = Bytes::from(json!({"website": website}).to_string());
        let put = blobs.put_bytes("briefs/b.r1.json", body, "application/json", PutCondition::IfAbsent);
        match block_on(put).expect("stored") {
            PutResult::Stored(meta) | PutResult::Refused(Some(meta)) => {
                serde_json::to_value(blobs.pointer(&meta)).expect("a pointer")
            }
            PutResult::Refused(None) => panic!("neither stored nor there"),
        }
    }

    pub(crate) fn blob(&self, key: &str) -> Bytes {
        let found = block_on(self.store.blobs().get_bytes(key, 20_000_000)).expect("a read");
        found.unwrap_or_else(|| panic!("{key} is not there")).1
    }

    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        let list = block_on(self.store.blobs().list(prefix, None, 100)).expect("a list");
        list.into_iter().map(|meta| meta.key).collect()
    }

    pub(crate) fn record(&self) -> Option<Document> {
        let key = DocKey::new("image_set", format!("{CONTENT}#1"));
        block_on(self.store.state().get(&key)).expect("a read")
    }
}
