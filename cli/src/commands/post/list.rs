//! `mesh post list`.

use std::fmt;

use mesh_contracts::{Name, records::Post};
use mesh_gateway::{PageRequest, posts};
use serde::Serialize;

use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
    output::{self, text},
    records,
};

/// Which posts, and how many.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Only those of this site
    #[arg(long, value_name = "NAME", value_parser = |name: &str| Name::new(name))]
    site: Option<Name>,
    /// At most so many, 1 to 100
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Post>);

pub(crate) async fn run(args: ListArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let request = PageRequest { limit: args.limit, cursor: None };
    let page = match posts::list(&mesh.ports(), &request, args.site.as_ref()).await {
        Ok(page) => page,
        Err(problem) => return records::refuse(&problem, app),
    };
    if page.items.is_empty() {
        app.out.say("No posts yet.");
    }
    let report = Report(page.items.into_iter().map(|stored| stored.value).collect());
    if app.out.json || !report.0.is_empty() {
        app.out.report(&report)?;
    }
    Ok(Exit::Ok)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["post", "site", "title", "latest run", "updated"]);
        for post in &self.0 {
            table.add_row([
                post.post_id.to_string(),
                post.website_id.to_string(),
                text::short(&post.title, 60),
                post.tracking_id.map_or_else(|| "-".to_owned(), |run| run.to_string()),
                text::time(post.updated_at.at().into()),
            ]);
        }
        f.write_str(&output::rows(&table))
    }
}
