//! `mesh tail`: follows the events as they are published.

use std::time::Duration;

use anyhow::bail;
use mesh_core::Timestamp;

use crate::{
    app::App,
    args::Target,
    exit::Exit,
    journal::Published,
    mesh::Mesh,
    output::{style, text},
};

/// How often the journal is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// Events read at once.
const PAGE: usize = 500;

/// Which events.
#[derive(Debug, clap::Args)]
pub(crate) struct TailArgs {
    /// Only those of these channels, such as /content/ready
    #[arg(value_name = "CHANNEL")]
    channels: Vec<String>,
    /// Begin there instead of now: 45s, 30m, 2h, 7d ago, or a timestamp
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// End where the journal ends
    #[arg(long)]
    no_follow: bool,
}

pub(crate) async fn run(args: TailArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let channels = args.channels.iter().map(|name| channel(name)).collect::<anyhow::Result<Vec<_>>>()?;
    match app.target {
        Target::Embedded => journal(&mesh, &args, &channels, app).await,
        Target::Aws => topics(&mesh, &args, &channels, app).await,
    }
}

/// Reads the journal, and what is added to it.
async fn journal(mesh: &Mesh, args: &TailArgs, channels: &[&str], app: &App) -> anyhow::Result<Exit> {
    let since =
        args.since.as_deref().map(|since| text::since(since, mesh.now())).transpose().map_err(anyhow::Error::msg)?;
    // To end at once, and to begin now, would be to say nothing.
    let from = since.unwrap_or(Timestamp(0));
    let mut seq = if since.is_some() || args.no_follow { 0 } else { mesh.history.end().await? };
    // The journal is asked for one channel or for all.
    let one = if let [one] = channels { Some(*one) } else { None };
    let wanted =
        |event: &Published| event.time() >= from && (channels.is_empty() || channels.contains(&event.channel.as_str()));
    loop {
        let page = mesh.history.since(seq, one, PAGE).await?;
        seq = page.last().map_or(seq, |event| event.seq);
        let full = page.len() == PAGE;
        for event in page.iter().filter(|event| wanted(event)) {
            print(event, app)?;
        }
        if full {
            continue;
        }
        if args.no_follow {
            return Ok(Exit::Ok);
        }
        mesh.sleep_until(mesh.now().plus(LOOK)).await;
    }
}

/// Listens to the topics.
#[cfg(feature = "aws")]
async fn topics(mesh: &Mesh, args: &TailArgs, channels: &[&'static str], app: &App) -> anyhow::Result<Exit> {
    if args.since.is_some() || args.no_follow {
        bail!("topics keep nothing of what was published; on AWS there is neither --since nor --no-follow");
    }
    let mut channels = channels.to_vec();
    if channels.is_empty() {
        channels.extend(mesh_contracts::EVENTS.iter().map(|spec| spec.channel));
    }
    channels.sort_unstable();
    channels.dedup();
    crate::aws::tail(mesh, &channels, app, |event| print(event, app)).await?;
    Ok(Exit::Ok)
}

#[cfg(not(feature = "aws"))]
async fn topics(_: &Mesh, _: &TailArgs, _: &[&'static str], _: &App) -> anyhow::Result<Exit> {
    bail!("this build has no AWS")
}

fn print(event: &Published, app: &App) -> anyhow::Result<()> {
    if app.out.json {
        return app.out.value_line(event);
    }
    Ok(app.out.line(format_args!("{}  {event}", style::faint(text::time(event.time()))))?)
}

/// The channel that is meant; the first slash may be left out.
fn channel(name: &str) -> anyhow::Result<&'static str> {
    let known: Vec<&str> = mesh_contracts::EVENTS.iter().map(|spec| spec.channel).collect();
    match known.iter().find(|channel| channel.trim_start_matches('/') == name.trim_start_matches('/')) {
        Some(channel) => Ok(channel),
        None => bail!("there is no channel {name}; `mesh channels` lists them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_known_with_and_without_its_slash() {
        assert_eq!(channel("/content/ready").ok(), Some("/content/ready"));
        assert_eq!(channel("content/ready").ok(), Some("/content/ready"));
        assert!(channel("/content/nowhere").is_err());
    }
}
