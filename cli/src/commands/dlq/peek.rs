//! `mesh dlq peek`: an agent's dead letters, which stay where they are.

use std::fmt;

use serde::Serialize;

use super::{
    super::replay::Entry,
    letter::{self, Letter},
};
use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
    output::{style, text},
};

/// Whose, and how many.
#[derive(Debug, clap::Args)]
pub(crate) struct PeekArgs {
    /// The agent
    agent: String,
    /// At most so many, oldest first
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Letter>);

pub(super) async fn run(args: PeekArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let manifest = mesh.manifest(&args.agent)?;
    let report = Report(letter::peek(&mesh, manifest, args.limit).await?);
    if report.0.is_empty() && !app.out.json {
        app.out.say(format_args!("No dead letters at {}.", manifest.name));
        return Ok(Exit::Ok);
    }
    app.out.report(&report)?;
    if mesh.looks_are_receives() {
        app.out.say("A look hides letters for some seconds, and their receive counts have risen by one.");
    }
    app.out.say(format_args!("Move them back: {}", app.command(&["dlq", "replay", &manifest.name, "--yes"])));
    Ok(Exit::Ok)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, letter) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n\n" };
            let Entry { event_type, event_id, code, message_id, sent_at, source, predicted, .. } = &letter.entry;
            let kind = text::plain(event_type.as_deref().unwrap_or("(unknown type)"));
            let code = text::plain(code.as_deref().unwrap_or("(no code: it was never begun)"));
            writeln!(f, "{gap}{} {event_id}  {}", style::strong(kind), style::bad(code))?;
            let message_id = text::plain(message_id.as_deref().unwrap_or("-"));
            let facts = format_args!("message {message_id} in {source}, sent {sent_at}; a replay: {predicted}");
            writeln!(f, "{}", style::faint(facts))?;
            write!(f, "{:#}", letter.payload)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use mesh_core::runner::Predicted;
    use serde_json::json;

    use super::{super::super::replay::testing, *};

    #[test]
    fn a_letter_shows_event_code_and_payload() {
        let entry = testing::entry(7, "MODEL_TIMEOUT", Predicted::WillComplete);
        let (payload, body) = (json!({"message": "hi"}), String::new());
        let text = Report(vec![Letter { entry, attributes: [].into(), payload, body }]).to_string();
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert!(plain.contains("00000000-0000-0000-0000-000000000007  MODEL_TIMEOUT"), "{plain}");
        assert!(plain.contains("a replay: will_complete"), "{plain}");
        assert!(plain.ends_with("{\n  \"message\": \"hi\"\n}"), "{plain}");
    }
}
