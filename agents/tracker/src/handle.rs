//! From an event to its two documents: where the run stands, and the line in its timeline.

use std::collections::BTreeSet;

use mesh_contracts::{
    Id,
    events::{ContentWithdrawn, ErrorType},
    records::{ContentRecord, GenerationRecord, PostStatus, Stage, TimelineRecord},
};
use mesh_core::{
    AgentError, Context, Event, Outcome,
    ports::{Document, Query, QueryBy, Write},
};
use serde::de::DeserializeOwned;

use crate::{
    facts::Facts,
    projection::{apply, timeline_id},
};

const GENERATION: &str = "generation";
const TIMELINE: &str = "timeline";
const CONTENT: &str = "content";
/// Most runs of one article that a withdrawal is told to; two writes each fit into one transaction.
const MOST_RUNS: usize = 10;

pub(crate) async fn handle(event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
    let facts = Facts::of(event)?;
    let mut runs = BTreeSet::from([Id(event.correlation_id)]);
    if facts.stage == Some(Stage::Withdrawn) {
        runs.extend(published_by(&event.payload()?, ctx).await?);
    }
    let mut outcome = Outcome::nothing();
    for run in runs {
        outcome.writes.extend(record(run, &facts, ctx).await?);
    }
    Ok(outcome)
}

/// The writes that tell `run` of an event; none when it was told before.
async fn record(run: Id, facts: &Facts, ctx: &Context<'_>) -> Result<Vec<Write>, AgentError> {
    let line = timeline_id(run, facts);
    if ctx.get(TIMELINE, &line).await?.is_some() {
        return Ok(Vec::new());
    }
    let stored = ctx.get(GENERATION, &run.to_string()).await?;
    let before: Option<GenerationRecord> = stored.as_ref().map(read).transpose()?;
    let record = apply(run, before, facts);
    let write = match &stored {
        Some(stored) => Write::replace(stored, &record)?,
        None => Write::create(GENERATION, run.to_string(), &record)?,
    };
    let write = write.owner(&record.website_id).sort(record.started_at);
    let write = match record.content_id {
        Some(content) => write.index(&index(content)),
        None => write,
    };
    let entry = TimelineRecord {
        event_id: facts.event_id,
        event_type: mesh_contracts::Text::clip(facts.event_type),
        source: facts.source.clone(),
        revision: facts.revision,
        code: facts.code.clone(),
        at: facts.at,
    };
    Ok(vec![write, Write::create(TIMELINE, line, &entry)?])
}

/// The runs that put an article online: the one its record names, though tracker may not have heard of it yet, and those
/// that are known to have published it (an article that was made again has several).
async fn published_by(withdrawn: &ContentWithdrawn, ctx: &Context<'_>) -> Result<Vec<Id>, AgentError> {
    let mut runs = Vec::new();
    if let Some(document) = ctx.get(CONTENT, &withdrawn.content_id.to_string()).await? {
        runs.push(read::<ContentRecord>(&document)?.correlation_id);
    }
    let by = QueryBy::Index(index(withdrawn.content_id));
    let page = ctx.query(&Query { kind: GENERATION.to_owned(), by, limit: MOST_RUNS, cursor: None }).await?;
    for document in &page.documents {
        let record: GenerationRecord = read(document)?;
        if record.status == PostStatus::Complete {
            runs.push(record.run_id);
        }
    }
    Ok(runs)
}

fn index(content: Id) -> String {
    format!("content:{content}")
}

fn read<T: DeserializeOwned>(document: &Document) -> Result<T, AgentError> {
    let name = || format!("{}/{}", document.key.kind, document.key.id);
    mesh_contracts::read(&document.body).map_err(|message| {
        AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, format!("{}: {message}", name()))
    })
}
