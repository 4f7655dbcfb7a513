//! A part arrives at its draft's join, or the wait is over.

use std::time::Duration;

use mesh_contracts::{
    Id, Int, Time,
    events::{ErrorType, PublicationDue},
    records::{Brief, JoinRecord, JoinState, PublicationRecord, WebsiteSettings},
};
use mesh_core::{
    AgentError, Context, Emit, Event, Outcome, Timestamp,
    ports::{Document, Write},
};

use crate::{
    Publish,
    address::publication_id,
    join::{Arrival, Decision, Taken, decide, take},
    standing::{Passed, passed},
    store::{read, time},
};

/// A reminder that comes this much before the wait is over is not too early: clocks differ.
const EARLY: Duration = Duration::from_secs(30);

/// A draft's join while an event is handled.
#[derive(Debug)]
pub(crate) struct Draft {
    /// As it was read; absent for a first arrival.
    pub(crate) document: Option<Document>,
    /// With what has arrived.
    pub(crate) join: JoinRecord,
    /// What the page is dated.
    pub(crate) at: Time,
}

/// The page that a draft would take the place of.
pub(crate) type Shown = Option<(Document, PublicationRecord)>;

impl Publish {
    pub(crate) async fn arrived(
        &self,
        arrival: Arrival,
        event: &Event,
        ctx: &Context<'_>,
    ) -> Result<Outcome, AgentError> {
        let id = join_id(arrival.content_id(), arrival.revision());
        let document = ctx.get("join", &id).await?;
        let join = document.as_ref().map(read::<JoinRecord>).transpose()?;
        let over = join.clone();
        let at = time(event.time);
        match take(join, arrival.clone(), Id(event.correlation_id), at) {
            Taken::Joined(join) => self.joined(Draft { document, join, at }, &arrival, event, ctx).await,
            Taken::Stale(join) => {
                let outcome = Outcome::nothing().write(join_write(document.as_ref(), &join)?);
                Ok(self.mended(&join, ctx).await?.into_iter().fold(outcome, Outcome::write))
            }
            Taken::Again => {
                let writes = match &over {
                    Some(join) => self.mended(join, ctx).await?.into_iter().collect(),
                    None => Vec::new(),
                };
                Err(superseded(format!("draft {id} was handled before"), writes))
            }
        }
    }

    /// The wait for a draft's parts is over.
    pub(crate) async fn due(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        let due: PublicationDue = event.payload()?;
        let document = ctx.get("join", &join_id(due.content_id, due.revision)).await?;
        let Some(join) = document.as_ref().map(read::<JoinRecord>).transpose()? else { return Ok(Outcome::nothing()) };
        if join.state != JoinState::Waiting {
            return Ok(self.mended(&join, ctx).await?.into_iter().fold(Outcome::nothing(), Outcome::write));
        }
        if ctx.now().plus(EARLY) < Timestamp::from(join.due_at.at()) {
            // The site waits longer than was known when this reminder was sent; another one comes.
            return Ok(Outcome::nothing());
        }
        let draft = Draft { document, at: join.due_at.max(time(event.time)), join };
        let (site, shown) = self.surroundings(&draft, ctx).await?;
        match decide(&draft.join, policy(site.as_ref()), true) {
            Decision::Publish(short) => self.publish(draft, site, shown, &short, ctx).await,
            decision => ended(&draft, decision),
        }
    }

    /// A part has joined: the page is made when it was the last.
    async fn joined(
        &self,
        mut draft: Draft,
        arrival: &Arrival,
        event: &Event,
        ctx: &Context<'_>,
    ) -> Result<Outcome, AgentError> {
        let (site, shown) = self.surroundings(&draft, ctx).await?;
        match decide(&draft.join, policy(site.as_ref()), false) {
            Decision::Publish(short) => self.publish(draft, site, shown, &short, ctx).await,
            Decision::Wait => {
                let usual = WebsiteSettings::unset(arrival.website_id().clone(), &self.site_name, draft.at);
                let minutes = |site: &WebsiteSettings| Duration::from_secs(60 * site.part_wait_minutes.count());
                let wait = minutes(site.as_ref().map_or(&usual, |brief| &brief.website));
                let first = draft.document.is_none();
                // How long the site waits is known from the review on; a part that came before it had to guess.
                let corrected = matches!(arrival, Arrival::Review(_)) && wait != minutes(&usual);
                if !first && !corrected {
                    return Ok(Outcome::nothing().write(join_write(draft.document.as_ref(), &draft.join)?));
                }
                let due = event.time.plus(wait);
                draft.join.due_at = time(due);
                let reminder = Emit::of(&arrival.reminder())?.about(draft.join.content_id).due(due);
                Ok(Outcome::nothing().write(join_write(draft.document.as_ref(), &draft.join)?).emit(reminder))
            }
            decision => ended(&draft, decision),
        }
    }

    /// The site's settings, the sources and what the draft's page shows, known once the review is there.
    ///
    /// # Errors
    /// [`AgentError::Fail`] when the page shows something newer, or was withdrawn since.
    async fn surroundings(&self, draft: &Draft, ctx: &Context<'_>) -> Result<(Option<Brief>, Shown), AgentError> {
        let Some(review) = &draft.join.review else { return Ok((None, None)) };
        let id = publication_id(&review.website_id, review.content_id, review.post_id.as_ref());
        if let Some(document) = ctx.get("publication", &id).await? {
            let record: PublicationRecord = read(&document)?;
            let created_at = drafted_at(&record, ctx).await?;
            if let Some(passed) = passed(review, &record, created_at) {
                let mut writes = vec![failed_write(draft)?];
                writes.extend(self.mended(&draft.join, ctx).await?);
                return Err(match passed {
                    Passed::Superseded => superseded(format!("{} shows a newer draft", record.path), writes),
                    Passed::Withdrawn => withdrawn(&record, writes),
                });
            }
            return Ok((Some(self.brief(review, ctx).await?), Some((document, record))));
        }
        Ok((Some(self.brief(review, ctx).await?), None))
    }
}

/// When the draft that a page shows was made; absent when that is not known any more.
async fn drafted_at(shown: &PublicationRecord, ctx: &Context<'_>) -> Result<Option<Time>, AgentError> {
    let document = ctx.get("join", &join_id(shown.content_id, shown.revision)).await?;
    let join = document.as_ref().map(read::<JoinRecord>).transpose()?;
    Ok(join.and_then(|join| join.review).map(|review| review.created_at))
}

fn policy(site: Option<&Brief>) -> mesh_contracts::records::MissingPart {
    site.map(|site| site.website.on_missing_part).unwrap_or_default()
}

/// The id of a draft's join.
pub(crate) fn join_id(content_id: Id, revision: Int<1, 1000>) -> String {
    format!("{content_id}#{revision}")
}

/// The write that stores a join.
pub(crate) fn join_write(document: Option<&Document>, join: &JoinRecord) -> Result<Write, AgentError> {
    match document {
        Some(document) => Write::replace(document, join),
        None => Write::create("join", join_id(join.content_id, join.revision), join),
    }
}

fn failed_write(draft: &Draft) -> Result<Write, AgentError> {
    join_write(draft.document.as_ref(), &JoinRecord { state: JoinState::Failed, ..draft.join.clone() })
}

/// The run ends without a page.
fn ended(draft: &Draft, decision: Decision) -> Result<Outcome, AgentError> {
    let writes = vec![failed_write(draft)?];
    match decision {
        Decision::PartFailed(why) => Err(AgentError::Fail {
            code: "PART_FAILED",
            error_type: ErrorType::Infrastructure,
            message: format!("the site takes no article without this part: {why}"),
            writes,
        }),
        Decision::PartMissing(what) => Err(AgentError::Fail {
            code: "PART_MISSING",
            error_type: ErrorType::Infrastructure,
            message: format!("this did not come in time: {what}"),
            writes,
        }),
        Decision::Wait | Decision::Publish(_) => Ok(Outcome::nothing()),
    }
}

fn superseded(message: String, writes: Vec<Write>) -> AgentError {
    AgentError::Fail { code: "SUPERSEDED", error_type: ErrorType::Validation, message, writes }
}

fn withdrawn(record: &PublicationRecord, writes: Vec<Write>) -> AgentError {
    let message = format!("{} was withdrawn after this draft was asked for", record.path);
    AgentError::Fail { code: "WITHDRAWN", error_type: ErrorType::Validation, message, writes }
}
