//! The conformance suites.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_sqs::types::QueueAttributeName;
use mesh_aws::{SecretsManager, SnsTopics};
use mesh_core::ports::{Clock, PortError, Queue, Secrets};
use mesh_system::SystemClock;
use mesh_testkit::{
    clock::ManualClock,
    suite::{self, Harness, Settling, Time, blobs, publisher, queue, secrets},
};
use secrecy::SecretString;

use crate::support;

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new())
}

fn time() -> Time {
    Time::Real { clock: clock(), unit: Duration::from_secs(1) }
}

/// Cases at a time: they wait more than they work.
const AT_ONCE: usize = 8;
const VISIBILITY: Duration = Duration::from_secs(5);
const MAX_RECEIVE_COUNT: u32 = 3;

async fn queue_fixture() -> queue::Fixture {
    let config = support::config().await;
    let name = support::fresh();
    let (dlq, arn) = support::queue(&config, &format!("{name}-dlq"), &[]).await;
    let redrive = serde_json::json!({ "deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVE_COUNT });
    let attributes = [
        (QueueAttributeName::RedrivePolicy, redrive.to_string()),
        (QueueAttributeName::VisibilityTimeout, VISIBILITY.as_secs().to_string()),
    ];
    let (queue, _) = support::queue(&config, &name, &attributes).await;
    let mut fixture = queue::Fixture::new(Arc::new(queue), Arc::new(dlq), time());
    fixture.visibility = VISIBILITY;
    fixture.max_receive_count = MAX_RECEIVE_COUNT;
    fixture.settling = Settling::Eventually { clock: clock(), pause: Duration::from_millis(250), times: 40 };
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn queue_on_sqs() {
    suite::queue::all(&Harness::asynchronous(queue_fixture).at_once(AT_ONCE)).await;
}

async fn publisher_fixture() -> publisher::Fixture {
    let config = support::config().await;
    let names = support::topics(&config, &["/widget/made", "/other"]).await;
    let subscriber = |channel: &'static str| {
        let (config, names) = (config.clone(), names.clone());
        async move { Arc::new(support::subscriber(&config, &names, channel).await) as Arc<dyn Queue> }
    };
    publisher::Fixture {
        publisher: Arc::new(SnsTopics::new(aws_sdk_sns::Client::new(&config), names.clone())),
        channel: "/widget/made".to_owned(),
        queues: [subscriber("/widget/made").await, subscriber("/widget/made").await],
        other_channel: "/other".to_owned(),
        other_queue: subscriber("/other").await,
        failing_channel: Some("/no/such/topic".to_owned()),
        time: time(),
        keep: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn publisher_on_sns() {
    suite::publisher::all(&Harness::asynchronous(publisher_fixture).at_once(AT_ONCE)).await;
}

async fn blobs_fixture() -> blobs::Fixture {
    let (blobs, buckets) = support::blobs(&support::config().await).await;
    let mut fixture = blobs::Fixture::new(Arc::new(blobs));
    fixture.foreign_uris = vec![
        format!("s3://{}-2/a/b", buckets.objects),
        // A bucket holds its own keys only.
        format!("s3://{}/drafts/a.md", buckets.site),
        format!("s3://{}/site/index.html", buckets.objects),
    ];
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_on_s3() {
    suite::blobs::all(&Harness::asynchronous(blobs_fixture).at_once(AT_ONCE)).await;
}

/// Keeps a fixture's secrets apart from others in the same account: the suite's names are fixed.
#[derive(Debug)]
struct Prefixed {
    secrets: SecretsManager,
    prefix: String,
}

#[async_trait]
impl Secrets for Prefixed {
    async fn fetch(&self, name: &str) -> Result<SecretString, PortError> {
        self.secrets.fetch(&format!("{}/{name}", self.prefix)).await
    }

    async fn refresh(&self, name: &str) -> Result<SecretString, PortError> {
        self.secrets.refresh(&format!("{}/{name}", self.prefix)).await
    }
}

async fn secrets_fixture() -> secrets::Fixture {
    let client = aws_sdk_secretsmanager::Client::new(&support::config().await);
    let (clock, prefix) = (Arc::new(ManualClock::new()), support::fresh());
    let lifetime = Duration::from_secs(900);
    let made = client.create_secret().name(format!("{prefix}/{}", secrets::KNOWN)).secret_string(secrets::FIRST);
    made.send().await.expect("a secret");
    let adapter = SecretsManager::new(client.clone(), Arc::clone(&clock) as Arc<dyn Clock>, lifetime);
    let source = prefix.clone();
    let change: secrets::Change = Box::new(move |name, value| {
        let request = client.put_secret_value().secret_id(format!("{source}/{name}")).secret_string(value);
        Box::pin(async move {
            request.send().await.expect("a new value");
        })
    });
    secrets::Fixture {
        secrets: Arc::new(Prefixed { secrets: adapter, prefix }),
        change: Some(change),
        lifetime: Some(lifetime),
        time: Time::Manual(clock),
        keep: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_in_secrets_manager() {
    suite::secrets::all(&Harness::asynchronous(secrets_fixture)).await;
}
