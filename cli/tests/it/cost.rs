//! What is on record of an article's cost is the sum of what its calls used, by the price table.

use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::STANDARD};
use mesh_testkit::model::{canned_article, canned_metadata, png};
use serde_json::{Value, json};

use crate::{
    mesh::Folder,
    server::{Answer, Received, Server},
};

const TITLE: &str = "Urban beekeeping";
/// Dollars for a million tokens, from the providers' pages as `prices.json` has them.
const TEXT: Price = Price { input: 0.25, cached: 0.025, output: 2.0 };
const IMAGE: Price = Price { input: 5.0, cached: 0.0, output: 40.0 };

struct Price {
    input: f64,
    cached: f64,
    output: f64,
}

impl Price {
    /// Millionths of a dollar, rounded up: a dollar for a million tokens is a millionth for one.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "small sums"
    )]
    fn of(&self, new: u64, cached: u64, output: u64) -> u64 {
        let [new, cached, output] = [new, cached, output].map(|tokens| tokens as f64);
        // The last bit of a sum of halves and tenths is not to make a millionth more.
        (new * self.input + cached * self.cached + output * self.output - 1e-6).ceil() as u64
    }
}

/// What the provider sold, call by call.
#[derive(Debug, Default)]
struct Bill {
    calls: u64,
    input: u64,
    output: u64,
    micro_usd: u64,
}

impl Bill {
    /// Another text: no two calls use the same.
    fn text(&mut self) -> Value {
        self.calls += 1;
        let (new, cached, output) = (1_001 + 37 * self.calls, 129 * self.calls, 503 + 53 * self.calls);
        self.add(new + cached, output, TEXT.of(new, cached, output));
        json!({
            "prompt_tokens": new + cached, "completion_tokens": output, "total_tokens": new + cached + output,
            "prompt_tokens_details": {"cached_tokens": cached}, "completion_tokens_details": {"reasoning_tokens": 11}
        })
    }

    /// Another image.
    fn image(&mut self) -> Value {
        self.calls += 1;
        let (input, output) = (41 + self.calls, 1_568 + 3 * self.calls);
        self.add(input, output, IMAGE.of(input, 0, output));
        json!({"input_tokens": input, "output_tokens": output, "total_tokens": input + output})
    }

    fn add(&mut self, input: u64, output: u64, micro_usd: u64) {
        self.input += input;
        self.output += output;
        self.micro_usd += micro_usd;
    }
}

/// A provider that writes, plans, describes and draws, and bills each call otherwise. The first metadata it sends is no JSON.
fn provider(bill: &Arc<Mutex<Bill>>) -> Server {
    let bill = Arc::clone(bill);
    let mut described = false;
    Server::answering(move |request: &Received| {
        let mut bill = bill.lock().expect("a bill");
        if request.head.starts_with("POST /v1/images/generations") {
            let image = STANDARD.encode(png(768, 512));
            return Answer::json(200, &json!({"created": 1, "data": [{"b64_json": image}], "usage": bill.image()}));
        }
        let schema = request.body["response_format"].to_string();
        let text = if schema.contains("alt_text") {
            plan().to_string()
        } else if schema.contains("slug") && !std::mem::replace(&mut described, true) {
            "Here is your metadata.".to_owned()
        } else if schema.contains("slug") {
            canned_metadata().to_string()
        } else {
            canned_article(TITLE, 800)
        };
        let choice = json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
        Answer::json(200, &json!({"model": "gpt-5-mini-2025-08-07", "choices": [choice], "usage": bill.text()}))
    })
}

fn plan() -> Value {
    let image = |section: u32| json!({"prompt": "A hive on a flat roof.", "alt_text": "A wooden hive on a flat roof above a city.", "section": section});
    json!({"images": [image(0), image(1), image(2)]})
}

#[test]
fn the_record_has_the_sum_of_all_calls_to_the_micro_dollar() {
    let (folder, bill) = (Folder::new(), Arc::new(Mutex::new(Bill::default())));
    let server = provider(&bill);
    let variables = [
        ("OPENAI_BASE_URL", server.base.as_str()),
        ("OPENAI_API_KEY", "sk-test"),
        ("MESH_TEXT_MODEL", "openai/gpt-5-mini"),
        ("MESH_IMAGE_MODEL", "openai/gpt-image-1"),
    ];
    let answer = folder.run_with(&variables, &["demo", "--post", "--topic", TITLE, "--json"]);
    assert_eq!(answer.code, 0, "{answer}");
    let report: Value = serde_json::from_str(&answer.stdout).expect("JSON");
    let shown = folder.json(&["show", report["content_id"].as_str().expect("an id"), "--json"]);
    let bill = bill.lock().expect("a bill");
    // Draft, rewriting, plan, metadata twice, three images.
    assert_eq!(bill.calls, 8, "{shown}");
    let expected = json!({"input_tokens": bill.input, "output_tokens": bill.output, "micro_usd": bill.micro_usd});
    assert_eq!((&shown["spent"]["cost"], &shown["record"]["cost"]), (&expected, &expected), "{bill:?} {shown}");
}
