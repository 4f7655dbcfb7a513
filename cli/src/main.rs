//! `mesh`: the command line of Content Mesh, and the host that runs all agents in this one process.
//! Never a rule of the domain: those are the agents'; here is only what people type and read.

mod app;
mod args;
#[cfg(feature = "aws")]
mod aws;
mod commands;
mod copies;
mod door;
mod exit;
mod history;
mod http;
mod journal;
mod logging;
mod mesh;
mod output;
mod records;
mod registry;
mod runs;
mod spent;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    app::start().await.into()
}
