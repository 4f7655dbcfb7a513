//! Records that people keep by hand: sites, posts, keys.

use std::{fmt, path::Path};

use mesh_gateway::Problem;
use serde::Serialize;
use serde_json::Value;

use crate::{
    app::App,
    door::{self, Refusal},
    exit::Exit,
    output::text,
};

/// The JSON of a file, or of standard input for `-`.
pub(crate) async fn read(file: &Path) -> anyhow::Result<Result<Value, Refusal>> {
    let body = door::read_body(file).await?;
    Ok(mesh_contracts::parse(&body).map_err(|error| Refusal {
        code: "INVALID_JSON",
        message: format!("the body is no JSON: {}", error.message),
        details: Vec::new(),
    }))
}

/// Says why something was refused.
pub(crate) fn refuse(problem: &Problem, app: &App) -> anyhow::Result<Exit> {
    refused(
        &Refusal { code: problem.kind.code(), message: problem.detail.clone(), details: problem.errors.clone() },
        app,
    )
}

/// The same for what never reached the mesh.
pub(crate) fn refused(refusal: &Refusal, app: &App) -> anyhow::Result<Exit> {
    if app.out.json {
        app.out.value(refusal)?;
    }
    app.out.complain(refusal);
    Ok(Exit::Failure)
}

/// A record as people read it: a line a field.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Shown(pub(crate) Value);

impl Shown {
    /// The record as it is stored.
    pub(crate) fn of(record: &impl Serialize) -> anyhow::Result<Self> {
        Ok(Self(serde_json::to_value(record)?))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(fields) = self.0.as_object() else { return write!(f, "{}", self.0) };
        let width = fields.keys().map(String::len).max().unwrap_or(0);
        let lines = fields.iter().map(|(name, value)| format!("{name:<width$}  {}", plain(value)));
        f.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(line) => text::plain(line),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => text::plain(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_shown_field_by_field() {
        let shown = Shown(json!({"postId": "p", "keywords": ["a", "b"], "n": 3})).to_string();
        assert_eq!(shown, "keywords  a, b\nn         3\npostId    p");
    }
}
