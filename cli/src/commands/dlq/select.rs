//! Which dead letters are meant.

use mesh_core::Timestamp;
use uuid::Uuid;

use super::super::replay::Selection;
use crate::output::text;

/// Which letters; every filter that is given must hold.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true)
    .args(["agent", "agent_named", "code", "event_id", "content_id", "older_than", "since", "all"]))]
pub(super) struct Which {
    /// Only those of this agent
    agent: Option<String>,
    /// Only those of this agent
    #[arg(long = "agent", value_name = "NAME", conflicts_with = "agent", id = "agent_named")]
    agent_named: Option<String>,
    /// Only those with this code
    #[arg(long)]
    code: Option<String>,
    /// Only that of this event
    #[arg(long, value_name = "ID")]
    event_id: Option<Uuid>,
    /// Only those about this content
    #[arg(long, value_name = "ID")]
    content_id: Option<Uuid>,
    /// Only those sent before: 45s, 30m, 2h, 7d ago, or a timestamp
    #[arg(long, value_name = "TIME")]
    older_than: Option<String>,
    /// Only those sent since: 45s, 30m, 2h, 7d ago, or a timestamp
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Those of every agent
    #[arg(long, conflicts_with_all = ["agent", "agent_named", "event_id"])]
    all: bool,
}

impl Which {
    /// The agent that is named, if one is.
    pub(super) fn agent(&self) -> Option<&str> {
        self.agent.as_deref().or(self.agent_named.as_deref())
    }

    /// The filter that is meant at this time.
    pub(super) fn at(&self, now: Timestamp) -> anyhow::Result<Selection> {
        let time = |text: &Option<String>| -> anyhow::Result<Option<Timestamp>> {
            text.as_deref().map(|text| text::since(text, now)).transpose().map_err(anyhow::Error::msg)
        };
        Ok(Selection {
            code: self.code.clone(),
            event_id: self.event_id,
            content_id: self.content_id,
            before: time(&self.older_than)?,
            since: time(&self.since)?,
        })
    }
}
