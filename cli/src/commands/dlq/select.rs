//! Which dead letters are meant.

use mesh_core::Timestamp;
use uuid::Uuid;

use super::letter::Letter;
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

/// A filter over letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selection {
    code: Option<String>,
    event_id: Option<Uuid>,
    content_id: Option<Uuid>,
    before: Option<Timestamp>,
    since: Option<Timestamp>,
}

impl Selection {
    /// Whether a letter is meant.
    pub(super) fn wants(&self, letter: &Letter) -> bool {
        self.code.as_ref().is_none_or(|code| letter.code.as_ref() == Some(code))
            && self.event_id.is_none_or(|id| letter.event_id == id)
            && self.content_id.is_none_or(|id| letter.content_id == Some(id))
            && self.before.is_none_or(|before| letter.sent < before)
            && self.since.is_none_or(|since| letter.sent >= since)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::letter, *};

    #[test]
    fn every_filter_that_is_given_must_hold() {
        let letter = letter::testing::letter(7, "MODEL_TIMEOUT");
        let wants = |code: Option<&str>, id: Option<u128>| {
            let (code, event_id) = (code.map(str::to_owned), id.map(Uuid::from_u128));
            Selection { code, event_id, ..Selection::default() }.wants(&letter)
        };
        assert!(wants(None, None) && wants(Some("MODEL_TIMEOUT"), None) && wants(Some("MODEL_TIMEOUT"), Some(7)));
        assert!(!wants(Some("MODEL_AUTH"), Some(7)) && !wants(None, Some(8)));
    }

    #[test]
    fn age_is_counted_from_when_it_was_sent() {
        let mut letter = letter::testing::letter(7, "MODEL_TIMEOUT");
        letter.sent = Timestamp(1000);
        let wants = |before: Option<i64>, since: Option<i64>| {
            let (before, since) = (before.map(Timestamp), since.map(Timestamp));
            Selection { before, since, ..Selection::default() }.wants(&letter)
        };
        assert!(wants(Some(1001), None) && !wants(Some(1000), None), "before is without its end");
        assert!(wants(None, Some(1000)) && !wants(None, Some(1001)), "since is with its beginning");
    }

    #[test]
    fn a_content_selects_the_letters_about_it() {
        let mut letter = letter::testing::letter(7, "MODEL_TIMEOUT");
        let about = |id| Selection { content_id: Some(Uuid::from_u128(id)), ..Selection::default() };
        assert!(!about(9).wants(&letter));
        letter.content_id = Some(Uuid::from_u128(9));
        assert!(about(9).wants(&letter) && !about(8).wants(&letter));
    }
}
