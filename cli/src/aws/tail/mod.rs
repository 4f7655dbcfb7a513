//! `mesh tail --target aws`: topics keep nothing, so a queue of its own listens as long as somebody watches.

mod ear;
mod leftovers;

use std::time::Duration;

use anyhow::{Context, bail};
use mesh_core::{Timestamp, envelope};

use self::ear::Ear;
pub(crate) use self::leftovers::leftovers;
use super::{Deployment, events};
use crate::{app::App, commands::Stop, journal::Published, mesh::Mesh, mesh::Place, output::text};

/// Longest wait of one receive; short, so that a stop is heard.
const WAIT: Duration = Duration::from_secs(10);
/// How often the queue is marked as in use.
const SIGN_OF_LIFE: Duration = Duration::from_secs(240);

/// Shows what is published on these channels, all of them when none is named, until somebody asks to stop.
pub(crate) async fn tail(
    mesh: &Mesh,
    channels: &[&'static str],
    app: &App,
    mut see: impl FnMut(&Published) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Place::Aws(deployment) = &mesh.place else { bail!("this mesh is not on AWS") };
    let mut stop = Stop::new().context("cannot listen for signals")?;
    tidy(deployment, mesh.now(), app).await;
    let (mut ear, ready) = Ear::make(deployment, channels, mesh.fresh_id(), mesh.now()).await;
    let done = match ready {
        Ok(count) => {
            app.out.say(format_args!("Listening to {}; Ctrl-C ends.", text::count(count, "channel")));
            tokio::select! {
                done = follow(&mut ear, mesh, &mut see) => done,
                () = stop.asked() => Ok(()),
            }
        }
        Err(error) => Err(error),
    };
    let removed = ear.remove().await;
    done.and(removed)
}

/// Removes what killed tails left behind; that it cannot is no reason not to listen.
async fn tidy(deployment: &Deployment, now: Timestamp, app: &App) {
    let removed = async {
        let found = leftovers(deployment, now).await?;
        for leftover in &found {
            leftover.remove(deployment).await?;
        }
        anyhow::Ok(found.len())
    };
    match removed.await {
        Ok(0) => {}
        Ok(count) => app.out.say(format_args!("Removed what {} left behind.", text::count(count, "killed tail"))),
        Err(error) => tracing::warn!(error = format!("{error:#}"), "What killed tails left behind cannot be removed."),
    }
}

async fn follow(
    ear: &mut Ear<'_>,
    mesh: &Mesh,
    see: &mut impl FnMut(&Published) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut signed = mesh.now();
    loop {
        for delivery in ear.receive(WAIT).await? {
            if let Some(event) = read(&delivery.body, ear.deployment(), mesh.now()) {
                see(&event)?;
            }
            ear.done(delivery).await?;
        }
        if signed.until(mesh.now()) >= SIGN_OF_LIFE {
            signed = mesh.now();
            ear.sign(signed).await?;
        }
    }
}

/// The event in a notification.
fn read(body: &str, deployment: &Deployment, now: Timestamp) -> Option<Published> {
    let sns = envelope::unwrap(body)?;
    let arn = sns.topic_arn.unwrap_or_default();
    let channel = events::channel_of(&deployment.names, &arn).map_or(arn, str::to_owned);
    let at = sns.timestamp.as_deref().and_then(Timestamp::parse).unwrap_or(now);
    let attributes = sns.message_attributes.into_iter().map(|(name, one)| (name, one.value)).collect();
    Some(events::journalled(channel, at, sns.message_id, sns.subject.unwrap_or_default(), attributes, sns.message))
}
