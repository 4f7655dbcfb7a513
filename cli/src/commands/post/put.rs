//! `mesh post put`: stores a post.

use std::path::PathBuf;

use mesh_gateway::posts;
use serde_json::{Value, json};

use crate::{app::App, exit::Exit, mesh::Mesh, records};

/// Which post, and what it is.
#[derive(Debug, clap::Args)]
pub(crate) struct PutArgs {
    /// The post: letters, digits, `_`, `.` and `-`
    id: String,
    /// A JSON file with its fields (`-`: standard input), in place of the flags
    #[arg(value_name = "FILE", conflicts_with_all = ["site", "title", "description", "keywords"], required_unless_present = "title")]
    file: Option<PathBuf>,
    /// Its site
    #[arg(long, value_name = "NAME", default_value = "default")]
    site: String,
    /// Title of the article, 1 to 200 characters
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// What it should say, up to 1000 characters
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A word it should be found by; may be repeated
    #[arg(long = "keyword", value_name = "WORD")]
    keywords: Vec<String>,
}

pub(crate) async fn run(args: PutArgs, app: &App) -> anyhow::Result<Exit> {
    let body = match &args.file {
        Some(file) => match records::read(file).await? {
            Ok(body) => body,
            Err(refusal) => return records::refused(&refusal, app),
        },
        None => body(&args),
    };
    let mesh = Mesh::open(app, app.settings(None)?).await?;
    match posts::put(&mesh.ports(), &args.id, body).await {
        Ok(put) => {
            app.out.say(if put.created { "Stored." } else { "Replaced." });
            app.out.report(&records::Shown::of(&put.stored.value)?)?;
            Ok(Exit::Ok)
        }
        Err(problem) => records::refuse(&problem, app),
    }
}

fn body(args: &PutArgs) -> Value {
    let mut body = json!({ "websiteId": args.site, "title": args.title, "keywords": args.keywords });
    if let Some(description) = &args.description {
        body["description"] = json!(description);
    }
    body
}
