//! What was paid: no answer that was stored is ever bought again.

use std::collections::BTreeMap;

use mesh_core::ports::{Blobs, BlobsExt};
use serde_json::Value;

use super::{Audit, PAGE};
use crate::calls::{self, Call};

/// Most bytes of an answer, an image included.
const MOST_BYTES: u64 = 20 << 20;

impl Audit<'_> {
    /// The stored answer names the call it came from. That is the last call of its request: a later one would have been
    /// made although the answer was there. An earlier one was made by a process that was killed before it stored anything.
    pub(super) async fn money(&mut self) -> anyhow::Result<()> {
        let mut calls: BTreeMap<String, Vec<Call>> = BTreeMap::new();
        for call in calls::read(self.directory)? {
            self.counted.calls += 1;
            calls.entry(call.request.clone()).or_default().push(call);
        }
        let (blobs, mut after) = (self.store.blobs(), None::<String>);
        loop {
            let page = blobs.list("answers/", after.as_deref(), PAGE).await?;
            for meta in &page {
                let Some((_, bytes)) = blobs.get_bytes(&meta.key, MOST_BYTES).await? else {
                    self.wrong(format!("{} has no body", meta.key));
                    continue;
                };
                let answer: Value = serde_json::from_slice(&bytes)?;
                let request = answer["request_sha256"].as_str().unwrap_or_default();
                let made = calls.remove(request).unwrap_or_default();
                self.answer(&meta.key, answer["response"]["provider_request_id"].as_str().unwrap_or_default(), &made);
            }
            after = page.last().map(|last| last.key.clone());
            if after.is_none() {
                break;
            }
        }
        for call in calls.into_values().flatten() {
            self.wrong(format!("call {} was made, and no answer to it is stored", call.id));
        }
        Ok(())
    }

    fn answer(&mut self, key: &str, stored: &str, made: &[Call]) {
        self.counted.answers += 1;
        let Some(bought) = made.iter().find(|call| call.id == stored) else {
            return self.wrong(format!("{key} came from a call nobody made: {stored:?}"));
        };
        for call in made.iter().filter(|call| call.id != stored) {
            if call.at > bought.at {
                self.wrong(format!("{key} was bought by call {stored}, and again by call {}", call.id));
            } else if self.killed.contains(&call.process()) {
                self.counted.calls_lost_to_kills += 1;
            } else {
                self.wrong(format!("{key}: the answer to call {} was thrown away, and nobody was killed", call.id));
            }
        }
    }
}
