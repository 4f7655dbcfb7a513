//! The peer in Rust: writer and reviewer on shove 0.16, SNS and SQS, as its examples show it. `writer` or `reviewer` is
//! the argument; each is a process.

mod ask;
mod reviewer;
mod topics;
mod writer;

use std::{env, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use shove::{Broker, ConsumerOptions, Publisher, Sqs, sns::SnsConfig};
use tokio::signal::unix::{SignalKind, signal};

use crate::topics::{Ready, Requests, Reviewed};

/// What the handlers work with.
pub(crate) struct Tools {
    pub(crate) publisher: Publisher<Sqs>,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) model: ask::Model,
    pub(crate) prefix: String,
}

impl Tools {
    pub(crate) fn bucket(&self) -> String {
        format!("{}-content-objects", self.prefix)
    }
}

/// Attempts before a message is set aside, waits between them in the topologies.
const RETRIES: u32 = 5;
/// Handlers that run at once: those of the mesh's manifests.
const WRITERS: u16 = 2;
const REVIEWERS: u16 = 4;
/// Within the visibility time-out.
const HANDLER: Duration = Duration::from_secs(12);

#[tokio::main(worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().json().with_env_filter("info").init();
    let stage = env::args().nth(1).context("writer or reviewer?")?;
    let config = SnsConfig { region: Some(setting("AWS_REGION")?), endpoint_url: Some(setting("AWS_ENDPOINT_URL")?) };
    let broker = Broker::<Sqs>::new(config).await?;
    let topology = broker.topology();
    topology.declare::<Requests>().await?;
    topology.declare::<Ready>().await?;
    topology.declare::<Reviewed>().await?;
    let aws = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let tools = Arc::new(Tools {
        publisher: broker.publisher().await?,
        s3: aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&aws).force_path_style(true).build()),
        dynamodb: aws_sdk_dynamodb::Client::new(&aws),
        model: ask::Model::new(setting("PEER_MODEL")?, setting("PEER_PATIENCE")?.parse()?)?,
        prefix: setting("PEER_PREFIX")?,
    });
    let mut supervisor = broker.consumer_supervisor().with_context(tools);
    let options = |at_once| {
        ConsumerOptions::<Sqs>::new()
            .with_max_retries(RETRIES)
            .with_prefetch_count(at_once)
            .with_handler_timeout(HANDLER)
    };
    match stage.as_str() {
        "writer" => supervisor.register::<Requests, _>(writer::Writer, options(WRITERS))?,
        "reviewer" => supervisor.register::<Ready, _>(reviewer::Reviewer, options(REVIEWERS))?,
        other => bail!("{other} is neither writer nor reviewer"),
    }
    let mut terminated = signal(SignalKind::terminate())?;
    let stop = async move {
        terminated.recv().await;
    };
    let outcome = supervisor.run_until_timeout(stop, HANDLER).await;
    std::process::exit(outcome.exit_code());
}

fn setting(name: &str) -> anyhow::Result<String> {
    env::var(name).with_context(|| format!("{name} is not set"))
}
