//! The mesh on Amazon SNS and SQS (`--target aws`): which deployment is meant, and the ports to it.
//! Nothing of it is made or configured here; that is Terraform's.

mod errors;
mod events;
mod history;
mod queues;
mod tail;
mod topics;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};
use aws_config::SdkConfig;
use aws_sdk_sqs::config::ProvideCredentials;
use mesh_aws::{Buckets, DynamoState, Names, S3Blobs, SnsTopics, clients};
use mesh_core::{Settings, env, ports::Clock};
use mesh_embedded::{SystemClock, SystemEntropy};

use self::history::LedgerHistory;
pub(crate) use self::{
    errors::sdk,
    queues::look,
    tail::{leftovers, tail},
    topics::{Subscription, subscriptions},
};
use crate::{
    app::App,
    mesh::{Mesh, Place},
    registry,
};

/// Longest wait for credentials; asking a machine that is none of Amazon's takes a while.
const CREDENTIALS: Duration = Duration::from_secs(10);

/// A deployment, and clients for what the ports do not do.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    /// What everything in it is called.
    pub(crate) names: Names,
    /// The buckets.
    pub(crate) buckets: Buckets,
    /// What clients are made of.
    pub(crate) config: SdkConfig,
    /// Queues.
    pub(crate) sqs: aws_sdk_sqs::Client,
    /// Topics.
    pub(crate) sns: aws_sdk_sns::Client,
}

/// Opens a deployment: the names it has, and the ports to it.
pub(crate) async fn open(app: &App, settings: Settings) -> anyhow::Result<Mesh> {
    let deployment = Deployment::find(app).await?;
    deployment.must_exist().await?;
    let mut agents = registry::agents(&settings)?;
    agents.retain(|agent| agent.manifest().deploy);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let names = deployment.names.clone();
    let dynamo = aws_sdk_dynamodb::Client::new(&deployment.config);
    let state = Arc::new(DynamoState::new(dynamo, names.clone(), Arc::clone(&clock)));
    let blobs = Arc::new(S3Blobs::new(clients::s3(&deployment.config), deployment.buckets.clone()));
    let manifests = agents.iter().map(|agent| agent.manifest().clone()).collect();
    let history = LedgerHistory::new(Arc::clone(&state), blobs.clone(), manifests, Arc::clone(&clock), names.clone());
    Ok(Mesh {
        settings,
        agents,
        state,
        blobs,
        history: Arc::new(history),
        publisher: Arc::new(SnsTopics::new(deployment.sns.clone(), names)),
        clock,
        entropy: Arc::new(SystemEntropy),
        place: Place::Aws(Box::new(deployment)),
    })
}

impl Deployment {
    /// Finds out which deployment is meant; nothing of it need exist.
    pub(crate) async fn find(app: &App) -> anyhow::Result<Self> {
        let Some(prefix) = &app.prefix else {
            bail!("which deployment? Name its prefix with --prefix or {}, such as va-phase1", env::MESH_PREFIX);
        };
        let config = clients::config().await;
        let Some(region) = config.region().map(ToString::to_string) else {
            bail!("no region: set AWS_REGION, or AWS_PROFILE to a profile that has one");
        };
        check_credentials(&config).await?;
        let account = match app.variable(env::MESH_ACCOUNT) {
            Some(account) => account.to_owned(),
            None => account(&config).await?,
        };
        let names = Names::new(prefix, account, region);
        let named = |name: &str, default: String| app.variable(name).map_or(default, str::to_owned);
        let buckets = Buckets {
            objects: named(env::MESH_OBJECTS_BUCKET, names.objects_bucket()),
            site: named(env::MESH_SITE_BUCKET, names.site_bucket()),
        };
        let (sqs, sns) = (aws_sdk_sqs::Client::new(&config), aws_sdk_sns::Client::new(&config));
        Ok(Self { names, buckets, config, sqs, sns })
    }

    /// Refuses to work on a deployment that is not there; its topics tell.
    pub(crate) async fn must_exist(&self) -> anyhow::Result<()> {
        let channel = mesh_contracts::EVENTS.first().map_or("/content/request", |spec| spec.channel);
        let arn = self.names.topic_arn(channel);
        match self.sns.get_topic_attributes().topic_arn(&arn).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found_exception()) => {
                let Names { prefix, account, region, .. } = &self.names;
                bail!(
                    "there is no deployment {prefix} in account {account}, region {region}: the topic {} is missing; \
                     apply terraform/ there, or name another --prefix, AWS_REGION or AWS_PROFILE",
                    self.names.topic(channel)
                )
            }
            Err(error) => Err(sdk(error)).context("cannot ask SNS for the deployment's topics"),
        }
    }

    /// Whose credentials these are; `None`: STS does not say.
    pub(crate) async fn caller(&self) -> Option<String> {
        aws_sdk_sts::Client::new(&self.config).get_caller_identity().send().await.ok()?.arn
    }

    /// The ARN of a queue.
    pub(crate) fn queue_arn(&self, name: &str) -> String {
        let Names { partition, region, account, .. } = &self.names;
        format!("arn:{partition}:sqs:{region}:{account}:{name}")
    }
}

async fn check_credentials(config: &SdkConfig) -> anyhow::Result<()> {
    let absent = "no AWS credentials: log in (aws sso login), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and \
                  AWS_SECRET_ACCESS_KEY";
    let provider = config.credentials_provider().context(absent)?;
    match tokio::time::timeout(CREDENTIALS, provider.provide_credentials()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(anyhow::Error::new(error).context(absent)),
        Err(_) => bail!("{absent} (nothing answered within {} s)", CREDENTIALS.as_secs()),
    }
}

async fn account(config: &SdkConfig) -> anyhow::Result<String> {
    let answer = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let answer = answer.map_err(sdk).with_context(|| {
        format!("cannot ask STS whose credentials these are; {} may name the account instead", env::MESH_ACCOUNT)
    })?;
    answer.account.context("STS named no account")
}
