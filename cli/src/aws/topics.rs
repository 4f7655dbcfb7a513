//! Who listens to a topic.

use anyhow::Context;
use serde::Serialize;

use super::{Deployment, sdk};

/// A subscription of a topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Subscription {
    /// `sqs`, `https`, `email`, ...
    pub(crate) protocol: String,
    /// Where notifications go.
    pub(crate) endpoint: String,
    /// Its ARN; `PendingConfirmation` while nobody has confirmed it.
    pub(crate) arn: String,
}

impl Subscription {
    /// Whether nobody has confirmed it yet: nothing is delivered.
    pub(crate) fn is_pending(&self) -> bool {
        !self.arn.starts_with("arn:")
    }
}

/// The subscriptions of the topic of a channel; `None`: there is no such topic.
pub(crate) async fn subscriptions(deployment: &Deployment, channel: &str) -> anyhow::Result<Option<Vec<Subscription>>> {
    let arn = deployment.names.topic_arn(channel);
    let mut pages = deployment.sns.list_subscriptions_by_topic().topic_arn(&arn).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found_exception()) => {
                return Ok(None);
            }
            Err(error) => return Err(sdk(error)).with_context(|| format!("cannot list the subscriptions of {arn}")),
        };
        found.extend(page.subscriptions.unwrap_or_default().into_iter().map(|one| Subscription {
            protocol: one.protocol.unwrap_or_default(),
            endpoint: one.endpoint.unwrap_or_default(),
            arn: one.subscription_arn.unwrap_or_default(),
        }));
    }
    found.sort();
    Ok(Some(found))
}
