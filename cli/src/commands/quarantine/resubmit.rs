//! `mesh quarantine resubmit`: publishes a corrected copy. A dry run unless `--yes` is given.

use std::path::PathBuf;

use anyhow::{Context, bail};
use mesh_contracts::EventSpec;
use mesh_core::envelope::attribute;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::kept::{self, Kept};
use crate::{
    app::App,
    commands::request::refuse,
    copies::{self, Copied, Plans},
    door,
    exit::Exit,
    mesh::Mesh,
};

/// Which message, and what is to be corrected.
#[derive(Debug, clap::Args)]
pub(crate) struct ResubmitArgs {
    /// The event id, as `mesh quarantine list` prints it
    event_id: Uuid,
    #[command(flatten)]
    correction: Correction,
}

/// What is to be corrected.
#[derive(Debug, clap::Args)]
pub(crate) struct Correction {
    /// Replace a field: word_count=800; may be repeated, a dot leads into objects, no value removes the field
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// Replace the whole body by this file; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "set")]
    body: Option<PathBuf>,
    /// Do it
    #[arg(long)]
    yes: bool,
}

/// What a correction came to.
#[derive(Debug)]
pub(crate) struct Corrected {
    /// The copy, when one was published now.
    pub(crate) published: Option<Uuid>,
    /// What the process answers.
    pub(crate) exit: Exit,
}

pub(super) async fn run(args: ResubmitArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    Ok(correct(&mesh, args.event_id, None, &args.correction, app).await?.exit)
}

/// Publishes a corrected copy of a message in quarantine, and says so.
pub(crate) async fn correct(
    mesh: &Mesh,
    event_id: Uuid,
    agent: Option<&str>,
    correction: &Correction,
    app: &App,
) -> anyhow::Result<Corrected> {
    let kept = kept::find(mesh, event_id, agent).await?.into_iter().next().context("nothing was found")?;
    let spec = kept.spec.context("the type of the message cannot be told; publish it anew")?;
    let admitted = match &correction.body {
        Some(file) => door::admit(spec, &door::read_body(file).await?),
        None => {
            let data = corrected(&kept, spec, &correction.set)?;
            door::judge(spec, &data).map(|()| data)
        }
    };
    let data = match admitted {
        Ok(data) => data,
        Err(refusal) => return Ok(Corrected { published: None, exit: refuse(&refusal, app)? }),
    };
    let origin = kept.attributes.get(attribute::ORIGIN).and_then(|id| id.parse().ok()).unwrap_or(kept.event_id);
    let copy = Copied::corrected(kept.event_id, origin, spec, data);
    let plans = vec![copy.plan(mesh, "valid").await?];
    let published = plans.iter().find_map(|plan| plan.copy).filter(|_| correction.yes);
    if correction.yes {
        copies::publish(mesh, std::slice::from_ref(&copy), &plans).await?;
    }
    app.out.report(&Plans { done: correction.yes, events: plans })?;
    if correction.yes {
        app.out.say(format_args!("Follow it: {}", app.command(&["show", &copy.id.to_string()])));
    }
    Ok(Corrected { published, exit: Exit::Ok })
}

/// The payload with the fields replaced.
fn corrected(kept: &Kept, spec: &EventSpec, set: &[String]) -> anyhow::Result<Value> {
    let mut data = kept.payload.clone();
    if !data.is_object() {
        bail!("the body is no JSON object, so no field of it can be set; replace it with --body FILE");
    }
    let schema = (spec.schema)();
    for assignment in set {
        let (path, text) = assignment.split_once('=').with_context(|| format!("{assignment:?} is not FIELD=VALUE"))?;
        assign(&mut data, path, text, schema.as_value()).with_context(|| format!("cannot set {path}"))?;
    }
    Ok(data)
}

/// Sets the field at a dotted path; empty text removes it.
fn assign(data: &mut Value, path: &str, text: &str, schema: &Value) -> anyhow::Result<()> {
    let (mut here, mut schema) = (data, Some(schema));
    let mut fields = path.split('.').peekable();
    while let Some(field) = fields.next() {
        schema = schema.and_then(|schema| schema.get("properties")).and_then(|properties| properties.get(field));
        let members =
            here.as_object_mut().with_context(|| format!("{field} is inside of something that is no object"))?;
        if fields.peek().is_some() {
            here = members.entry(field).or_insert_with(|| Map::new().into());
        } else if text.is_empty() {
            members.remove(field);
            return Ok(());
        } else {
            members.insert(field.to_owned(), value(text, schema));
            return Ok(());
        }
    }
    bail!("no field is named")
}

/// What a text means: JSON where it is some, but a text where the contract wants a text.
fn value(text: &str, schema: Option<&Value>) -> Value {
    let plain = || Value::String(text.to_owned());
    match mesh_contracts::parse(text) {
        Ok(value) if value.is_string() || !wants_text(schema) => value,
        _ => plain(),
    }
}

fn wants_text(schema: Option<&Value>) -> bool {
    let Some(schema) = schema else { return false };
    let is_text = |kind: &Value| kind == "string";
    let here =
        schema.get("type").is_some_and(|kind| is_text(kind) || kind.as_array().is_some_and(|k| k.iter().any(is_text)));
    here || schema.get("anyOf").and_then(Value::as_array).is_some_and(|any| any.iter().any(|one| wants_text(Some(one))))
}

#[cfg(test)]
mod tests {
    use mesh_contracts::find_type;
    use serde_json::json;

    use super::*;

    fn set(body: &str, event_type: &str, set: &[&str]) -> anyhow::Result<Value> {
        let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
        corrected(&kept::testing::kept(body), find_type(event_type).expect("a contract"), &set)
    }

    #[test]
    fn values_are_what_the_contract_wants() {
        let body = r#"{"content_topic": "a", "word_count": "800", "post_id": "p"}"#;
        let fields = ["word_count=800", "content_topic=2024", "request_id=7", "keywords=[\"a\"]", "post_id="];
        let corrected = set(body, "ContentRequest", &fields).expect("corrected");
        let expected = json!({"content_topic": "2024", "word_count": 800, "request_id": "7", "keywords": ["a"]});
        assert_eq!(corrected, expected);
    }

    #[test]
    fn what_cannot_be_set_is_said() {
        assert!(set("{", "EchoRequested", &["message=hi"]).is_err());
        assert!(set("{}", "EchoRequested", &["message"]).is_err());
        assert!(set(r#"{"message": 1}"#, "EchoRequested", &["message.deeper=1"]).is_err());
    }

    #[test]
    fn a_dotted_path_leads_into_objects() {
        assert_eq!(set("{}", "EchoRequested", &["a.b=1"]).expect("corrected"), json!({"a": {"b": 1}}));
    }
}
