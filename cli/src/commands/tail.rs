//! `mesh tail`: follows the events as they are published.

use std::time::Duration;

use anyhow::bail;
use mesh_core::Timestamp;

use crate::{
    app::App,
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
    /// Only those of this channel, such as /content/ready
    channel: Option<String>,
    /// Begin there instead of now: 45s, 30m, 2h, 7d ago, or a timestamp
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// End where the journal ends
    #[arg(long)]
    no_follow: bool,
}

pub(crate) async fn run(args: TailArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let channel = args.channel.as_deref().map(channel).transpose()?;
    let journal = mesh.journal();
    let since = args.since.map(|since| text::since(&since, mesh.now())).transpose().map_err(anyhow::Error::msg)?;
    // To end at once, and to begin now, would be to say nothing.
    let from = since.unwrap_or(Timestamp(0));
    let mut seq = if since.is_some() || args.no_follow { 0 } else { journal.last_seq().await? };
    loop {
        let page = journal.since(seq, channel, PAGE).await?;
        seq = page.last().map_or(seq, |entry| entry.seq);
        let full = page.len() == PAGE;
        for event in page.into_iter().map(Published::from).filter(|event| event.time() >= from) {
            print(&event, app)?;
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
