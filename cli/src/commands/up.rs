//! `mesh up`: runs the mesh until it is told to stop, and lets it finish what it has begun.

use std::{fmt, io, net::SocketAddr, time::Duration};

use anyhow::Context;
use serde::Serialize;

use crate::{app::App, exit::Exit, http::Interface, mesh::Mesh, output::style};

/// Where to listen, and how to stop.
#[derive(Debug, clap::Args)]
pub(crate) struct UpArgs {
    /// Address of the HTTP interface, on this machine [default: 127.0.0.1:8480, another port when that is taken]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Without the HTTP interface
    #[arg(long, conflicts_with = "listen")]
    no_http: bool,
    /// Longest wait for what is under way when the mesh is stopped, in seconds
    #[arg(long, value_name = "S", default_value_t = 30)]
    drain: u64,
}

/// What runs here. The key of the HTTP interface is the one secret in it: it is made for this run, and revoked at its end.
#[derive(Debug, Serialize)]
struct Started {
    version: &'static str,
    home: String,
    model: String,
    image_model: String,
    agents: Vec<String>,
    url: Option<String>,
    key: Option<String>,
    /// A command that works as it is printed.
    example: Option<String>,
}

impl fmt::Display for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, home, model, agents, .. } = self;
        let up = style::good(format!("mesh {version} is up"));
        write!(f, "{up}: home {home}, model {model}, agents {}", agents.join(" "))?;
        if let (Some(url), Some(key), Some(example)) = (&self.url, &self.key, &self.example) {
            write!(
                f,
                "\n  http  {url} (reference: {url}/docs)\n  key   {key} (until this stops; `mesh key create` makes others)"
            )?;
            write!(f, "\n  try   {example}")?;
        }
        Ok(())
    }
}

pub(crate) async fn run(args: UpArgs, app: &App) -> anyhow::Result<Exit> {
    app.only_here("up")?;
    let mesh = Mesh::open(app, app.settings(None)?).await?;
    let host = mesh.host(app).await?;
    let mut stop = Stop::new().context("cannot listen for signals")?;
    let interface = match args.no_http {
        true => None,
        false => Some(Interface::open(&mesh, args.listen).await?),
    };
    let started = Started {
        version: env!("CARGO_PKG_VERSION"),
        home: app.home.display().to_string(),
        model: mesh.model(),
        image_model: mesh.settings.image_models.to_string(),
        agents: mesh.names().into_iter().map(str::to_owned).collect(),
        url: interface.as_ref().map(|interface| interface.url.clone()),
        key: interface.as_ref().map(|interface| interface.key.clone()),
        example: match &interface {
            Some(interface) => Some(interface.example(&mesh).await),
            None => None,
        },
    };
    match app.out.json {
        true => app.out.value_line(&started)?,
        false => app.out.line(&started)?,
    }
    let (first, again) = tokio::sync::watch::channel(false);
    let told = |mut again: tokio::sync::watch::Receiver<bool>| async move { drop(again.wait_for(|stop| *stop).await) };
    let asked = async {
        stop.asked().await;
        app.out.say("Stopping; what is under way is finished first (once more stops at once).");
        let _ = first.send(true);
        stop.asked().await;
    };
    let serving = async {
        match interface {
            Some(interface) => interface.serve(&mesh, told(again.clone())).await,
            None => Ok(()),
        }
    };
    let working = async {
        let (served, done) = tokio::join!(serving, host.run(told(again.clone()), Duration::from_secs(args.drain)));
        served.context("the HTTP interface failed")?;
        anyhow::Ok(done?)
    };
    tokio::select! {
        done = working => done?,
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
        let image_model = "offline/image-v1".to_owned();
        let (url, key, example) = (None, None, None);
        let line = Started { version: "0.1.0", home, model, image_model, agents, url, key, example }.to_string();
        let plain = anstream::adapter::strip_str(&line).to_string();
        assert_eq!(plain, "mesh 0.1.0 is up: home .mesh, model offline/text-v1, agents content-gen echo");
    }
}
