//! The join of a draft's parts, as a pure function: what has arrived, what is awaited, what follows.

use mesh_contracts::{
    Id, Int, List, Name, Text, Time,
    events::{ImagesReady, MetadataReady, Part, PartStatus, PublicationDue, ReviewCompleted},
    records::{JoinRecord, JoinState, MissingPart},
};

/// What arrives at a join.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Arrival {
    /// The reviewed text.
    Review(Box<ReviewCompleted>),
    /// The images, or why there are none.
    Images(ImagesReady),
    /// The metadata, or why there are none.
    Metadata(MetadataReady),
}

/// What an arrival makes of a join.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Taken {
    /// It belongs to it.
    Joined(JoinRecord),
    /// The part is there, or the join is over: recorded, and nothing more.
    Stale(JoinRecord),
    /// The same for a reviewed text, whose run needs an end.
    Again,
}

/// What follows from the parts that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Parts are awaited.
    Wait,
    /// The page is made; these parts are missing or fell short.
    Publish(Vec<Part>),
    /// The run ends: a part failed, with a code and a sentence.
    PartFailed(String),
    /// The run ends: this has not come in time.
    PartMissing(String),
}

impl Arrival {
    pub(crate) fn content_id(&self) -> Id {
        match self {
            Self::Review(review) => review.content_id,
            Self::Images(images) => images.content_id,
            Self::Metadata(metadata) => metadata.content_id,
        }
    }

    pub(crate) fn revision(&self) -> Int<1, 1000> {
        match self {
            Self::Review(review) => review.revision,
            Self::Images(images) => images.revision,
            Self::Metadata(metadata) => metadata.revision,
        }
    }

    pub(crate) fn website_id(&self) -> &Name {
        match self {
            Self::Review(review) => &review.website_id,
            Self::Images(images) => &images.website_id,
            Self::Metadata(metadata) => &metadata.website_id,
        }
    }

    /// The reminder to end the join.
    pub(crate) fn reminder(&self) -> PublicationDue {
        let (topic, request, post): (&Text<1, 200>, _, _) = match self {
            Self::Review(from) => (&from.content_topic, &from.request_id, &from.post_id),
            Self::Images(from) => (&from.content_topic, &from.request_id, &from.post_id),
            Self::Metadata(from) => (&from.content_topic, &from.request_id, &from.post_id),
        };
        PublicationDue {
            content_id: self.content_id(),
            revision: self.revision(),
            content_topic: topic.clone(),
            request_id: request.clone(),
            website_id: self.website_id().clone(),
            post_id: post.clone(),
        }
    }
}

/// Adds an arrival of `run` at `at` to the join, which is made when there is none. Of a part that comes twice the first
/// counts; a reviewed text that comes again in its own run, while parts are awaited, has an end to come.
pub(crate) fn take(join: Option<JoinRecord>, arrival: Arrival, run: Id, at: Time) -> Taken {
    let mut join = join.unwrap_or_else(|| empty(&arrival, at));
    join.updated_at = join.updated_at.max(at);
    let over = join.state != JoinState::Waiting;
    match arrival {
        Arrival::Review(_) if !over && join.run_id == Some(run) => Taken::Stale(join),
        Arrival::Review(_) if over || join.review.is_some() => Taken::Again,
        Arrival::Images(_) if over || join.images.is_some() => stale(join, Part::Images),
        Arrival::Metadata(_) if over || join.metadata.is_some() => stale(join, Part::Metadata),
        Arrival::Review(review) => {
            join.run_id = Some(run);
            join.review = Some(ReviewCompleted { findings: List::default(), ..*review });
            Taken::Joined(join)
        }
        Arrival::Images(images) => Taken::Joined(JoinRecord { images: Some(images), ..join }),
        Arrival::Metadata(metadata) => Taken::Joined(JoinRecord { metadata: Some(metadata), ..join }),
    }
}

fn empty(arrival: &Arrival, at: Time) -> JoinRecord {
    JoinRecord {
        content_id: arrival.content_id(),
        revision: arrival.revision(),
        state: JoinState::Waiting,
        run_id: None,
        review: None,
        images: None,
        metadata: None,
        stale: List::default(),
        due_at: at,
        updated_at: at,
    }
}

fn stale(mut join: JoinRecord, part: Part) -> Taken {
    join.stale = List::clip(join.stale.iter().copied().chain([part]));
    Taken::Stale(join)
}

/// What follows from the parts that are there. With `due` nothing is waited for any more.
pub(crate) fn decide(join: &JoinRecord, policy: MissingPart, due: bool) -> Decision {
    let Some(review) = &join.review else {
        return if due { Decision::PartMissing("the reviewed text".into()) } else { Decision::Wait };
    };
    let awaited = |status: Option<PartStatus>| move |part: &&Part| ended(join, **part) == status;
    let failed = review.parts.iter().find(awaited(Some(PartStatus::Failed)));
    if let Some(part) = failed.filter(|_| policy == MissingPart::Fail) {
        return Decision::PartFailed(why(join, *part));
    }
    let missing: Vec<&str> = review.parts.iter().filter(awaited(None)).map(|part| name(*part)).collect();
    if !missing.is_empty() && !due {
        return Decision::Wait;
    }
    if !missing.is_empty() && policy == MissingPart::Fail {
        return Decision::PartMissing(missing.join(" and "));
    }
    let short = review.parts.iter().filter(|part| ended(join, **part) != Some(PartStatus::Ok));
    Decision::Publish(short.copied().collect())
}

/// How a part ended; `None` while it is awaited.
fn ended(join: &JoinRecord, part: Part) -> Option<PartStatus> {
    match part {
        Part::Images => join.images.as_ref().map(|images| images.status),
        Part::Metadata => join.metadata.as_ref().map(|metadata| metadata.status),
    }
}

/// "images: MODEL_NOT_CONFIGURED, no model is configured".
fn why(join: &JoinRecord, part: Part) -> String {
    let (code, reason) = match part {
        Part::Images => join.images.as_ref().map_or((None, None), |part| (part.code.as_ref(), part.reason.as_ref())),
        Part::Metadata => {
            join.metadata.as_ref().map_or((None, None), |part| (part.code.as_ref(), part.reason.as_ref()))
        }
    };
    let said = [code.map(|code| code.to_string()), reason.map(|reason| reason.to_string())];
    format!("{}: {}", name(part), said.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Images => "images",
        Part::Metadata => "metadata",
    }
}

#[cfg(test)]
#[path = "join_tests.rs"]
mod tests;
