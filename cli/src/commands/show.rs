//! `mesh show`: a content, a request or an event, with its whole run.

use std::fmt;

use mesh_contracts::{
    Contract,
    events::{ImageItem, ImagesReady, PartStatus},
    records::ContentRecord,
};
use mesh_core::ports::OutboxEntry;
use serde::Serialize;
use uuid::Uuid;

use super::{list::word, quarantine::standing};
use crate::{
    app::App,
    exit::Exit,
    journal::{self, Published},
    mesh::Mesh,
    output::{self, style, text},
    runs::{self, RunEnd},
    spent::{self, Spent},
};

/// What is to be shown.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// The id of a content, an event or a run, or your own request id
    id: String,
}

/// Where an event stands with an agent.
#[derive(Debug, Serialize)]
struct Standing {
    agent: String,
    event_id: Uuid,
    event_type: String,
    state: String,
    code: Option<String>,
    attempts: u32,
    suspensions: u32,
    /// Messages that are committed and not sent yet.
    pending: usize,
}

/// An image of the article.
#[derive(Debug, Serialize)]
struct Image {
    number: i64,
    status: PartStatus,
    code: Option<String>,
    alt_text: String,
    /// The image as a plain file.
    file: Option<String>,
}

/// A run.
#[derive(Debug, Serialize)]
struct Report {
    run: Uuid,
    content_id: Uuid,
    record: Option<ContentRecord>,
    /// The draft as a plain file.
    draft: Option<String>,
    /// The page as a plain file.
    page: Option<String>,
    images: Vec<Image>,
    end: Option<RunEnd>,
    spent: Spent,
    events: Vec<Published>,
    ledger: Vec<Standing>,
}

pub(crate) async fn run(args: ShowArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let run = runs::find(&mesh, args.id.trim()).await?;
    let report = read(&mesh, run, app).await?;
    app.out.report(&report)?;
    Ok(Exit::Ok)
}

async fn read(mesh: &Mesh, run: Uuid, app: &App) -> anyhow::Result<Report> {
    let mut events = runs::events(mesh, run).await?;
    if events.iter().all(|event| event.event_id != run) {
        events.splice(0..0, mesh.history.first(run).await?);
    }
    let content_id = runs::content_id(run, &events);
    let record = runs::content(mesh, content_id).await?;
    let plain = |uri: &str| mesh.whereabouts(app, uri);
    Ok(Report {
        run,
        content_id,
        draft: record.as_ref().and_then(|record| plain(&record.draft.uri)),
        page: record.as_ref().and_then(|record| plain(&record.page.as_ref()?.uri)),
        images: images(&events, plain),
        record,
        end: runs::end(mesh, run).await?,
        spent: spent::on(mesh, &events).await?,
        ledger: ledger(mesh, &events).await?,
        events,
    })
}

/// The images as the last event of all of them tells.
fn images(events: &[Published], plain: impl Fn(&str) -> Option<String>) -> Vec<Image> {
    let told = events.iter().rfind(|event| event.event_type.as_deref() == Some(ImagesReady::TYPE));
    let told: Option<ImagesReady> = told.and_then(|event| mesh_contracts::read(&event.data).ok());
    let image = |item: &ImageItem| Image {
        number: item.number.get(),
        status: item.status,
        code: item.code.as_ref().map(ToString::to_string),
        alt_text: item.alt_text.to_string(),
        file: item.image.as_ref().and_then(|image| plain(&image.uri)),
    };
    told.map(|told| told.images.iter().map(image).collect()).unwrap_or_default()
}

async fn ledger(mesh: &Mesh, events: &[Published]) -> anyhow::Result<Vec<Standing>> {
    let mut standings = Vec::new();
    for event in events {
        for manifest in mesh.handlers(event) {
            let Some(entry) = mesh.state.entry(&manifest.name, event.event_id).await? else { continue };
            let (state, code) = standing(&entry.state, mesh.now());
            standings.push(Standing {
                agent: manifest.name.clone(),
                event_id: event.event_id,
                event_type: entry.event_type,
                state,
                code,
                attempts: entry.attempts,
                suspensions: entry.suspensions,
                pending: entry.outbox.iter().filter(|entry: &&OutboxEntry| !entry.dispatched).count(),
            });
        }
    }
    Ok(standings)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        writeln!(f, "\n{}", style::strong("Events"))?;
        match self.events.first() {
            None => writeln!(f, "  the journal no longer has them")?,
            Some(first) => self.events.iter().try_for_each(|event| writeln!(f, "{}", event.since(first.time())))?,
        }
        write!(f, "\n{}", style::strong("Ledger"))?;
        if self.ledger.is_empty() {
            return write!(f, "\n  no agent has begun yet");
        }
        let mut table = output::table(&["  agent", "event", "state", "code", "attempts", "suspended", "unsent"]);
        for standing in &self.ledger {
            table.add_row([
                format!("  {}", standing.agent),
                text::plain(&standing.event_type),
                standing.state.clone(),
                standing.code.clone().unwrap_or_else(|| "-".into()),
                standing.attempts.to_string(),
                standing.suspensions.to_string(),
                standing.pending.to_string(),
            ]);
        }
        write!(f, "\n{}", output::rows(&table))
    }
}

impl Report {
    fn head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, value: String| writeln!(f, "{name:<9} {value}");
        if let Some(record) = &self.record {
            line("title", text::plain(&record.title))?;
            line("topic", text::plain(&record.content_topic))?;
            line(
                "status",
                record.status_code.as_ref().map_or_else(
                    || word(record.status),
                    |code| format!("{} ({})", word(record.status), text::plain(code)),
                ),
            )?;
            line("words", format!("{} ({} asked for)", record.measured_word_count, record.word_count))?;
            line("revision", record.revision.to_string())?;
            line("site", record.website_id.to_string())?;
        }
        line("content", self.content_id.to_string())?;
        line("run", self.run.to_string())?;
        if let Some(origin) = self.events.first().and_then(|event| event.origin) {
            line("copy of", origin.to_string())?;
        }
        line("ended", self.ended())?;
        if let Some(draft) = &self.draft {
            line("draft", text::plain(draft))?;
        }
        if let Some(page) = &self.page {
            line("page", text::plain(page))?;
        }
        for image in &self.images {
            line("image", image.line())?;
        }
        line("cost", cost(&self.spent))
    }

    fn ended(&self) -> String {
        let took = text::duration(journal::took(&self.events, self.end.as_ref().and_then(|end| end.event_id)));
        match &self.end {
            None => "not yet".to_owned(),
            Some(end) if end.is_failure() => {
                let code = end.code.as_deref().map(|code| format!(" ({})", text::plain(code))).unwrap_or_default();
                style::bad(format_args!("{}{code} after {took}", end.event_type)).to_string()
            }
            Some(end) => style::good(format_args!("{} after {took}", end.event_type)).to_string(),
        }
    }
}

impl Image {
    fn line(&self) -> String {
        let told = self.code.as_deref().or(self.file.as_deref()).unwrap_or("not there");
        format!("{}: {} ({})", self.number, text::plain(told), text::short(&self.alt_text, 60))
    }
}

/// What was spent, and on whom.
pub(super) fn cost(spent: &Spent) -> String {
    if spent.answers == 0 {
        return "nothing".to_owned();
    }
    let models = text::plain(&spent.models.join(", "));
    let offline = if spent.offline { ", no language model" } else { "" };
    format!("{} ({}: {models}{offline})", text::cost(&spent.cost), text::count(spent.answers, "answer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_failed_before_there_was_a_draft_is_shown_all_the_same() {
        let data = serde_json::json!({"code": "MODEL_AUTH", "error_message": "no key"});
        let report = Report {
            run: Uuid::nil(),
            content_id: Uuid::nil(),
            record: None,
            draft: None,
            page: None,
            images: Vec::new(),
            end: Some(RunEnd {
                event_type: "GenFailure".into(),
                event_id: None,
                code: Some("MODEL_AUTH".into()),
                at: None,
            }),
            spent: Spent::default(),
            events: vec![journal::testing::published("GenFailure", "/content/errors", data)],
            ledger: Vec::new(),
        };
        let text = anstream::adapter::strip_str(&report.to_string()).to_string();
        assert!(text.contains("ended     GenFailure (MODEL_AUTH) after 0.00 s"), "{text}");
        assert!(text.contains("cost      nothing"), "{text}");
        assert!(text.ends_with("Ledger\n  no agent has begun yet"), "{text}");
    }
}
