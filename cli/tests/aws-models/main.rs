//! The program in a build with AWS, against a server on loopback that speaks Amazon Bedrock's Converse.
#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

#[path = "../it/mesh.rs"]
#[allow(dead_code, reason = "shared with the tests of the build without AWS")]
mod mesh;
#[path = "../../../shared/models/tests/support/server.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "shared with the tests of the adapters")]
mod server;

use mesh_testkit::model::{canned_article, canned_metadata};
use serde_json::{Value, json};

use self::{
    mesh::Folder,
    server::{Answer, Server},
};

const TOPIC: &str = "Urban beekeeping";
const MODEL: &str = "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0";

fn converse(text: &str) -> Answer {
    Answer::json(
        200,
        &json!({
            "output": {"message": {"role": "assistant", "content": [{"text": text}]}}, "stopReason": "end_turn",
            "usage": {"inputTokens": 1_000, "outputTokens": 2_000, "totalTokens": 3_000}, "metrics": {"latencyMs": 9}
        }),
    )
}

#[test]
fn the_demo_works_with_bedrock() {
    let metadata = canned_metadata();
    let article = canned_article(TOPIC, 300);
    let server = Server::start(vec![converse(&article), converse(&metadata.to_string())]);
    let endpoint = server.base.strip_suffix("/v1").expect("a base");
    let variables = [
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", endpoint),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE0123456789"),
        ("AWS_SECRET_ACCESS_KEY", "a-very-secret-key"),
    ];
    let folder = Folder::new();
    let words = ["demo", "--topic", TOPIC, "--words", "300", "--json", "--model", MODEL];
    let answer = folder.run_with(&variables, &words);
    assert_eq!(answer.code, 0, "{answer}");
    let report: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!((&report["outcome"], &report["spent"]["models"]), (&json!("ContentPublished"), &json!([MODEL])));
    let received = server.received();
    assert_eq!(received.len(), 2, "draft and metadata");
    assert!(received.iter().all(|one| one.head.starts_with("POST /model/anthropic.claude-sonnet-4-5-20250929-v1")));
    assert!(!format!("{answer}").contains("a-very-secret-key"), "the key leaks");
}
