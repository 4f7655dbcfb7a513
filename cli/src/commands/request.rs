//! `mesh request`: asks for an article. What the mesh would reject is refused here already.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use mesh_contracts::{Contract, EventSpec, events::ContentRequest, find};
use mesh_core::{
    envelope, ids,
    message::Message,
    ports::{Delivery, Receipt},
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    app::App,
    args::Target,
    door::{self, Refusal},
    exit::Exit,
    journal::Published,
    mesh::Mesh,
    output::{style, text},
    runs::{self, Followed},
};

/// What the request says, as flags or as a JSON body.
#[derive(Debug, clap::Args)]
pub(crate) struct RequestArgs {
    /// A JSON body; - reads standard input
    #[arg(conflicts_with = "Flags", required_unless_present = "topic")]
    file: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    /// What the body asks for: the type of its event, or the name of its contract
    #[arg(long = "type", value_name = "EVENT", default_value = ContentRequest::TYPE, conflicts_with = "Flags")]
    event_type: String,
    /// Follow the run to its end
    #[arg(long)]
    wait: bool,
    /// Longest wait, in seconds
    #[arg(long, value_name = "S", default_value_t = 300, requires = "wait")]
    timeout: u64,
}

/// The fields of a request.
#[derive(Debug, Default, clap::Args)]
#[group(multiple = true)]
pub(crate) struct Flags {
    /// Subject or title, 1 to 200 characters
    #[arg(long)]
    topic: Option<String>,
    /// Length in words, 300 to 2000
    #[arg(long, value_name = "N", default_value_t = 800, allow_negative_numbers = true)]
    words: i64,
    /// Further context, such as the audience; under 2000 characters
    #[arg(long, value_name = "TEXT")]
    context: Option<String>,
    /// Your own id: the same id is the same request
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    /// The site the article is for
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// The post the article belongs to
    #[arg(long, value_name = "NAME")]
    post: Option<String>,
    /// A word to be found by; may be repeated
    #[arg(long = "keyword", value_name = "WORD")]
    keywords: Vec<String>,
    /// Language, such as en or de-CH
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
}

impl Flags {
    /// A request with these fields and no others.
    pub(super) fn of(topic: String, words: i64, context: Option<String>) -> Self {
        Self { topic: Some(topic), words, context, ..Self::default() }
    }
}

/// What became of the request so far.
#[derive(Debug, Serialize)]
struct Report {
    event_id: Uuid,
    /// The article, when it is one that is asked for.
    content_id: Option<Uuid>,
    /// `sent`, or how the run ended.
    outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

pub(crate) async fn run(args: RequestArgs, app: &App) -> anyhow::Result<Exit> {
    let settings = app.settings(None)?;
    let spec = contract(&args.event_type)?;
    let body = match &args.file {
        Some(file) => door::read_body(file).await?,
        None => body(&args.flags).to_string(),
    };
    let data = match door::admit(spec, &body) {
        Ok(data) => data,
        Err(refusal) => return refuse(&refusal, app),
    };
    let mesh = Mesh::open(app, settings).await?;
    let id = door::request_id(&data, mesh.fresh_id());
    let after = mesh.history.end().await?;
    let message = door::first_message(spec, id, mesh.now(), None, &data);
    if let Some(refusal) = reused(&mesh, id, &data, &message).await? {
        return refuse(&refusal, app);
    }
    mesh.publish(&[message]).await?;
    let content_id = (spec.event_type == ContentRequest::TYPE).then(|| ids::of_content(id).0);
    let report = Report { event_id: id, content_id, outcome: "sent".into(), code: None };
    if args.wait {
        return wait(&mesh, report, after, Duration::from_secs(args.timeout), app).await;
    }
    tell(&report, app)?;
    // On AWS nothing knows the content before it is written.
    let follow = content_id.filter(|_| app.target == Target::Embedded).unwrap_or(id);
    app.out.say(format_args!("Follow it: {}", app.command(&["show", &follow.to_string()])));
    Ok(Exit::Ok)
}

/// The contract that is meant, by its name or its event type.
fn contract(event_type: &str) -> anyhow::Result<&'static EventSpec> {
    let spec = find(event_type).filter(|spec| !spec.channel.is_empty());
    spec.with_context(|| format!("there is no event type {event_type}; `mesh channels` lists them"))
}

/// The body that the flags describe.
pub(super) fn body(flags: &Flags) -> Value {
    let mut body = Map::new();
    body.insert("content_topic".into(), json!(flags.topic));
    body.insert("word_count".into(), json!(flags.words));
    let texts = [
        ("prompt_context", &flags.context),
        ("request_id", &flags.request_id),
        ("website_id", &flags.site),
        ("post_id", &flags.post),
        ("language", &flags.language),
    ];
    body.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))));
    if !flags.keywords.is_empty() {
        body.insert("keywords".into(), json!(flags.keywords));
    }
    body.into()
}

/// Says why nothing was sent.
pub(super) fn refuse(refusal: &Refusal, app: &App) -> anyhow::Result<Exit> {
    if app.out.json {
        app.out.value(refusal)?;
    } else {
        app.out.complain(format_args!("{refusal}"));
    }
    app.out.say(format_args!("Nothing was sent. More: {}", app.command(&["explain", refusal.code])));
    Ok(Exit::Usage)
}

/// The same id was sent before, with something else: the mesh would reject it.
async fn reused(mesh: &Mesh, id: Uuid, data: &Value, message: &Message) -> anyhow::Result<Option<Refusal>> {
    let Some(earlier) = mesh.history.event(id).await? else { return Ok(None) };
    // Where nobody keeps the body, the ledger still knows its fingerprint.
    let other = match earlier.data.is_null() {
        false => earlier.data != *data,
        true => is_other(mesh, &earlier, id, message).await?,
    };
    Ok(other.then(|| Refusal {
        code: "IDEMPOTENCY_KEY_REUSED",
        message: format!("the request_id was used before, with another body, at {}", earlier.at),
        details: Vec::new(),
    }))
}

/// Whether an agent has begun the event with another body.
async fn is_other(mesh: &Mesh, event: &Published, id: Uuid, message: &Message) -> anyhow::Result<bool> {
    for manifest in mesh.handlers(event) {
        let Some(entry) = mesh.state.entry(&manifest.name, id).await? else { continue };
        let Message { body, attributes, .. } = message.clone();
        let (message_id, receipt) = (String::new(), Receipt(String::new()));
        let delivery = Delivery { message_id, receipt, body, attributes, receive_count: 1, sent_at: mesh.now() };
        return Ok(envelope::decode(&delivery, manifest).fingerprint != entry.fingerprint);
    }
    Ok(false)
}

fn tell(report: &Report, app: &App) -> anyhow::Result<()> {
    if app.out.json {
        return app.out.value(report);
    }
    app.out.line(format_args!("event id    {}", report.event_id))?;
    if let Some(content_id) = report.content_id {
        app.out.line(format_args!("content id  {content_id}"))?;
    }
    Ok(())
}

async fn wait(mesh: &Mesh, report: Report, after: u64, longest: Duration, app: &App) -> anyhow::Result<Exit> {
    let start = mesh.now();
    let until = Some(start.plus(longest));
    let see = |event: &Published| app.out.say(event.since(start));
    let followed = runs::follow(mesh, report.event_id, after, until, see).await?;
    let (report, sentence, exit) = conclude(report, &followed);
    tell(&report, app)?;
    match exit {
        Exit::Ok => app.out.say(style::good(sentence)),
        _ => app.out.complain(style::bad(sentence)),
    }
    if followed == Followed::TimedOut {
        let look = if app.target == Target::Aws { "doctor" } else { "up" };
        app.out.say(format_args!("Is the mesh running? {}", app.command(&[look])));
    }
    Ok(exit)
}

/// What following a run came to, for people and for scripts.
fn conclude(mut report: Report, followed: &Followed) -> (Report, String, Exit) {
    let (outcome, code, sentence, exit) = match followed {
        Followed::Ended(end) => {
            let exit = if end.is_failure() { Exit::Failure } else { Exit::Ok };
            let code = end.code.as_deref().map(|code| format!(" ({})", text::plain(code))).unwrap_or_default();
            (end.event_type.clone(), end.code.clone(), format!("The run ended with {}{code}.", end.event_type), exit)
        }
        Followed::Stuck { agent, code } => {
            let sentence = format!("{agent} gave up ({code}); the message waits in its dead-letter queue.");
            ("stuck".into(), Some(code.clone()), sentence, Exit::Failure)
        }
        Followed::TimedOut => ("timed out".into(), None, "The run has not ended yet.".into(), Exit::Failure),
    };
    (report.outcome, report.code) = (outcome, code);
    (report, sentence, exit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::RunEnd;

    #[test]
    fn the_body_has_the_fields_that_were_given_and_no_others() {
        let flags = Flags { topic: Some("Grids".into()), words: 800, ..Flags::default() };
        assert_eq!(body(&flags), json!({"content_topic": "Grids", "word_count": 800}));
        let flags = Flags { site: Some("w".into()), keywords: vec!["a".into()], ..flags };
        let full = json!({"content_topic": "Grids", "word_count": 800, "website_id": "w", "keywords": ["a"]});
        assert_eq!(body(&flags), full);
    }

    #[test]
    fn a_failure_is_an_exit_code() {
        let report = || Report { event_id: Uuid::nil(), content_id: None, outcome: String::new(), code: None };
        let ended = |event_type: &str, code: Option<&str>| {
            let code = code.map(str::to_owned);
            Followed::Ended(RunEnd { event_type: event_type.into(), event_id: None, code, at: None })
        };
        let (_, sentence, exit) = conclude(report(), &ended("ContentPublished", None));
        assert_eq!((sentence.as_str(), exit), ("The run ended with ContentPublished.", Exit::Ok));
        let (told, sentence, exit) = conclude(report(), &ended("GenFailure", Some("MODEL_AUTH")));
        assert_eq!((sentence.as_str(), exit), ("The run ended with GenFailure (MODEL_AUTH).", Exit::Failure));
        assert_eq!((told.outcome.as_str(), told.code.as_deref()), ("GenFailure", Some("MODEL_AUTH")));
        assert_eq!(conclude(report(), &Followed::TimedOut).2, Exit::Failure);
    }
}
