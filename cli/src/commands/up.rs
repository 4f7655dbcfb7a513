//! `mesh up`: runs the mesh until it is told to stop, and lets it finish what it has begun.

use std::{fmt, io, time::Duration};

use anyhow::Context;
use serde::Serialize;

use crate::{app::App, exit::Exit, mesh::Mesh, output::style};

/// How to stop.
#[derive(Debug, clap::Args)]
pub(crate) struct UpArgs {
    /// Longest wait for what is under way when the mesh is stopped, in seconds
    #[arg(long, value_name = "S", default_value_t = 30)]
    drain: u64,
}

/// What runs here. Holds no secret.
#[derive(Debug, Serialize)]
struct Started {
    version: &'static str,
    home: String,
    model: String,
    agents: Vec<String>,
}

impl fmt::Display for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, home, model, agents } = self;
        let up = style::good(format!("mesh {version} is up"));
        write!(f, "{up}: home {home}, model {model}, agents {}", agents.join(" "))
    }
}

pub(crate) async fn run(args: UpArgs, app: &App) -> anyhow::Result<Exit> {
    app.only_here("up")?;
    let mesh = Mesh::open(app, app.settings(None)?).await?;
    let host = mesh.host(app).await?;
    let mut stop = Stop::new().context("cannot listen for signals")?;
    let started = Started {
        version: env!("CARGO_PKG_VERSION"),
        home: app.home.display().to_string(),
        model: mesh.model(),
        agents: mesh.names().into_iter().map(str::to_owned).collect(),
    };
    match app.out.json {
        true => app.out.value_line(&started)?,
        false => app.out.line(&started)?,
    }
    let (first, mut again) = tokio::sync::oneshot::channel::<()>();
    let asked = async {
        stop.asked().await;
        app.out.say("Stopping; what is under way is finished first (once more stops at once).");
        drop(first);
        stop.asked().await;
    };
    let shutdown = async { drop((&mut again).await) };
    tokio::select! {
        done = host.run(shutdown, Duration::from_secs(args.drain)) => done?,
        () = asked => mesh.relinquish().await?,
    }
    app.out.say("Stopped.");
    Ok(Exit::Ok)
}

/// SIGTERM and Ctrl-C.
#[derive(Debug)]
pub(crate) struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    /// Listens from now on.
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Returns when the process is asked to stop.
    pub(crate) async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Stop {
    /// Listens from now on.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Returns when the process is asked to stop.
    pub(crate) async fn asked(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_line_says_version_home_model_and_agents() {
        let agents = vec!["content-gen".to_owned(), "echo".to_owned()];
        let (home, model) = (".mesh".to_owned(), "offline/text-v1".to_owned());
        let line = Started { version: "0.1.0", home, model, agents }.to_string();
        let plain = anstream::adapter::strip_str(&line).to_string();
        assert_eq!(plain, "mesh 0.1.0 is up: home .mesh, model offline/text-v1, agents content-gen echo");
    }
}
