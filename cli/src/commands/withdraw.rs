//! `mesh withdraw`: takes an article off its site.

use std::fmt;

use mesh_contracts::{Id, Text};
use mesh_gateway::{Problem, content, content::Withdrawal};
use serde::Serialize;

use crate::{app::App, exit::Exit, mesh::Mesh, output::style, records};

/// Which article, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct WithdrawArgs {
    /// A content id, or a post
    id: String,
    /// Why, as the notice on the page says
    #[arg(long, value_name = "TEXT", value_parser = |text: &str| Text::<1, 300>::new(text))]
    reason: Option<Text<1, 300>>,
    /// Do it; without this it is only said what would be done
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    content_id: Id,
    website_id: String,
    /// The run of the withdrawal; absent in a dry run.
    tracking_id: Option<Id>,
    dry_run: bool,
}

pub(crate) async fn run(args: WithdrawArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let ports = mesh.ports();
    let content_id = args.id.parse::<Id>().ok();
    let done = if args.yes {
        let asked = match content_id {
            Some(content_id) => content::withdraw(&ports, content_id, args.reason, None).await,
            None => content::withdraw_post(&ports, &args.id, args.reason, None).await,
        };
        asked.map(asked_for)
    } else {
        would_be(&mesh, content_id, &args.id).await
    };
    match done {
        Ok(report) => {
            app.out.report(&report)?;
            if report.dry_run {
                app.out.say("Nothing was done; --yes does it.");
            }
            Ok(Exit::Ok)
        }
        Err(problem) => records::refuse(&problem, app),
    }
}

fn asked_for(asked: Withdrawal) -> Report {
    let Withdrawal { tracking_id, content_id, website_id, .. } = asked;
    Report { content_id, website_id: website_id.to_string(), tracking_id: Some(tracking_id), dry_run: false }
}

async fn would_be(mesh: &Mesh, content_id: Option<Id>, id: &str) -> Result<Report, Problem> {
    let (content_id, website_id) = content::online(&mesh.ports(), content_id, id).await?;
    Ok(Report { content_id, website_id: website_id.to_string(), tracking_id: None, dry_run: true })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { content_id, website_id, .. } = self;
        match self.tracking_id {
            None => write!(f, "{}: article {content_id} of the site {website_id}", style::warn("would be withdrawn")),
            Some(run) => write!(
                f,
                "{}: article {content_id} of the site {website_id}, run {run}",
                style::good("withdrawal asked for")
            ),
        }
    }
}
