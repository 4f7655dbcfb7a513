//! One file for each verb: what it takes, its thin I/O, and a pure function that is tested in place.

mod channels;
mod contracts;
mod demo;
mod dlq;
mod doctor;
mod explain;
mod key;
mod list;
mod models;
mod post;
mod prompts;
mod quarantine;
mod replay;
mod request;
mod retry;
mod show;
mod site;
mod tail;
mod up;
mod withdraw;

#[cfg(feature = "aws")]
pub(crate) use up::Stop;

use crate::{app::App, exit::Exit};

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Take one request through the whole mesh, here and now
    Demo(demo::DemoArgs),
    /// Run the mesh until SIGTERM or Ctrl-C
    Up(up::UpArgs),
    /// Ask for an article
    Request(request::RequestArgs),
    /// Show a content, a request or an event with its whole run
    Show(show::ShowArgs),
    /// List contents, newest first
    List(list::ListArgs),
    /// Sites: brand, tone, length, images, models, budget
    #[command(subcommand)]
    Site(site::SiteCommand),
    /// Posts: the articles somebody plans
    #[command(subcommand)]
    Post(post::PostCommand),
    /// Keys of the HTTP interface
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Take an article off its site
    Withdraw(withdraw::WithdrawArgs),
    /// Follow the events as they are published
    Tail(tail::TailArgs),
    /// Dead-letter queues: messages that agents gave up
    #[command(subcommand)]
    Dlq(dlq::DlqCommand),
    /// Messages set aside whole: rejected, failed or suspended
    #[command(subcommand)]
    Quarantine(quarantine::QuarantineCommand),
    /// Replay what waits: plan it, apply the plan, compare
    #[command(subcommand)]
    Replay(replay::ReplayCommand),
    /// Ask again for what failed: publish copies of failed requests
    Retry(retry::RetryArgs),
    /// List the channels: which events travel where, from whom, to whom
    Channels(channels::ChannelsArgs),
    /// Check a mesh against what is known to go wrong, and say how to mend it
    Doctor(doctor::DoctorArgs),
    /// The contracts of events and records
    #[command(subcommand)]
    Contracts(contracts::ContractsCommand),
    /// The prompts agents ask models with
    #[command(subcommand)]
    Prompts(prompts::PromptsCommand),
    /// The models that are configured: what they cost, and whether they answer
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Explain an error code: cause and cure
    Explain(explain::ExplainArgs),
}

impl Command {
    /// Does it.
    pub(crate) async fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::Demo(args) => demo::run(args, app).await,
            Self::Up(args) => up::run(args, app).await,
            Self::Request(args) => request::run(args, app).await,
            Self::Show(args) => show::run(args, app).await,
            Self::List(args) => list::run(args, app).await,
            Self::Site(command) => command.run(app).await,
            Self::Post(command) => command.run(app).await,
            Self::Key(command) => command.run(app).await,
            Self::Withdraw(args) => withdraw::run(args, app).await,
            Self::Tail(args) => tail::run(args, app).await,
            Self::Dlq(command) => command.run(app).await,
            Self::Quarantine(command) => command.run(app).await,
            Self::Replay(command) => command.run(app).await,
            Self::Retry(args) => retry::run(args, app).await,
            Self::Channels(args) => channels::run(args, app).await,
            Self::Doctor(args) => doctor::run(args, app).await,
            Self::Contracts(command) => command.run(app).await,
            Self::Prompts(command) => command.run(app).await,
            Self::Models(command) => command.run(app).await,
            Self::Explain(args) => explain::run(args, app),
        }
    }
}
