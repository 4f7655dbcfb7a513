//! What killed tails left behind: queues with a tail's name and tag whose tail has given no sign of life for a while,
//! and subscriptions that lead to queues of tails that are gone.

use std::{collections::BTreeSet, time::Duration};

use anyhow::Context;
use mesh_core::Timestamp;

use super::{
    super::{Deployment, sdk, subscriptions},
    ear::{SEEN, TAG, name_prefix},
};

/// A tail that has given no sign of life for this long was killed.
const DEAD_AFTER: Duration = Duration::from_secs(15 * 60);

/// What a killed tail left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leftover {
    /// The queue's name.
    pub(crate) name: String,
    /// Where the queue is, when it is still there.
    pub(crate) url: Option<String>,
    /// ARNs of the subscriptions that lead to it.
    pub(crate) subscriptions: Vec<String>,
}

/// What killed tails of this deployment left behind.
pub(crate) async fn leftovers(deployment: &Deployment, now: Timestamp) -> anyhow::Result<Vec<Leftover>> {
    let (mut found, mut alive) = (Vec::new(), BTreeSet::new());
    for url in queues(deployment).await? {
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        match is_dead(deployment, &url, now).await? {
            true => found.push(Leftover { name, url: Some(url), subscriptions: Vec::new() }),
            false => drop(alive.insert(name)),
        }
    }
    let marker = format!(":{}", name_prefix(deployment));
    let mut channels: Vec<&str> = mesh_contracts::EVENTS.iter().map(|spec| spec.channel).collect();
    channels.sort_unstable();
    channels.dedup();
    for channel in channels {
        for subscription in subscriptions(deployment, channel).await?.unwrap_or_default() {
            let Some((_, name)) = subscription.endpoint.rsplit_once(':') else { continue };
            if subscription.protocol != "sqs" || !subscription.endpoint.contains(&marker) || alive.contains(name) {
                continue;
            }
            match found.iter_mut().find(|leftover| leftover.name == name) {
                Some(leftover) => leftover.subscriptions.push(subscription.arn),
                None => {
                    let (name, subscriptions) = (name.to_owned(), vec![subscription.arn]);
                    found.push(Leftover { name, url: None, subscriptions });
                }
            }
        }
    }
    Ok(found)
}

async fn queues(deployment: &Deployment) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut pages = deployment.sqs.list_queues().queue_name_prefix(name_prefix(deployment)).into_paginator().send();
    while let Some(page) = pages.next().await {
        found.extend(page.map_err(sdk).context("cannot list queues")?.queue_urls.unwrap_or_default());
    }
    Ok(found)
}

async fn is_dead(deployment: &Deployment, url: &str, now: Timestamp) -> anyhow::Result<bool> {
    match deployment.sqs.list_queue_tags().queue_url(url).send().await {
        Ok(answer) => {
            let tags = answer.tags.unwrap_or_default();
            let tag = |name: &str| tags.get(name).map(String::as_str);
            Ok(tag(TAG) == Some(deployment.names.prefix.as_str()) && is_silent(tag(SEEN), now))
        }
        // Its tail has just ended.
        Err(error) if error.as_service_error().is_some_and(|error| error.is_queue_does_not_exist()) => Ok(false),
        Err(error) => Err(sdk(error)).with_context(|| format!("cannot read the tags of {url}")),
    }
}

fn is_silent(seen: Option<&str>, now: Timestamp) -> bool {
    let seen = seen.and_then(|seconds| seconds.parse::<i64>().ok()).unwrap_or(0);
    Timestamp(seen.saturating_mul(1000)).until(now) > DEAD_AFTER
}

impl Leftover {
    /// Removes it.
    pub(crate) async fn remove(&self, deployment: &Deployment) -> anyhow::Result<()> {
        for arn in &self.subscriptions {
            let gone = deployment.sns.unsubscribe().subscription_arn(arn).send().await;
            gone.map_err(sdk).with_context(|| format!("cannot remove the subscription {arn}"))?;
        }
        if let Some(url) = &self.url {
            let gone = deployment.sqs.delete_queue().queue_url(url).send().await;
            gone.map_err(sdk).with_context(|| format!("cannot remove the queue {}", self.name))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_dead_when_it_has_been_silent_for_a_quarter_of_an_hour() {
        let now = Timestamp(100_000_000);
        assert!(!is_silent(Some("99999"), now) && !is_silent(Some("99100"), now));
        assert!(is_silent(Some("99099"), now), "one second more");
        assert!(is_silent(None, now) && is_silent(Some("x"), now));
    }
}
