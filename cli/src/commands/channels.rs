//! `mesh channels`: which events travel where, from whom, to whom.

#[cfg(feature = "aws")]
mod topics;

use std::fmt;

use mesh_contracts::{EVENTS, EventSpec, Finality};
use mesh_core::Manifest;
use serde::Serialize;

use crate::{app::App, exit::Exit, output, registry};

/// Takes nothing of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct ChannelsArgs {}

/// One event type on its channel.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Traffic {
    channel: &'static str,
    event_type: &'static str,
    contract: &'static str,
    /// `always`, `never`, or `sometimes`: its field `final` says so.
    ends_run: &'static str,
    publishers: Vec<String>,
    subscribers: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Traffic>);

pub(crate) async fn run(_: ChannelsArgs, app: &App) -> anyhow::Result<Exit> {
    #[cfg(feature = "aws")]
    if app.target == crate::args::Target::Aws {
        return topics::run(app).await;
    }
    let agents = registry::agents(&app.settings(None)?)?;
    let manifests: Vec<&Manifest> = agents.iter().map(|agent| agent.manifest()).collect();
    app.out.report(&Report(traffic(EVENTS, &manifests)))?;
    Ok(Exit::Ok)
}

/// Every event type, by channel in the order of the contracts.
fn traffic(events: &'static [EventSpec], manifests: &[&Manifest]) -> Vec<Traffic> {
    let names = |wanted: &dyn Fn(&Manifest) -> bool| -> Vec<String> {
        manifests.iter().filter(|manifest| wanted(manifest)).map(|manifest| manifest.name.clone()).collect()
    };
    let mut channels: Vec<&'static str> = Vec::new();
    for spec in events {
        if !channels.contains(&spec.channel) {
            channels.push(spec.channel);
        }
    }
    let of_channel = |channel: &'static str| events.iter().filter(move |spec| spec.channel == channel);
    let one = |spec: &'static EventSpec| Traffic {
        channel: spec.channel,
        event_type: spec.event_type,
        contract: spec.contract,
        ends_run: match spec.finality {
            Finality::Final => "always",
            Finality::Step => "never",
            Finality::Field => "sometimes",
        },
        publishers: names(&|manifest| manifest.may_publish(spec.event_type)),
        subscribers: names(&|manifest| manifest.handles(spec.event_type).is_some()),
    };
    channels.into_iter().flat_map(of_channel).map(one).collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["channel", "event", "contract", "ends run", "from", "to"]);
        let mut last = "";
        for Traffic { channel, event_type, contract, ends_run, publishers, subscribers } in &self.0 {
            let heading = if *channel == last { "" } else { channel };
            last = channel;
            table.add_row([heading, event_type, contract, ends_run, &list(publishers), &list(subscribers)]);
        }
        f.write_str(&output::rows(&table))
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishers_and_subscribers_come_from_the_declarations() {
        let echo = Manifest::parse(agent_echo::MANIFEST).expect("a manifest");
        let traffic = traffic(EVENTS, &[&echo]);
        let of = |name: &str| traffic.iter().find(|traffic| traffic.event_type == name).expect(name);
        assert_eq!(of("EchoRequested").subscribers, ["echo"]);
        assert_eq!(of("Echoed").publishers, ["echo"]);
        assert_eq!((of("Echoed").ends_run, of("EchoFailure").ends_run), ("always", "sometimes"));
        assert_eq!(of("ValidationError").publishers, ["echo"]);
        assert!(of("ContentRequest").subscribers.is_empty());
    }

    #[test]
    fn the_events_of_a_channel_stand_together() {
        let traffic = traffic(EVENTS, &[]);
        let mut channels: Vec<&str> = traffic.iter().map(|traffic| traffic.channel).collect();
        channels.dedup();
        let distinct: std::collections::BTreeSet<&str> = channels.iter().copied().collect();
        assert_eq!(channels.len(), distinct.len());
        assert_eq!(traffic.len(), EVENTS.len());
    }
}
