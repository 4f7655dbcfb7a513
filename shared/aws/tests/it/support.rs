//! Clients, and fresh topics, queues and buckets.

use std::{collections::HashMap, env};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::types::CreateBucketConfiguration;
use aws_sdk_sqs::{config::Credentials, types::QueueAttributeName};
use mesh_aws::{Buckets, Names, S3Blobs, SqsQueue, clients};
use mesh_core::message::Message;
use mesh_system::{SystemEntropy, uuid};

/// A configuration for the endpoint under test.
pub(crate) async fn config() -> SdkConfig {
    let endpoint = env::var("AWS_ENDPOINT_URL").ok().filter(|endpoint| !endpoint.is_empty());
    at(&endpoint.expect("AWS_ENDPOINT_URL must name the AWS endpoint these tests run against")).await
}

/// The configuration of the product, for an endpoint. Region and credentials are made up when the environment has none.
pub(crate) async fn at(endpoint: &str) -> SdkConfig {
    let product = clients::config().await;
    // An endpoint given in code wins over the environment's; one set on a finished configuration would not.
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(endpoint);
    loader = loader.region(product.region().cloned().unwrap_or_else(|| Region::from_static("eu-central-1")));
    loader = loader.retry_config(product.retry_config().expect("retries").clone());
    loader = loader.timeout_config(product.timeout_config().expect("timeouts").clone());
    if env::var("AWS_ACCESS_KEY_ID").is_err() {
        loader = loader.credentials_provider(Credentials::new("test", "test", None, None, "made up"));
    }
    loader.load().await
}

/// A name nothing else has.
pub(crate) fn fresh() -> String {
    format!("it-{}", &uuid(&SystemEntropy).simple().to_string()[..12])
}

pub(crate) fn region(config: &SdkConfig) -> String {
    config.region().expect("a region").to_string()
}

/// Makes topics for these channels under a fresh prefix.
pub(crate) async fn topics(config: &SdkConfig, channels: &[&str]) -> Names {
    let client = aws_sdk_sns::Client::new(config);
    let mut names = Names::new(fresh(), "000000000000", region(config));
    for channel in channels {
        let made = client.create_topic().name(names.topic(channel)).send().await.expect("a topic");
        let arn = made.topic_arn.expect("an ARN");
        names.account = arn.split(':').nth(4).expect("an account").to_owned();
    }
    names
}

/// A queue with these attributes, and its ARN.
pub(crate) async fn queue(
    config: &SdkConfig,
    name: &str,
    attributes: &[(QueueAttributeName, String)],
) -> (SqsQueue, String) {
    let client = aws_sdk_sqs::Client::new(config);
    let attributes: HashMap<_, _> = attributes.iter().cloned().collect();
    client.create_queue().queue_name(name).set_attributes(Some(attributes)).send().await.expect("a queue");
    let queue = SqsQueue::named(client.clone(), name).await.expect("the queue");
    let request = client.get_queue_attributes().queue_url(queue.url());
    let answer = request.attribute_names(QueueAttributeName::QueueArn).send().await.expect("the queue's attributes");
    let arn = answer.attributes.expect("attributes")[&QueueAttributeName::QueueArn].clone();
    (queue, arn)
}

/// A queue that is subscribed to a channel's topic; non-raw.
pub(crate) async fn subscriber(config: &SdkConfig, names: &Names, channel: &str) -> SqsQueue {
    let name = fresh();
    let topic = names.topic_arn(channel);
    let arn = format!("arn:{}:sqs:{}:{}:{name}", names.partition, names.region, names.account);
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "sns.amazonaws.com" }, "Action": "sqs:SendMessage",
        "Resource": arn, "Condition": { "ArnEquals": { "aws:SourceArn": topic } }
    }] });
    let (queue, arn) = self::queue(config, &name, &[(QueueAttributeName::Policy, policy.to_string())]).await;
    let request = aws_sdk_sns::Client::new(config).subscribe().topic_arn(topic).protocol("sqs").endpoint(arn);
    request.send().await.expect("a subscription");
    queue
}

/// Two fresh buckets.
pub(crate) async fn buckets(config: &SdkConfig) -> Buckets {
    let client = clients::s3(config);
    let base = fresh();
    let buckets = Buckets { objects: format!("{base}-objects"), site: format!("{base}-site") };
    for bucket in [&buckets.objects, &buckets.site] {
        let region = region(config);
        let place = CreateBucketConfiguration::builder().location_constraint(region.as_str().into()).build();
        let place: Option<CreateBucketConfiguration> = (region != "us-east-1").then_some(place);
        let request = client.create_bucket().bucket(bucket).set_create_bucket_configuration(place);
        request.send().await.expect("a bucket");
    }
    buckets
}

/// Objects in two fresh buckets.
pub(crate) async fn blobs(config: &SdkConfig) -> (S3Blobs, Buckets) {
    let buckets = buckets(config).await;
    (S3Blobs::new(clients::s3(config), buckets.clone()), buckets)
}

pub(crate) fn message(channel: &str, n: usize) -> Message {
    Message {
        channel: channel.to_owned(),
        subject: format!("WidgetMade {n}"),
        attributes: [("ce-id".to_owned(), format!("event-{n}"))].into(),
        body: format!("{{\"n\": {n}}}"),
    }
}
