//! Providers by their wire formats: a server on loopback speaks each, the program asks it as it would the real one.

use mesh_testkit::model::{canned_article, canned_metadata};
use serde_json::{Value, json};

use crate::{
    mesh::{self, Folder},
    server::{Answer, Server},
};

const KEY: &str = "sk-very-secret-0123456789";
const TOPIC: &str = "Urban beekeeping";
/// Tokens that every scripted answer tells: read and written.
const USAGE: (u64, u64) = (1_000, 2_000);

/// A provider, and the name of a model with a price in the table.
struct Provider {
    model: &'static str,
    base_url: &'static str,
    key: &'static str,
    path: &'static str,
    /// Behind `http://host:port`.
    base_path: &'static str,
    wire: fn(&str) -> Value,
}

const PROVIDERS: [Provider; 7] = [
    Provider {
        model: "openai/gpt-5-mini",
        base_url: "OPENAI_BASE_URL",
        key: "OPENAI_API_KEY",
        path: "/v1/chat/completions",
        base_path: "/v1",
        wire: completion,
    },
    Provider {
        model: "azure/gpt-5-mini",
        base_url: "AZURE_OPENAI_BASE_URL",
        key: "AZURE_OPENAI_API_KEY",
        path: "/openai/v1/chat/completions",
        base_path: "",
        wire: completion,
    },
    Provider {
        model: "anthropic/claude-sonnet-4-6",
        base_url: "ANTHROPIC_BASE_URL",
        key: "ANTHROPIC_API_KEY",
        path: "/v1/messages",
        base_path: "/v1",
        wire: message,
    },
    Provider {
        model: "gemini/gemini-2.5-flash",
        base_url: "GEMINI_BASE_URL",
        key: "GEMINI_API_KEY",
        path: "/v1beta/models/gemini-2.5-flash:generateContent",
        base_path: "/v1beta",
        wire: content,
    },
    Provider {
        model: "huggingface/meta-llama/Llama-3.3-70B-Instruct",
        base_url: "HUGGINGFACE_BASE_URL",
        key: "HUGGINGFACE_API_KEY",
        path: "/v1/chat/completions",
        base_path: "/v1",
        wire: completion,
    },
    Provider {
        model: "ollama/qwen3:8b",
        base_url: "OLLAMA_BASE_URL",
        key: "OLLAMA_KEY",
        path: "/v1/chat/completions",
        base_path: "/v1",
        wire: completion,
    },
    Provider {
        model: "compatible/local",
        base_url: "COMPATIBLE_BASE_URL",
        key: "COMPATIBLE_API_KEY",
        path: "/v1/chat/completions",
        base_path: "/v1",
        wire: completion,
    },
];

fn completion(text: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_000_000, "model": "gpt-5-mini",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": USAGE.0, "completion_tokens": USAGE.1, "total_tokens": USAGE.0 + USAGE.1}
    })
}

fn message(text: &str) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-6",
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": USAGE.0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": USAGE.1}
    })
}

fn content(text: &str) -> Value {
    json!({
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": USAGE.0, "candidatesTokenCount": USAGE.1, "totalTokenCount": USAGE.0 + USAGE.1},
        "modelVersion": "gemini-2.5-flash", "responseId": "r1"
    })
}

/// An article that passes the review, and its metadata, as a provider sends them.
fn article(wire: fn(&str) -> Value) -> Vec<Answer> {
    article_on(TOPIC, wire)
}

fn article_on(topic: &str, wire: fn(&str) -> Value) -> Vec<Answer> {
    [canned_article(topic, 300), canned_metadata().to_string()].map(|text| Answer::json(200, &wire(&text))).into()
}

impl Provider {
    fn find(word: &str) -> &'static Self {
        let starts = |provider: &&Self| provider.model.split('/').next() == Some(word);
        PROVIDERS.iter().find(starts).expect("a provider")
    }

    /// The variables that lead to a server.
    fn variables(&self, server: &Server) -> Vec<(String, String)> {
        let origin = server.base.strip_suffix("/v1").expect("a base");
        vec![(self.base_url.to_owned(), format!("{origin}{}", self.base_path)), (self.key.to_owned(), KEY.to_owned())]
    }
}

fn run(folder: &Folder, variables: &[(String, String)], words: &[&str]) -> mesh::Answer {
    let pairs: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (&**name, &**value)).collect();
    folder.run_with(&pairs, words)
}

fn read(answer: &mesh::Answer) -> Value {
    serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

const DEMO: [&str; 6] = ["demo", "--topic", TOPIC, "--words", "300", "--json"];

/// What is on record of a demo's article.
fn record(folder: &Folder, report: &Value) -> Value {
    folder.json(&["show", report["content_id"].as_str().expect("an id"), "--json"])
}

#[test]
fn the_demo_works_with_every_provider() {
    for provider in &PROVIDERS {
        let (folder, server) = (Folder::new(), Server::start(article(provider.wire)));
        let answer = run(&folder, &provider.variables(&server), &[&DEMO[..], &["--model", provider.model]].concat());
        assert_eq!(answer.code, 0, "{}: {answer}", provider.model);
        let report = read(&answer);
        assert_eq!(report["outcome"], "ContentPublished", "{}", provider.model);
        let received = server.received();
        assert_eq!(received.len(), 2, "{}: draft and metadata", provider.model);
        let path = |head: &str| head.split_whitespace().nth(1).map(|path| path.split('?').next().map(str::to_owned));
        assert!(received.iter().all(|one| path(&one.head) == Some(Some(provider.path.to_owned()))), "{received:?}");
        let shown = record(&folder, &report);
        let word = provider.model.split('/').next().expect("a word");
        let models = shown["spent"]["models"].as_array().expect("models");
        assert!(models.iter().all(|model| model.as_str().is_some_and(|name| name.starts_with(word))), "{models:?}");
        assert_eq!(shown["spent"]["offline"], false, "{shown}");
        assert!(!format!("{answer}{shown}").contains(KEY), "{}: the key leaks", provider.model);
    }
}

#[test]
fn with_nothing_configured_the_offline_model_says_so() {
    let folder = Folder::new();
    let report = read(&folder.run(&DEMO));
    let shown = record(&folder, &report);
    assert_eq!((&shown["spent"]["offline"], &shown["spent"]["models"]), (&json!(true), &json!(["offline/text-v1"])));
    let file = folder.path().join(report["article"].as_str().expect("a file"));
    let text = std::fs::read_to_string(file).expect("an article");
    assert!(text.contains("offline: true") || text.contains("offline/text-v1"), "{text}");
}

#[test]
fn a_site_switches_its_provider_by_settings_alone() {
    let folder = Folder::new();
    let (openai, anthropic) = (Provider::find("openai"), Provider::find("anthropic"));
    let other = "Rooftop gardens";
    let (first, second) = (Server::start(article(openai.wire)), Server::start(article_on(other, anthropic.wire)));
    let other = ["demo", "--topic", other, "--words", "300", "--json"];
    let chain = ("MESH_TEXT_MODEL".to_owned(), openai.model.to_owned());
    let variables = [openai.variables(&first), anthropic.variables(&second), vec![chain]].concat();
    let before = read(&run(&folder, &variables, &DEMO));
    assert_eq!(record(&folder, &before)["spent"]["models"], json!(["openai/gpt-5-mini"]));
    let site = json!({"websiteName": "Default", "preferredTextModel": anthropic.model,
        "metadata": true, "imagesPerArticle": 0, "refine": false});
    let put = folder.pipe(&site.to_string(), &["site", "put", "default", "-"]);
    assert_eq!(put.code, 0, "{put}");
    let after = read(&run(&folder, &variables, &other));
    assert_eq!(after["outcome"], "ContentPublished", "{after}");
    assert_eq!(record(&folder, &after)["spent"]["models"], json!(["anthropic/claude-sonnet-4-6"]));
    assert_eq!((first.received().len(), second.received().len()), (2, 2));

    // Without the key of that provider the site is refused, by the model's name.
    let variables = [openai.variables(&first), vec![("MESH_TEXT_MODEL".into(), openai.model.into())]].concat();
    let refused = run(&folder, &variables, &DEMO);
    assert_eq!(read(&refused)["code"], "MODEL_NOT_CONFIGURED", "{refused}");
    assert_eq!(first.received().len(), 2, "nobody else was asked");
}

#[test]
fn when_the_first_fails_the_next_one_writes_and_that_is_recorded() {
    let folder = Folder::new();
    let (openai, anthropic) = (Provider::find("openai"), Provider::find("anthropic"));
    let quota =
        json!({"error": {"message": "x", "type": "insufficient_quota", "param": null, "code": "insufficient_quota"}});
    let (first, second) =
        (Server::start((0..4).map(|_| Answer::json(429, &quota)).collect()), Server::start(article(anthropic.wire)));
    let chain = ("MESH_TEXT_MODEL".to_owned(), format!("{} {}", openai.model, anthropic.model));
    let variables = [openai.variables(&first), anthropic.variables(&second), vec![chain]].concat();
    let report = read(&run(&folder, &variables, &DEMO));
    assert_eq!(report["outcome"], "ContentPublished", "{report}");
    let shown = record(&folder, &report);
    assert_eq!(shown["spent"]["models"], json!(["anthropic/claude-sonnet-4-6"]), "{shown}");
    // Sonnet: 3 $ and 15 $ for a million tokens; two calls of 1,000 and 2,000.
    let cost = json!({"input_tokens": 2_000, "output_tokens": 4_000, "micro_usd": 2 * (1_000 * 3 + 2_000 * 15)});
    assert_eq!((&shown["spent"]["cost"], &shown["record"]["cost"]), (&cost, &cost), "{shown}");
    assert_eq!((first.received().len(), second.received().len()), (2, 2), "each call tried the first model once");
}

#[test]
fn models_are_listed_and_asked() {
    let folder = Folder::new();
    let (openai, anthropic) = (Provider::find("openai"), Provider::find("anthropic"));
    let ok = Server::start(vec![Answer::json(200, &completion("ok"))]);
    let refused = json!({"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}});
    let closed = Server::start((0..3).map(|_| Answer::json(401, &refused)).collect());
    let chain = ("MESH_TEXT_MODEL".to_owned(), format!("{} {}", openai.model, anthropic.model));
    let variables = [openai.variables(&ok), anthropic.variables(&closed), vec![chain]].concat();
    let listed = read(&run(&folder, &variables, &["models", "list", "--json"]));
    let names: Vec<&str> = listed.as_array().expect("rows").iter().filter_map(|row| row["model"].as_str()).collect();
    assert_eq!(names, [openai.model, anthropic.model, "offline/image-v1", "openai/...", "anthropic/..."]);
    let checked = run(&folder, &variables, &["models", "check", "--json"]);
    assert_eq!(checked.code, 1, "one does not answer: {checked}");
    let rows = read(&checked);
    assert_eq!((&rows[0]["state"], &rows[0]["said"]), (&json!("answers"), &json!("gpt-5-mini")));
    assert!(rows[0]["cost_micro_usd"].as_u64().is_some_and(|cost| cost > 0), "{rows}");
    assert_eq!(rows[1]["state"], "MODEL_AUTH");
    assert!(!format!("{checked}").contains(KEY), "the key leaks");
    let unknown = run(&folder, &variables, &["models", "check", "gemini/x"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("gemini/x"), "{unknown}");
}
