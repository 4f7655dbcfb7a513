//! A provider whose answers cost nothing to make: articles of the testkit, plans and metadata of the offline model, each
//! made once a program.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use mesh_core::{
    Timestamp,
    ports::{
        ChatRequest, ChatResponse, ImageModel, ModelError, ModelErrorKind, RenderRequest, RenderResponse, TextModel,
    },
};
use mesh_models::OfflineTextModel;
use mesh_testkit::{
    block_on,
    entropy::SeededEntropy,
    model::{canned_article, failure, picture, png, response},
};
use serde_json::Value;

/// What can be made of the same input only: a text by what it was made from.
static TEXTS: LazyLock<Mutex<BTreeMap<String, Arc<str>>>> = LazyLock::new(Mutex::default);
/// The smallest image that is taken.
static IMAGE: LazyLock<Bytes> = LazyLock::new(|| png(456, 256));
/// More texts than a simulation can ask for.
const MOST_TEXTS: usize = 2_000;

fn once(key: String, make: impl FnOnce() -> String) -> Arc<str> {
    if let Some(text) = TEXTS.lock().expect("no panic").get(&key) {
        return Arc::clone(text);
    }
    let text: Arc<str> = make().into();
    let mut texts = TEXTS.lock().expect("no panic");
    if texts.len() >= MOST_TEXTS {
        texts.clear();
    }
    texts.insert(key, Arc::clone(&text));
    text
}

fn article(topic: &str, words: usize) -> Arc<str> {
    once(format!("{words} {topic}"), || canned_article(topic, words))
}

/// Writes well most of the time, too little sometimes, and rarely what must not be published.
#[derive(Debug)]
pub(super) struct Writer {
    entropy: SeededEntropy,
    draws_first: bool,
}

impl Writer {
    pub(super) fn new(seed: u64, draws_first: bool) -> Arc<Self> {
        Arc::new(Self { entropy: SeededEntropy::new(seed), draws_first })
    }

    fn text(&self, request: &ChatRequest) -> String {
        let input = &request.task.input;
        let topic = ["topic", "title"].iter().find_map(|field| input[field].as_str()).unwrap_or("Everything");
        match request.task.name.as_str() {
            "draft" | "refine" => match self.entropy.below(10) {
                0 => article(topic, 255).to_string(),
                1 => format!("{}\n\nAs an AI language model, I cannot taste honey.\n", article(topic, 290)),
                _ => article(topic, 300).to_string(),
            },
            "continue" => {
                let whole = article(topic, 300);
                let so_far = input["text_so_far"].as_str().unwrap_or_default();
                whole.strip_prefix(so_far).unwrap_or(" And that is all there is to say.").to_owned()
            }
            _ => once(format!("{} {input}", request.task.name), || offline(request)).to_string(),
        }
    }
}

fn offline(request: &ChatRequest) -> String {
    let request = ChatRequest { json_schema: None, ..request.clone() };
    let answer = block_on(OfflineTextModel::new().complete(&request, Timestamp(0)));
    answer.map_or_else(|_| Value::Null.to_string(), |answer| answer.text)
}

#[async_trait]
impl TextModel for Writer {
    fn name(&self) -> &str {
        "scripted/test"
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn quote(&self, _: &ChatRequest) -> Option<u64> {
        Some(1_000)
    }

    async fn complete(&self, request: &ChatRequest, _: Timestamp) -> Result<ChatResponse, ModelError> {
        Ok(response(self.text(request)))
    }
}

#[async_trait]
impl ImageModel for Writer {
    fn name(&self) -> &str {
        "scripted/test"
    }

    fn is_offline(&self) -> bool {
        false
    }

    async fn render(&self, request: &RenderRequest, _: Timestamp) -> Result<RenderResponse, ModelError> {
        // The seed is the image's number.
        if request.seed == 1 && !self.draws_first {
            return Err(failure(ModelErrorKind::ContentPolicy));
        }
        Ok(picture(IMAGE.clone()))
    }
}
