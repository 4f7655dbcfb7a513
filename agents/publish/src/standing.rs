//! Whether a draft may still take its place on the site.

use mesh_contracts::{Time, events::ReviewCompleted, records::PublicationRecord};

/// Why it may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passed {
    /// The page was withdrawn after the draft was asked for.
    Withdrawn,
    /// The page shows a newer draft.
    Superseded,
}

/// Compares a draft with what its page shows. `shown_created_at` is when the draft on the page was made; where that is not
/// known any more, when it went online stands in.
pub(crate) fn passed(
    review: &ReviewCompleted,
    shown: &PublicationRecord,
    shown_created_at: Option<Time>,
) -> Option<Passed> {
    if shown.withdrawn_at.is_some_and(|at| at >= review.created_at) {
        return Some(Passed::Withdrawn);
    }
    let newer = if shown.content_id == review.content_id {
        review.revision > shown.revision
    } else {
        review.created_at > shown_created_at.unwrap_or(shown.updated_at)
    };
    (!newer).then_some(Passed::Superseded)
}
