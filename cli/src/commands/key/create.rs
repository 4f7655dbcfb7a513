//! `mesh key create`: makes a key of the HTTP interface.

use std::fmt;

use mesh_contracts::{Int, Name, Text, records::Scope};
use mesh_gateway::keys::{self, NewKey};
use serde::Serialize;

use crate::{app::App, exit::Exit, mesh::Mesh, output::style, records};

/// What the key is for, and what it allows.
#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    /// What it is for, for people
    #[arg(value_parser = |name: &str| Text::<1, 100>::new(name))]
    name: Text<1, 100>,
    /// What it allows: read, generate, write; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scope, default_values = ["read", "generate"])]
    scopes: Vec<Scope>,
    /// The one site it is for [default: every site]
    #[arg(long, value_name = "NAME", value_parser = |name: &str| Name::new(name))]
    site: Option<Name>,
    /// Most requests a minute, 1 to 100000
    #[arg(long, value_name = "N", default_value = "60", value_parser = rate)]
    per_minute: Int<1, 100_000>,
}

/// The key, shown once.
#[derive(Debug, Serialize)]
struct Report {
    key_id: String,
    key: String,
}

pub(crate) async fn run(args: CreateArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::open(app, app.settings(None)?).await?;
    let new = NewKey {
        name: args.name,
        website_id: args.site,
        scopes: args.scopes.into_iter().collect(),
        requests_per_minute: args.per_minute,
    };
    match keys::create(&mesh.ports(), new).await {
        Ok(created) => {
            let key_id = created.record.key_id.to_string();
            app.out.say(style::faint("Keep it: only its hash is stored."));
            app.out.report(&Report { key_id, key: created.token.reveal().to_owned() })?;
            Ok(Exit::Ok)
        }
        Err(problem) => records::refuse(&problem, app),
    }
}

fn scope(text: &str) -> Result<Scope, String> {
    serde_json::from_value(text.into()).map_err(|_| "allowed is read, generate or write".to_owned())
}

fn rate(text: &str) -> Result<Int<1, 100_000>, String> {
    text.parse().ok().and_then(Int::new).ok_or_else(|| "allowed is a whole number from 1 to 100000".to_owned())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}
