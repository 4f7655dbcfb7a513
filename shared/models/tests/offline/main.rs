//! What the offline model promises, measured from outside over many topics and lengths.
#![allow(clippy::unwrap_used, clippy::result_large_err, reason = "test code")]

mod json;
#[path = "../support/measure.rs"]
mod measure;
mod model;
mod quality;
mod refine;
mod refine_findings;
mod shape;

use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, Finish, Hints, ModelError, Task, TextModel},
};
use mesh_models::OfflineTextModel;
use serde_json::Value;

use crate::measure::words;

pub(crate) const DISCLOSURE: &str = "Sample text produced without a language model.";

/// A topic and the phrase of it that the text repeats.
pub(crate) const TOPICS: [(&str, &str); 10] = [
    ("Sustainable gardening in small cities", "sustainable gardening in small cities"),
    ("Remote work for small teams", "remote work for small teams"),
    ("Sourdough bread at home", "sourdough bread at home"),
    ("Kubernetes", "Kubernetes"),
    ("Gardening", "gardening"),
    ("How do solar panels work?", "solar panels"),
    ("Winter cycling: how to stay warm", "winter cycling"),
    ("A beginner's guide to telescopes", "telescopes"),
    ("Cloud cost control", "cloud cost control"),
    ("How to grow tomatoes on a balcony", "tomatoes on a balcony"),
];

pub(crate) fn request(task: &str, input: Value, max_output_tokens: u32) -> ChatRequest {
    let task = Task { name: task.to_owned(), input };
    ChatRequest {
        task,
        system: None,
        messages: Vec::new(),
        max_output_tokens,
        hints: Hints::default(),
        json_schema: None,
    }
}

pub(crate) fn complete(model: &OfflineTextModel, request: &ChatRequest) -> Result<ChatResponse, ModelError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(model.complete(request, Timestamp(0)))
}

pub(crate) fn draft(input: Value) -> String {
    let answer = complete(&OfflineTextModel::new(), &request("draft", input, 100_000)).unwrap();
    assert_eq!(answer.finish, Finish::Stop);
    answer.text
}

pub(crate) fn length_error(text: &str, asked: usize) -> f64 {
    100.0 * (words(text).len() as f64 - asked as f64).abs() / asked as f64
}
