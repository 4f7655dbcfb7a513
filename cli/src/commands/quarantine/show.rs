//! `mesh quarantine show`: a message whole, and why it was set aside.

use std::fmt;

use serde::Serialize;
use uuid::Uuid;

use super::kept::{self, Kept};
use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
    output::{self, style, text},
};

/// Which message.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// The event id, as `mesh quarantine list` prints it
    event_id: Uuid,
    /// Only what this agent set aside
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Print the message as it was received, and nothing else
    #[arg(long, conflicts_with = "json")]
    raw: bool,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Kept>);

pub(super) async fn run(args: ShowArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    if let Some(agent) = &args.agent {
        mesh.manifest(agent)?;
    }
    let report = Report(kept::find(&mesh, args.event_id, args.agent.as_deref()).await?);
    if args.raw {
        for kept in &report.0 {
            app.out.raw(&format!("{}\n", kept.body))?;
        }
        return Ok(Exit::Ok);
    }
    app.out.report(&report)?;
    if let Some(code) = report.0.iter().find_map(|kept| kept.code.as_deref()) {
        app.out.say(format_args!("More: {}", app.command(&["explain", code])));
    }
    Ok(Exit::Ok)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, kept) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n\n" };
            write!(f, "{gap}")?;
            one(kept, f)?;
        }
        Ok(())
    }
}

fn one(kept: &Kept, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let kind = text::plain(kept.event_type.as_deref().unwrap_or("(unknown type)"));
    writeln!(f, "{} {}  {} at {}", style::strong(kind), kept.event_id, kept.state, text::plain(&kept.agent))?;
    let code = text::plain(kept.code.as_deref().unwrap_or("(no code)"));
    writeln!(f, "{} {}", style::bad(code), text::plain(kept.reason.as_deref().unwrap_or_default()))?;
    if !kept.details.is_empty() {
        let mut table = output::table(&["  field", "value", "limit"]);
        for detail in &kept.details {
            let value = detail.value.as_deref().map_or_else(|| "-".to_owned(), |value| text::short(value, 60));
            table.add_row([format!("  {}", text::plain(&detail.field)), value, text::plain(&detail.limit)]);
        }
        writeln!(f, "{}", output::rows(&table))?;
    }
    for (name, value) in &kept.attributes {
        writeln!(f, "{}", style::faint(format_args!("{}: {}", text::plain(name), text::plain(value))))?;
    }
    match kept.payload.as_str() {
        // No JSON: escaped, so that it cannot command the terminal.
        Some(body) => write!(f, "{body:?}"),
        None => write!(f, "{:#}", kept.payload),
    }
}

#[cfg(test)]
mod tests {
    use mesh_contracts::Detail;

    use super::*;

    #[test]
    fn the_reason_stands_above_the_whole_message() {
        let mut kept = kept::testing::kept(r#"{"message": 1}"#);
        kept.code = Some("CONTRACT_VIOLATION".into());
        kept.reason = Some("message must be of type string".into());
        kept.details = vec![Detail::new("message", Some("1"), "of type string")];
        let text = anstream::adapter::strip_str(&Report(vec![kept]).to_string()).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "CONTRACT_VIOLATION message must be of type string");
        assert_eq!(lines[3], "  message  1      of type string");
        assert_eq!(lines[4..], ["{", "  \"message\": 1", "}"]);
    }
}
