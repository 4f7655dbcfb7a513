//! `mesh post show`: a post, and where its article stands.

use mesh_gateway::{generation, posts};

use crate::{
    app::App,
    exit::{Absent, Exit},
    mesh::Mesh,
    records,
};

/// Which post.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// The post
    id: String,
}

pub(crate) async fn run(args: ShowArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let ports = mesh.ports();
    let found = match posts::get(&ports, &args.id).await {
        Ok(found) => found.ok_or_else(|| Absent(format!("there is no post {}", args.id)))?,
        Err(problem) => return records::refuse(&problem, app),
    };
    let mut shown = records::Shown::of(&found.value)?;
    match generation::of_post(&ports, &found.value).await {
        Ok(Some((status, markdown))) => {
            shown.0["status"] = serde_json::to_value(status)?;
            shown.0["finalMarkdownUri"] = markdown.map_or(serde_json::Value::Null, Into::into);
        }
        Ok(None) => {}
        Err(problem) => return records::refuse(&problem, app),
    }
    app.out.report(&shown)?;
    Ok(Exit::Ok)
}
