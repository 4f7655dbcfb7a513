//! The agent on its bench, and the images it is asked for.

use std::{io::Cursor, ops::Deref, sync::Arc};

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use mesh_agent_bench::{AgentBench, Setup};
use mesh_core::{
    Ports, ids,
    ports::{Document, ImageModel},
};
use mesh_testkit::{
    faulty::{FaultPlan, FaultyBlobs},
    model::ScriptedImageModel,
};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const CONTENT: &str = "0195e4a0-0000-7000-8000-000000000001";

/// The agent at work.
pub(crate) struct Bench {
    pub(crate) model: Arc<ScriptedImageModel>,
    /// Every call to the blobs.
    pub(crate) blobs: FaultPlan,
    agent: AgentBench,
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
        let (blobs, setup) = (FaultPlan::new(), Setup { image: Some(asked), ..Setup::default() });
        let agent = AgentBench::over(agent_image_render::agent, setup, |ports| {
            let watched = Arc::new(FaultyBlobs::new(Arc::clone(&ports.blobs), &blobs));
            Ports { blobs: watched, ..ports }
        });
        Self { model, blobs, agent }
    }

    /// Publishes a request; the same `name` makes the same event.
    pub(crate) fn publish(&self, name: &str, data: &Value) {
        self.agent.publish("ImageRequested", ids::of_request("", name), Uuid::from_u128(1), data);
    }

    /// Publishes and processes the images of a plan, in this order.
    pub(crate) fn plan(&self, order: &[i64], fields: &Value) {
        let of = i64::try_from(order.len()).unwrap();
        for number in order {
            self.publish(&format!("image {number}"), &request(*number, of, fields.clone()));
            self.round();
        }
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
        json!(self.put("briefs/b.r1.json", &json!({"website": website}).to_string()))
    }

    pub(crate) fn blob(&self, key: &str) -> Bytes {
        self.bytes(key).unwrap_or_else(|| panic!("{key} is not there")).into()
    }

    pub(crate) fn record(&self) -> Option<Document> {
        self.document("image_set", &format!("{CONTENT}#1"))
    }
}

impl Deref for Bench {
    type Target = AgentBench;

    fn deref(&self) -> &AgentBench {
        &self.agent
    }
}
