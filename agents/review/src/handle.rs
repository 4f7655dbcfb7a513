//! Handling a `ContentReady`: fetch, check, mend, decide, emit.

use bytes::Bytes;
use mesh_contracts::{
    Int, List, Pointer, Text, Time,
    events::{ContentReady, ContentRejected, ErrorType, Finding, ReviewCompleted, RevisionRequested, Scores, Severity},
    records::{Brief, ReviewRecord},
};
use mesh_core::{AgentError, Context, Emit, Event, Outcome, ports::Write};

use crate::{
    Review,
    checks::{self, Article, Verdict},
    site_memory::{self, SiteMemory},
};

const MARKDOWN: &str = "text/markdown; charset=utf-8";

impl Review {
    pub(crate) async fn review(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        let ready: ContentReady = event.payload()?;
        first_of_its_revision(&ready, ctx).await?;
        let draft = String::from_utf8_lossy(&ctx.fetch(&ready.draft).await?).into_owned();
        let brief = brief(&ready, ctx).await?;
        let memory = SiteMemory::read(&ready.website_id, ctx).await?;
        let fixed = checks::minor_fixes(&draft);
        let text = fixed.as_deref().unwrap_or(&draft);
        let review = self.check(&ready, text, &memory, brief.as_ref(), event);
        let decided = Decided::of(&review, event);
        let record = record(&ready, &decided)?;
        match decide(review.verdict, &ready, brief.as_ref()) {
            Decision::Reject => {
                let emit = Emit::of(&decided.rejected(&ready))?.about(ready.content_id);
                Ok(Outcome::nothing().write(record).emit(emit))
            }
            Decision::Revise { revisions_left } => {
                let emit = Emit::of(&decided.revise(&ready, revisions_left))?.about(ready.content_id);
                Ok(Outcome::nothing().write(record).emit(emit))
            }
            Decision::Pass => {
                let reviewed = save(&ready, fixed, ctx).await?;
                let remembered = site_memory::remember(&ready, review.signature, ctx).await?;
                let emit = Emit::of(&decided.completed(&ready, reviewed))?.about(ready.content_id);
                Ok(Outcome::nothing().write(record).write(remembered).emit(emit))
            }
        }
    }

    fn check(
        &self,
        ready: &ContentReady,
        text: &str,
        memory: &SiteMemory,
        brief: Option<&Brief>,
        event: &Event,
    ) -> checks::Review {
        let own = brief.and_then(|brief| brief.website.website_url.as_deref()).and_then(crate::host);
        let allowed_links: Vec<String> = self.allowed_links.iter().cloned().chain(own).collect();
        let content_id = ready.content_id.to_string();
        let sources = brief.map(|brief| &*brief.sources).unwrap_or_default().iter();
        let sources: Vec<u32> = sources.filter_map(|source| u32::try_from(source.id.get()).ok()).collect();
        let article = Article {
            content_id: &content_id,
            markdown: text,
            topic: &ready.content_topic,
            requested_words: u32::try_from(ready.word_count.get()).ok(),
            finish_natural: ready.complete,
            // The offline stand-in writes sample text in English, whatever was asked for, and says so.
            language: Some(ready.language.as_str()).filter(|_| !ready.offline),
            keyphrase: ready.keywords.first().map(|keyword| keyword.as_str()),
            site_articles: &memory.articles(),
            recent: &memory.recent(&self.policy, event.time.datetime()),
            allowed_links: &allowed_links,
            sources: &sources,
            banned_phrases: &[],
        };
        checks::review(&article, &self.policy)
    }
}

/// Two runs of one article (a copy, and a revision that was under way) can come to the same revision: the second ends here.
///
/// # Errors
/// [`AgentError::Fail`] when a review of this revision is on record; an event's own is not, for it would be concluded.
async fn first_of_its_revision(ready: &ContentReady, ctx: &Context<'_>) -> Result<(), AgentError> {
    let id = review_id(ready);
    if ctx.get("review", &id).await?.is_none() {
        return Ok(());
    }
    let message = format!("another draft of revision {id} was reviewed before");
    Err(AgentError::fail("SUPERSEDED", ErrorType::Validation, message))
}

fn review_id(ready: &ContentReady) -> String {
    format!("{}#{}", ready.content_id, ready.revision)
}

/// The site's settings and the post, as the article was asked for.
async fn brief(ready: &ContentReady, ctx: &Context<'_>) -> Result<Option<Brief>, AgentError> {
    match &ready.brief {
        Some(pointer) => Ok(Some(ctx.fetch_json(pointer).await?)),
        None => Ok(None),
    }
}

/// While the site's revisions last, what can be mended is; after that, what must not be published is rejected.
fn decide(verdict: Verdict, ready: &ContentReady, brief: Option<&Brief>) -> Decision {
    let allowed = brief.map_or(0, |brief| brief.website.max_revisions.get());
    let revisions_left = allowed - (ready.revision.get() - 1);
    match verdict {
        Verdict::Pass => Decision::Pass,
        _ if revisions_left > 0 => Decision::Revise { revisions_left: revisions_left - 1 },
        Verdict::Revise => Decision::Pass,
        Verdict::Block => Decision::Reject,
    }
}

enum Decision {
    Reject,
    Revise { revisions_left: i64 },
    Pass,
}

/// A review in the words of the contracts.
struct Decided {
    passed: bool,
    findings: List<Finding, 50>,
    scores: Scores,
    at: Time,
}

impl Decided {
    fn of(review: &checks::Review, event: &Event) -> Self {
        Self {
            passed: review.verdict != Verdict::Block,
            findings: List::clip(review.findings.iter().map(finding)),
            scores: scores(&review.scores),
            at: event.time.datetime().into(),
        }
    }

    fn completed(self, ready: &ContentReady, reviewed: Reviewed) -> ReviewCompleted {
        ReviewCompleted {
            content_id: ready.content_id,
            revision: ready.revision,
            content_topic: ready.content_topic.clone(),
            title: ready.title.clone(),
            summary: ready.summary.clone(),
            reviewed: reviewed.pointer,
            fixed: reviewed.fixed,
            scores: self.scores,
            findings: self.findings,
            brief: ready.brief.clone(),
            parts: ready.parts.clone(),
            models: ready.models.clone(),
            prompt_version: ready.prompt_version.clone(),
            offline: ready.offline,
            created_at: ready.created_at,
            reviewed_at: self.at,
            request_id: ready.request_id.clone(),
            website_id: ready.website_id.clone(),
            post_id: ready.post_id.clone(),
            keywords: ready.keywords.clone(),
            language: ready.language.clone(),
        }
    }

    fn rejected(self, ready: &ContentReady) -> ContentRejected {
        ContentRejected {
            content_id: ready.content_id,
            revision: ready.revision,
            content_topic: ready.content_topic.clone(),
            draft: ready.draft.clone(),
            findings: self.findings,
            rejected_at: self.at,
            request_id: ready.request_id.clone(),
            website_id: ready.website_id.clone(),
            post_id: ready.post_id.clone(),
        }
    }

    fn revise(self, ready: &ContentReady, revisions_left: i64) -> RevisionRequested {
        RevisionRequested {
            content_id: ready.content_id,
            revision: ready.revision,
            content_topic: ready.content_topic.clone(),
            ready: ready.clone(),
            findings: List::clip(self.findings.iter().cloned()),
            revisions_left: Int::clamp(revisions_left),
            request_id: ready.request_id.clone(),
            website_id: ready.website_id.clone(),
            post_id: ready.post_id.clone(),
        }
    }
}

/// The text to publish.
struct Reviewed {
    pointer: Pointer,
    fixed: bool,
}

/// Saves minor fixes as a new object beside the draft; without any, the draft itself is what was reviewed.
async fn save(ready: &ContentReady, fixed: Option<String>, ctx: &Context<'_>) -> Result<Reviewed, AgentError> {
    let Some(text) = fixed else { return Ok(Reviewed { pointer: ready.draft.clone(), fixed: false }) };
    let stem = match ready.revision.get() {
        1 => format!("drafts/{}.fixed", ready.content_id),
        n => format!("drafts/{}.r{n}.fixed", ready.content_id),
    };
    let pointer = ctx.put_apart(&stem, "md", Bytes::from(text), MARKDOWN).await?;
    Ok(Reviewed { pointer, fixed: true })
}

fn record(ready: &ContentReady, decided: &Decided) -> Result<Write, AgentError> {
    let record = ReviewRecord {
        content_id: ready.content_id,
        revision: ready.revision,
        passed: decided.passed,
        scores: decided.scores.clone(),
        findings: decided.findings.clone(),
        reviewed_at: decided.at,
    };
    Ok(Write::create("review", review_id(ready), &record)?.owner(&ready.website_id).sort(decided.at))
}

fn finding(finding: &checks::Finding) -> Finding {
    Finding {
        check: Text::clip(finding.check),
        severity: match finding.severity {
            checks::Severity::Warn => Severity::Warn,
            checks::Severity::Revise => Severity::Revise,
            checks::Severity::Block => Severity::Block,
        },
        measured: Text::clip(&finding.measured),
        threshold: Text::clip(&finding.threshold),
        line: finding.place.as_ref().and_then(|place| Int::new(place.line.into())),
        excerpt: finding.place.as_ref().map(|place| Text::clip(&place.excerpt)),
        message: Text::clip(&finding.message),
    }
}

fn scores(scores: &checks::Scores) -> Scores {
    Scores {
        word_count: count(scores.word_count),
        flesch_x100: scores.readability.map(|flesch| Int::clamp(whole(flesch * 100.0))),
        long_sentences_percent: Int::clamp(whole(scores.long_sentence_share * 100.0)),
        originality_percent: Int::clamp(whole(scores.originality * 100.0)),
        revise: count(scores.findings.revise),
        warn: count(scores.findings.warn),
    }
}

fn count<const MIN: i64, const MAX: i64>(n: usize) -> Int<MIN, MAX> {
    Int::clamp(i64::try_from(n).unwrap_or(i64::MAX))
}

#[allow(clippy::cast_possible_truncation)] // scores are small; a cast of a larger one saturates
fn whole(value: f64) -> i64 {
    value.round() as i64
}
