//! `mesh site list`.

use std::fmt;

use mesh_contracts::records::WebsiteSettings;
use mesh_gateway::{PageRequest, sites};
use serde::Serialize;

use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
    output::{self, text},
    records,
};

/// How many.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// At most so many, 1 to 100
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<WebsiteSettings>);

pub(crate) async fn run(args: ListArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let request = PageRequest { limit: args.limit, cursor: None };
    let page = match sites::list(&mesh.ports(), &request, None).await {
        Ok(page) => page,
        Err(problem) => return records::refuse(&problem, app),
    };
    if page.items.is_empty() {
        app.out.say("No site is set up; articles of others have metadata, no images and no refinement.");
    }
    let report = Report(page.items.into_iter().map(|stored| stored.value).collect());
    if app.out.json || !report.0.is_empty() {
        app.out.report(&report)?;
    }
    Ok(Exit::Ok)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["site", "name", "active", "words", "images", "tone"]);
        for site in &self.0 {
            table.add_row([
                site.website_id.to_string(),
                text::short(&site.website_name, 40),
                if site.is_active { "yes" } else { "no" }.to_owned(),
                format!("{}-{}", site.article_length_min, site.article_length_max),
                site.images_per_article.to_string(),
                text::short(site.brand_tone.as_deref().unwrap_or("-"), 40),
            ]);
        }
        f.write_str(&output::rows(&table))
    }
}
