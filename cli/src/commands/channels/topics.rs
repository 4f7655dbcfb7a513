//! `mesh channels --target aws`: the topic of each channel, and who listens to it.

use std::fmt;

use anyhow::bail;
use mesh_contracts::EVENTS;
use serde::Serialize;

use super::list;
use crate::{
    app::App,
    aws::{self, Subscription},
    exit::Exit,
    mesh::{Mesh, Place},
    output::{style, text},
};

/// A channel and its topic.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Channel {
    channel: &'static str,
    topic_arn: String,
    /// False: no agent of this deployment uses the channel, or its topic is missing.
    exists: bool,
    events: Vec<&'static str>,
    publishers: Vec<String>,
    subscriptions: Vec<Subscription>,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Channel>);

pub(super) async fn run(app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let Place::Aws(deployment) = &mesh.place else { bail!("this mesh is not on AWS") };
    let mut channels: Vec<Channel> = Vec::new();
    for spec in EVENTS {
        let publishers = mesh.manifests().filter(|manifest| manifest.may_publish(spec.event_type));
        let publishers: Vec<String> = publishers.map(|manifest| manifest.name.clone()).collect();
        if let Some(channel) = channels.iter_mut().find(|channel| channel.channel == spec.channel) {
            channel.events.push(spec.event_type);
            channel.publishers.extend(publishers);
            continue;
        }
        let found = aws::subscriptions(deployment, spec.channel).await?;
        channels.push(Channel {
            channel: spec.channel,
            topic_arn: deployment.names.topic_arn(spec.channel),
            exists: found.is_some(),
            events: vec![spec.event_type],
            publishers,
            subscriptions: found.unwrap_or_default(),
        });
    }
    for channel in &mut channels {
        channel.publishers.sort();
        channel.publishers.dedup();
    }
    app.out.report(&Report(channels))?;
    Ok(Exit::Ok)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, channel) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{}  {}", style::strong(channel.channel), channel.topic_arn)?;
            if !channel.exists {
                write!(f, "\n  {}", style::faint("no such topic here"))?;
            }
            write!(f, "\n  {} from {}", channel.events.join(", "), list(&channel.publishers))?;
            for one in &channel.subscriptions {
                let pending = if one.is_pending() { " (nobody has confirmed it)" } else { "" };
                write!(f, "\n  to {} {}{pending}", text::plain(&one.protocol), text::plain(&one.endpoint))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_names_its_topic_and_who_listens() {
        let (protocol, endpoint) = ("email".to_owned(), "a@example.org".to_owned());
        let report = Report(vec![Channel {
            channel: "/content/ready",
            topic_arn: "arn:aws:sns:r:1:va-content-ready".into(),
            exists: true,
            events: vec!["ContentReady"],
            publishers: vec!["content-gen".into()],
            subscriptions: vec![Subscription { protocol, endpoint, arn: "PendingConfirmation".into() }],
        }]);
        let text = anstream::adapter::strip_str(&report.to_string()).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "/content/ready  arn:aws:sns:r:1:va-content-ready");
        assert_eq!(lines[1], "  ContentReady from content-gen");
        assert_eq!(lines[2], "  to email a@example.org (nobody has confirmed it)");
    }
}
