//! `mesh key list`.

use std::fmt;

use mesh_contracts::records::ApiKeyRecord;
use mesh_gateway::keys;
use serde::Serialize;
use serde_json::Value;

use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
    output::{self, text},
    records,
};

/// Which keys.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Also those that were revoked
    #[arg(long)]
    all: bool,
}

/// What is known of keys; hashes of secrets are left out.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Value>);

pub(crate) async fn run(args: ListArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let keys = match keys::list(&mesh.ports()).await {
        Ok(keys) => keys,
        Err(problem) => return records::refuse(&problem, app),
    };
    let shown = keys.iter().filter(|key| args.all || key.revoked_at.is_none()).map(without_hash);
    let report = Report(shown.collect::<Result<_, _>>()?);
    if report.0.is_empty() {
        app.out.say(format_args!("No keys; `{}` makes one.", app.command(&["key", "create", "NAME"])));
    }
    if app.out.json || !report.0.is_empty() {
        app.out.report(&report)?;
    }
    Ok(Exit::Ok)
}

fn without_hash(key: &ApiKeyRecord) -> serde_json::Result<Value> {
    let mut shown = serde_json::to_value(key)?;
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("secret_sha256");
    }
    Ok(shown)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["key", "name", "site", "scopes", "per minute", "revoked"]);
        for key in &self.0 {
            let field = |name: &str| key[name].as_str().map_or_else(|| "-".to_owned(), |value| text::short(value, 40));
            let scopes: Vec<&str> = key["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let rate = key["requests_per_minute"].to_string();
            table.add_row([
                field("key_id"),
                field("name"),
                field("website_id"),
                scopes.join(" "),
                rate,
                field("revoked_at"),
            ]);
        }
        f.write_str(&output::rows(&table))
    }
}
