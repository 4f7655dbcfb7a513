//! `mesh contracts list`.

use std::fmt;

use mesh_contracts::{EVENTS, EventSpec, RECORDS};
use serde::Serialize;

use crate::{app::App, exit::Exit, output};

/// Takes nothing of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Row {
    contract: &'static str,
    /// `event` or `record`.
    of: &'static str,
    /// Event type, or kind of record.
    name: &'static str,
    /// Empty for a record.
    channel: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Row>);

pub(super) fn run(_: ListArgs, app: &App) -> anyhow::Result<Exit> {
    app.out.report(&Report(contracts()))?;
    Ok(Exit::Ok)
}

fn contracts() -> Vec<Row> {
    let row = |of: &'static str| {
        move |spec: &EventSpec| Row { contract: spec.contract, of, name: spec.event_type, channel: spec.channel }
    };
    EVENTS.iter().map(row("event")).chain(RECORDS.iter().map(row("record"))).collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["contract", "of", "name", "channel"]);
        for Row { contract, of, name, channel } in &self.0 {
            table.add_row([contract, of, name, channel]);
        }
        f.write_str(&output::rows(&table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_records_are_listed() {
        let of = |name: &str| contracts().into_iter().find(|row| row.name == name).map(|row| (row.of, row.channel));
        assert_eq!(of("ContentRequest"), Some(("event", "/content/request")));
        assert_eq!(of("content"), Some(("record", "")));
    }
}
