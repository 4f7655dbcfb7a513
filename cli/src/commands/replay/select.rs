//! Which messages are meant.

use mesh_core::Timestamp;
use uuid::Uuid;

use super::entry::Entry;

/// A filter over messages; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The code of the failure.
    pub(crate) code: Option<String>,
    /// The event.
    pub(crate) event_id: Option<Uuid>,
    /// What it is about.
    pub(crate) content_id: Option<Uuid>,
    /// Sent before.
    pub(crate) before: Option<Timestamp>,
    /// Sent since.
    pub(crate) since: Option<Timestamp>,
}

impl Selection {
    /// Whether a message is meant.
    pub(crate) fn wants(&self, entry: &Entry) -> bool {
        self.code.as_ref().is_none_or(|code| entry.code.as_ref() == Some(code))
            && self.event_id.is_none_or(|id| entry.event_id == id)
            && self.content_id.is_none_or(|id| entry.content_id == Some(id))
            && self.before.is_none_or(|before| entry.sent() < before)
            && self.since.is_none_or(|since| entry.sent() >= since)
    }
}

#[cfg(test)]
mod tests {
    use mesh_core::runner::Predicted;

    use super::{super::entry::testing, *};

    fn letter() -> Entry {
        testing::entry(7, "MODEL_TIMEOUT", Predicted::WillComplete)
    }

    #[test]
    fn every_filter_that_is_given_must_hold() {
        let wants = |code: Option<&str>, id: Option<u128>| {
            let (code, event_id) = (code.map(str::to_owned), id.map(Uuid::from_u128));
            Selection { code, event_id, ..Selection::default() }.wants(&letter())
        };
        assert!(wants(None, None) && wants(Some("MODEL_TIMEOUT"), None) && wants(Some("MODEL_TIMEOUT"), Some(7)));
        assert!(!wants(Some("MODEL_AUTH"), Some(7)) && !wants(None, Some(8)));
    }

    #[test]
    fn age_is_counted_from_when_it_was_sent() {
        let letter = Entry { sent_at: Timestamp(1000).rfc3339(), ..letter() };
        let wants = |before: Option<i64>, since: Option<i64>| {
            let (before, since) = (before.map(Timestamp), since.map(Timestamp));
            Selection { before, since, ..Selection::default() }.wants(&letter)
        };
        assert!(wants(Some(1001), None) && !wants(Some(1000), None), "before is without its end");
        assert!(wants(None, Some(1000)) && !wants(None, Some(1001)), "since is with its beginning");
    }

    #[test]
    fn a_content_selects_the_letters_about_it() {
        let about = |id| Selection { content_id: Some(Uuid::from_u128(id)), ..Selection::default() };
        assert!(!about(9).wants(&letter()));
        let letter = Entry { content_id: Some(Uuid::from_u128(9)), ..letter() };
        assert!(about(9).wants(&letter) && !about(8).wants(&letter));
    }
}
