//! `mesh dlq replay`: moves dead letters back. A dry run unless `--yes` is given.
//!
//! A letter is received, sent to its agent's queue as it was received, and removed only when that was confirmed. A crash
//! in between leaves it in both queues, which the agent's ledger takes for the same event.

use std::{fmt, time::Duration};

use anyhow::bail;
use mesh_core::{
    Manifest,
    ports::{Delivery, OutboundMessage, Queue, Receipt},
};
use serde::Serialize;
use uuid::Uuid;

use super::letter::{self, Letter, Seen};
use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
    output::{self, style, text},
};

/// Most letters of one agent that are looked at.
const MOST: usize = 10_000;
/// Letters received at once.
const BATCH: usize = 10;
/// How long a received letter stays hidden from others; letters that stay are shown again at the end.
const HIDDEN: Duration = Duration::from_secs(300);

/// Which letters.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["agent", "code", "event_id", "all"]))]
pub(crate) struct ReplayArgs {
    /// Only those of this agent
    agent: Option<String>,
    /// Only those with this code
    #[arg(long)]
    code: Option<String>,
    /// Only that of this event
    #[arg(long, value_name = "ID")]
    event_id: Option<Uuid>,
    /// Those of every agent
    #[arg(long, conflicts_with_all = ["agent", "event_id"])]
    all: bool,
    /// Do it
    #[arg(long)]
    yes: bool,
}

impl ReplayArgs {
    fn wants(&self, letter: &Letter) -> bool {
        self.code.as_ref().is_none_or(|code| letter.code.as_ref() == Some(code))
            && self.event_id.is_none_or(|id| letter.event_id == id)
    }
}

#[derive(Debug, Serialize)]
struct Moved {
    agent: String,
    event_id: Uuid,
    event_type: Option<String>,
    code: Option<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    /// True when they were moved; false: a dry run.
    done: bool,
    letters: Vec<Moved>,
}

pub(super) async fn run(args: ReplayArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let manifests: Vec<&Manifest> = match &args.agent {
        Some(agent) => vec![mesh.manifest(agent)?],
        None => mesh.agents.iter().map(|agent| agent.manifest()).collect(),
    };
    let mut letters = Vec::new();
    for manifest in manifests {
        letters.extend(match args.yes {
            true => replay(&mesh, manifest, &args).await?,
            false => letter::peek(&mesh, manifest, MOST).await?.into_iter().filter(|one| args.wants(one)).collect(),
        });
    }
    let report = Report { done: args.yes, letters: letters.into_iter().map(moved).collect() };
    app.out.report(&report)?;
    Ok(Exit::Ok)
}

fn moved(letter: Letter) -> Moved {
    Moved { agent: letter.agent, event_id: letter.event_id, event_type: letter.event_type, code: letter.code }
}

/// Moves the letters of one agent, and shows again those that stay.
async fn replay(mesh: &Mesh, manifest: &Manifest, args: &ReplayArgs) -> anyhow::Result<Vec<Letter>> {
    let (dlq, start) = (mesh.dlq(manifest), mesh.now());
    let (mut moved, mut stay): (Vec<Letter>, Vec<Receipt>) = (Vec::new(), Vec::new());
    let done = async {
        while moved.len() + stay.len() < MOST {
            let received = dlq.receive(BATCH, Duration::ZERO, Some(HIDDEN)).await?;
            if received.is_empty() {
                break;
            }
            for delivery in received {
                // What comes here while we move is what fails again; to move that as well might never end.
                let fresh = delivery.sent_at > start;
                let (receipt, letter) = (delivery.receipt.clone(), read(mesh, manifest, delivery).await?);
                if fresh || !args.wants(&letter) {
                    stay.push(receipt);
                    continue;
                }
                move_one(mesh, manifest, &letter, receipt).await?;
                moved.push(letter);
            }
        }
        anyhow::Ok(())
    };
    let done = done.await;
    for receipt in &stay {
        dlq.nack(receipt, Duration::ZERO).await?;
    }
    done.map(|()| moved)
}

async fn read(mesh: &Mesh, manifest: &Manifest, delivery: Delivery) -> anyhow::Result<Letter> {
    let Delivery { message_id, body, attributes, receive_count, sent_at, .. } = delivery;
    letter::read(mesh, manifest, Seen { message_id, body, attributes, receive_count, sent_at }).await
}

async fn move_one(mesh: &Mesh, manifest: &Manifest, letter: &Letter, receipt: Receipt) -> anyhow::Result<()> {
    let attributes = letter::original_attributes(&letter.attributes);
    let message = OutboundMessage { body: letter.body.clone(), attributes, ..OutboundMessage::default() };
    if let Some(entry) = mesh.store.queue(&manifest.name).send(&[message]).await?.first() {
        bail!("{} was not taken by the queue of {}: {}", letter.event_id, manifest.name, entry.message);
    }
    if let Some(entry) = mesh.dlq(manifest).ack(&[receipt]).await?.first() {
        // It is in both queues now; the ledger takes the two for one.
        tracing::warn!(event_id = %letter.event_id, message = entry.message, "A dead letter could not be removed.");
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = text::count(self.letters.len(), "dead letter");
        if !self.letters.is_empty() {
            let mut table = output::table(&["agent", "event", "type", "code"]);
            for Moved { agent, event_id, event_type, code } in &self.letters {
                let (kind, code) = (event_type.as_deref().unwrap_or("-"), code.as_deref().unwrap_or("-"));
                table.add_row([text::plain(agent), event_id.to_string(), text::plain(kind), text::plain(code)]);
            }
            writeln!(f, "{}", output::rows(&table))?;
        }
        match self.done {
            true => write!(f, "{}", style::good(format_args!("{count} moved"))),
            false => write!(f, "{}", style::warn(format_args!("dry run: {count} would be moved; --yes does it"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_that_is_given_must_hold() {
        let letter = letter::testing::letter(7, "MODEL_TIMEOUT");
        let wants = |code: Option<&str>, id: Option<u128>| {
            let (code, event_id) = (code.map(str::to_owned), id.map(Uuid::from_u128));
            ReplayArgs { agent: None, code, event_id, all: false, yes: false }.wants(&letter)
        };
        assert!(wants(None, None) && wants(Some("MODEL_TIMEOUT"), None) && wants(Some("MODEL_TIMEOUT"), Some(7)));
        assert!(!wants(Some("MODEL_AUTH"), Some(7)) && !wants(None, Some(8)));
    }
}
