//! Where a run stands, as a function of the set of its events and not of their order.
//!
//! Every field is folded by a rule that does not care about order: the greatest (status, progress, draft, latest time), the
//! least (first time, end), the sum (cost), or what only one event of a run can say (cause, publication). The stage is that
//! of the greatest (end, draft, stage), so that a later draft counts for more than a later stage of an earlier one, and
//! nothing for more than the end. Pointers are those of the newest draft that has them.
//!
//! Percent done: 5 requested, 25 drafted, 40 ready for review, 45 to be revised, 60 reviewed, 65 metadata, 70 images
//! planned, 90 images made, 100 published or withdrawn; a run that failed stays where it was.
//!
//! `waiting` says that a message of the run waits in a dead-letter queue. It is said until the run ends, also after the
//! message was replayed: events of other agents do not show whether it was. Of several waiting messages it tells of the one
//! that is greatest by agent, code and message, so that their order does not matter.

use mesh_contracts::{
    Id, Int, List,
    events::Cost,
    records::{Cause, GenerationRecord, PostStatus, Stage},
};

use crate::facts::Facts;

/// The id of an event's document in the timeline of `run`; ids sort by time.
#[must_use]
pub fn timeline_id(run: Id, facts: &Facts) -> String {
    format!("{run}/{:013}-{}", facts.at.at().timestamp_millis(), facts.event_id)
}

/// Where `run` stands once `facts` are known too. Must be given each event once; late ones and any order are welcome.
#[must_use]
pub fn apply(run: Id, record: Option<GenerationRecord>, facts: &Facts) -> GenerationRecord {
    let mut record = record.unwrap_or_else(|| unknown(run, facts));
    identify(&mut record, facts);
    advance(&mut record, facts);
    point(&mut record, facts);
    record.cost = sum(record.cost, facts.cost);
    record.started_at = record.started_at.min(facts.at);
    record.updated_at = record.updated_at.max(facts.at);
    record
}

/// A run of which nothing is known yet but that it was asked for.
fn unknown(run: Id, facts: &Facts) -> GenerationRecord {
    GenerationRecord {
        run_id: run,
        content_id: None,
        website_id: facts.website_id.clone().unwrap_or_default(),
        post_id: None,
        content_topic: None,
        status: PostStatus::Pending,
        stage: Stage::Requested,
        revision: Int::default(),
        progress: Int::clamp(5),
        cause: None,
        waiting: None,
        raw: None,
        refined: None,
        reviewed: None,
        images: List::default(),
        final_markdown: None,
        page: None,
        url: None,
        degraded: List::default(),
        cost: Cost::default(),
        started_at: facts.at,
        updated_at: facts.at,
        ended_at: None,
    }
}

/// What all events of a run agree on, from the first that says it. A failure may not know the site.
fn identify(record: &mut GenerationRecord, facts: &Facts) {
    if let Some(site) = &facts.website_id {
        record.website_id.clone_from(site);
    }
    record.content_id = record.content_id.or(facts.content_id);
    record.post_id = record.post_id.take().or_else(|| facts.post_id.clone());
    record.content_topic = record.content_topic.take().or_else(|| facts.content_topic.clone());
}

fn advance(record: &mut GenerationRecord, facts: &Facts) {
    if let Some(stage) = facts.stage {
        let revision = Int::clamp(facts.revision.map_or(0, Int::get));
        if place(stage, revision) > place(record.stage, record.revision) {
            record.stage = stage;
        }
        record.revision = record.revision.max(revision);
        record.status = record.status.max(facts.status);
        record.progress = record.progress.max(Int::clamp(facts.progress));
        if stage >= Stage::Ended {
            record.ended_at = Some(record.ended_at.map_or(facts.at, |at| at.min(facts.at)));
        }
    }
    greater(&mut record.cause, &facts.cause);
    greater(&mut record.waiting, &facts.waiting);
    if record.ended_at.is_some() {
        record.waiting = None;
    }
}

/// What stages are compared by.
fn place(stage: Stage, revision: Int<0, 1000>) -> (Stage, Int<0, 1000>, Stage) {
    let end = if stage >= Stage::Ended { stage } else { Stage::Requested };
    (end, revision, stage)
}

fn greater(kept: &mut Option<Cause>, said: &Option<Cause>) {
    let by = |cause: &Cause| (cause.agent.clone(), cause.code.clone(), cause.message.clone());
    if said.as_ref().map(by) > kept.as_ref().map(by) {
        kept.clone_from(said);
    }
}

fn point(record: &mut GenerationRecord, facts: &Facts) {
    let newest = facts.revision.map_or(0, Int::get) >= record.revision.get();
    let keep = |slot: &mut Option<_>, said: &Option<_>| {
        if said.is_some() && (newest || slot.is_none()) {
            slot.clone_from(said);
        }
    };
    keep(&mut record.raw, &facts.raw);
    keep(&mut record.refined, &facts.refined);
    keep(&mut record.reviewed, &facts.reviewed);
    if let Some(images) = facts.images.as_ref().filter(|_| newest || record.images.is_empty()) {
        record.images.clone_from(images);
    }
    if let Some(published) = &facts.published {
        record.final_markdown = Some(published.markdown.clone());
        record.degraded.clone_from(&published.degraded);
        record.url = Some(published.url.clone());
        // Where they were made is said by `ImagesReady`, with those that failed.
        if record.images.is_empty() {
            record.images.clone_from(&published.images);
        }
        if record.stage < Stage::Withdrawn {
            record.page = Some(published.page.clone());
        }
    }
    if let Some((page, url)) = &facts.notice {
        (record.page, record.url) = (Some(page.clone()), Some(url.clone()));
    }
}

fn sum(one: Cost, other: Cost) -> Cost {
    let money = [one.micro_usd, other.micro_usd].into_iter().flatten().map(Int::get).reduce(i64::saturating_add);
    Cost {
        input_tokens: Int::clamp(one.input_tokens.get().saturating_add(other.input_tokens.get())),
        output_tokens: Int::clamp(one.output_tokens.get().saturating_add(other.output_tokens.get())),
        micro_usd: money.map(Int::clamp),
    }
}

#[cfg(test)]
#[path = "projection_tests.rs"]
mod tests;
