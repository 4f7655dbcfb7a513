//! What is to be rewritten, how long it may be, and where it goes.

use mesh_contracts::{
    Contract, List,
    events::{ContentDrafted, ContentReady, Finding, RevisionRequested},
    records::{Brief, WebsiteSettings},
};
use mesh_core::{AgentError, Context, Event, context::Account};

/// A draft to rewrite.
pub(crate) struct Job {
    /// What is known of the draft.
    pub(crate) ready: ContentReady,
    /// What the review wants mended; nothing for a first rewriting.
    pub(crate) findings: Vec<Finding>,
    /// Revision of the result.
    pub(crate) revision: i64,
}

impl Job {
    /// A `ContentDrafted` is rewritten within its revision; a `RevisionRequested` gives the next one.
    pub(crate) fn of(event: &Event) -> Result<Self, AgentError> {
        if event.event_type == RevisionRequested::TYPE {
            let asked: RevisionRequested = event.payload()?;
            let revision = asked.ready.revision.get() + 1;
            return Ok(Self { findings: asked.findings.to_vec(), revision, ready: asked.ready });
        }
        let ContentDrafted(ready) = event.payload()?;
        Ok(Self { findings: Vec::new(), revision: ready.revision.get(), ready })
    }

    /// `drafts/{content_id}.refined` beside the draft it is made from, with `.r{n}` from the second revision on; the
    /// draft of a revision itself is `drafts/{content_id}.r{n}`.
    pub(crate) fn stem(&self) -> String {
        let id = self.ready.content_id;
        match self.revision {
            n if n != self.ready.revision.get() => format!("drafts/{id}.r{n}"),
            1 => format!("drafts/{id}.refined"),
            n => format!("drafts/{id}.r{n}.refined"),
        }
    }

    /// Site and sources as they were when the article was asked for; without a brief the defaults.
    pub(crate) async fn brief(&self, event: &Event, ctx: &Context<'_>) -> Result<Brief, AgentError> {
        if let Some(brief) = &self.ready.brief {
            return ctx.fetch_json(brief).await;
        }
        let site = &self.ready.website_id;
        let website = WebsiteSettings::unset(site.clone(), site, event.time.datetime().into());
        Ok(Brief { website, post: None, sources: List::default() })
    }
}

/// Whose money is spent.
pub(crate) fn account(website: &WebsiteSettings) -> Account {
    Account {
        name: website.website_id.to_string(),
        monthly_micro_usd: website.monthly_budget_micro_usd.map(|budget| budget.count()),
    }
}

/// How long the article may be, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl Window {
    /// A tenth around what was asked for, which is what the review lets pass; within the site's bounds, unless what was
    /// asked for lies outside of them.
    pub(crate) fn of(ready: &ContentReady, website: &WebsiteSettings) -> Self {
        let asked = ready.word_count.get();
        let around = Self { min: asked - asked / 10, max: asked + asked / 10 };
        let (min, max) = (website.article_length_min.get(), website.article_length_max.get());
        if ready.brief.is_some() && (min..=max).contains(&asked) {
            return Self { min: around.min.max(min), max: around.max.min(max) };
        }
        around
    }

    /// Most words that are kept: a tenth more than the upper bound.
    pub(crate) fn limit(self) -> usize {
        usize::try_from(self.max + self.max / 10).unwrap_or(usize::MAX)
    }
}
