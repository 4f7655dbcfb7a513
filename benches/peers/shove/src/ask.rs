//! A call of the model: three in a row, half a second and a second apart or as long as `Retry-After` says.

use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, Response, StatusCode, header::RETRY_AFTER};
use serde_json::{Value, json};

const WAITS: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(1)];

pub(crate) struct Model {
    client: Client,
    url: String,
}

impl Model {
    pub(crate) fn new(base: String, patience_seconds: f64) -> anyhow::Result<Self> {
        let client = Client::builder().timeout(Duration::from_secs_f64(patience_seconds)).build()?;
        Ok(Self { client, url: format!("{base}/chat/completions") })
    }

    pub(crate) async fn ask(&self, prompt: &str) -> anyhow::Result<String> {
        let body = json!({ "model": "stub", "messages": [{ "role": "user", "content": prompt }] });
        let mut waits = WAITS.into_iter();
        loop {
            let answer = self.client.post(&self.url).json(&body).send().await;
            let asked = match answer {
                Ok(answer) if answer.status().is_success() => return text(answer).await,
                Ok(answer) if !may_heal(answer.status()) => bail!("the model answered {}", answer.status()),
                Ok(answer) => retry_after(&answer),
                Err(_) => None,
            };
            let wait = waits.next().context("the model failed three times")?;
            tokio::time::sleep(asked.unwrap_or(wait)).await;
        }
    }
}

fn may_heal(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

fn retry_after(answer: &Response) -> Option<Duration> {
    answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

async fn text(answer: Response) -> anyhow::Result<String> {
    let body: Value = answer.json().await?;
    let text = body["choices"][0]["message"]["content"].as_str();
    text.map(str::to_owned).context("the model answered without a text")
}
