//! The queue of one tail: made, subscribed, marked, removed.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context;
use aws_sdk_sqs::types::QueueAttributeName;
use mesh_aws::SqsQueue;
use mesh_core::{
    Timestamp,
    ports::{Delivery, Queue},
};
use serde_json::json;
use uuid::Uuid;

use super::super::{Deployment, sdk};

/// Tag of a tail's queue: the prefix of its deployment.
pub(super) const TAG: &str = "mesh-tail";
/// Tag of a tail's queue: when its tail was last seen alive, in seconds since 1970.
pub(super) const SEEN: &str = "mesh-tail-seen";
/// Messages received at once.
const BATCH: usize = 10;
/// How long the queue keeps what nobody reads any more.
const RETENTION_SECONDS: &str = "300";

/// Where the names of all tails' queues of a deployment begin.
pub(super) fn name_prefix(deployment: &Deployment) -> String {
    format!("{}-tail-", deployment.names.prefix)
}

/// A queue that listens to topics. It goes when [`Ear::remove`] is called.
#[derive(Debug)]
pub(super) struct Ear<'a> {
    deployment: &'a Deployment,
    name: String,
    url: Option<String>,
    subscriptions: Vec<String>,
}

impl<'a> Ear<'a> {
    /// Makes the queue and subscribes it. What was made by the time something failed is in the ear, to be removed.
    pub(super) async fn make(
        deployment: &'a Deployment,
        channels: &[&'static str],
        id: Uuid,
        now: Timestamp,
    ) -> (Self, anyhow::Result<usize>) {
        let name = format!("{}{}", name_prefix(deployment), &id.simple().to_string()[..12]);
        let mut ear = Self { deployment, name, url: None, subscriptions: Vec::new() };
        let ready = ear.listen(channels, now).await;
        (ear, ready)
    }

    /// The deployment it listens to.
    pub(super) fn deployment(&self) -> &Deployment {
        self.deployment
    }

    async fn listen(&mut self, channels: &[&'static str], now: Timestamp) -> anyhow::Result<usize> {
        let arns: Vec<String> = channels.iter().map(|channel| self.deployment.names.topic_arn(channel)).collect();
        let queue_arn = self.deployment.queue_arn(&self.name);
        let request = self.deployment.sqs.create_queue().queue_name(&self.name);
        let request = request
            .attributes(QueueAttributeName::MessageRetentionPeriod, RETENTION_SECONDS)
            .attributes(QueueAttributeName::SqsManagedSseEnabled, "true")
            .attributes(QueueAttributeName::Policy, policy(&queue_arn, &arns))
            .set_tags(Some(tags(&self.deployment.names.prefix, now).into_iter().collect()));
        let made = request.send().await.map_err(sdk).context("cannot make a queue to listen with")?;
        self.url = made.queue_url;
        let mut heard = 0;
        for arn in &arns {
            let request = self.deployment.sns.subscribe().topic_arn(arn).protocol("sqs").endpoint(&queue_arn);
            match request.return_subscription_arn(true).send().await {
                Ok(answer) => {
                    heard += 1;
                    self.subscriptions.extend(answer.subscription_arn);
                }
                // A deployment has topics only for the channels its agents use.
                Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found_exception()) => {
                    tracing::info!(topic = arn, "There is no such topic here.");
                }
                Err(error) => return Err(sdk(error)).with_context(|| format!("cannot subscribe to {arn}")),
            }
        }
        anyhow::ensure!(heard > 0, "the deployment has no topic for these channels; `mesh channels` lists them");
        Ok(heard)
    }

    fn queue(&self) -> anyhow::Result<SqsQueue> {
        let url = self.url.clone().context("there is no queue to listen with")?;
        Ok(SqsQueue::new(self.deployment.sqs.clone(), url, self.name.clone()))
    }

    /// What came, waiting so long for the first.
    pub(super) async fn receive(&self, wait: Duration) -> anyhow::Result<Vec<Delivery>> {
        Ok(self.queue()?.receive(BATCH, wait, None).await?)
    }

    /// Takes out what was shown.
    pub(super) async fn done(&self, delivery: Delivery) -> anyhow::Result<()> {
        self.queue()?.ack(&[delivery.receipt]).await?;
        Ok(())
    }

    /// Says that somebody still watches.
    pub(super) async fn sign(&self, now: Timestamp) -> anyhow::Result<()> {
        let tags = tags(&self.deployment.names.prefix, now).into_iter().collect();
        let request = self.deployment.sqs.tag_queue().set_queue_url(self.url.clone()).set_tags(Some(tags));
        request.send().await.map(drop).map_err(sdk).context("cannot mark the queue as in use")
    }

    /// Removes subscriptions and queue; what could not be removed is found by the next tail.
    pub(super) async fn remove(self) -> anyhow::Result<()> {
        let mut done = Ok(());
        for arn in self.subscriptions {
            let gone = self.deployment.sns.unsubscribe().subscription_arn(&arn).send().await;
            done =
                done.and(gone.map(drop).map_err(sdk).with_context(|| format!("cannot remove the subscription {arn}")));
        }
        if let Some(url) = self.url {
            let gone = self.deployment.sqs.delete_queue().queue_url(url).send().await;
            done =
                done.and(gone.map(drop).map_err(sdk).with_context(|| format!("cannot remove the queue {}", self.name)));
        }
        done
    }
}

fn tags(prefix: &str, now: Timestamp) -> BTreeMap<String, String> {
    let seen = (now.0 / 1000).to_string();
    BTreeMap::from([(TAG.to_owned(), prefix.to_owned()), (SEEN.to_owned(), seen)])
}

/// Only these topics may send here.
fn policy(queue_arn: &str, topic_arns: &[String]) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arns}},
        }],
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_s_queue_is_open_to_its_topics_only_and_says_when_it_was_seen() {
        let policy = policy("arn:aws:sqs:r:1:q", &["arn:aws:sns:r:1:t".to_owned()]);
        let policy: serde_json::Value = serde_json::from_str(&policy).expect("JSON");
        assert_eq!(policy["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"][0], "arn:aws:sns:r:1:t");
        assert_eq!(
            tags("va", Timestamp(12_345)),
            BTreeMap::from([(TAG.into(), "va".into()), (SEEN.into(), "12".into())])
        );
    }
}
