//! One endpoint for all services, told apart as AWS tells them apart: by target, by form, else S3.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{self, Body},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::Response,
};
use bytes::Bytes;
use serde_json::Value;

use super::{calls::Calls, dynamodb::Tables, queue::Queue, s3::Buckets, secrets, serve, sns, sqs};

/// The account everything is in.
pub const ACCOUNT: &str = "123456789012";
/// Its region.
pub const REGION: &str = "eu-central-1";
/// Largest request that is read.
const LARGEST: usize = 64 << 20;

/// What the stub of AWS knows.
#[derive(Debug, Default)]
pub struct Aws {
    /// What was called.
    pub calls: Calls,
    pub(super) tables: Tables,
    pub(super) buckets: Buckets,
    queues: Mutex<BTreeMap<String, Arc<Queue>>>,
    /// Name of a topic to the queues that hear it.
    pub(super) subscriptions: Mutex<BTreeMap<String, Vec<Arc<Queue>>>>,
}

/// One request, read whole.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) caller: String,
}

impl Aws {
    /// Starts a stub; it ends with the process.
    pub async fn start() -> (Arc<Self>, SocketAddr) {
        let aws = Arc::new(Self::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&aws));
        (aws, serve(router).await)
    }

    /// The queue of this name; made when it is new.
    #[must_use]
    pub fn queue(&self, name: &str) -> Arc<Queue> {
        let mut queues = self.queues.lock().unwrap();
        Arc::clone(queues.entry(name.to_owned()).or_insert_with(|| Arc::new(Queue::new(name))))
    }

    /// How many objects have this in their bucket and key.
    #[must_use]
    pub fn stored(&self, part: &str) -> usize {
        self.buckets.count(part)
    }

    /// Lets a queue hear a topic.
    pub fn subscribe(&self, topic: &str, queue: &Arc<Queue>) {
        self.subscriptions.lock().unwrap().entry(topic.to_owned()).or_default().push(Arc::clone(queue));
    }
}

async fn answer(State(aws): State<Arc<Aws>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = body::to_bytes(body, LARGEST).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "too large for the stub".into());
    };
    let caller = caller(&parts.headers);
    let call = Call { method: parts.method, uri: parts.uri, headers: parts.headers, body, caller };
    let target = call.header("x-amz-target").unwrap_or_default().to_owned();
    if let Some((service, operation)) = target.split_once('.') {
        return by_target(&aws, service, operation, &call).await;
    }
    if call
        .header(header::CONTENT_TYPE.as_str())
        .is_some_and(|form| form.starts_with("application/x-www-form-urlencoded"))
    {
        return sns::answer(&aws, &call);
    }
    aws.buckets.answer(&aws.calls, &call)
}

async fn by_target(aws: &Aws, service: &str, operation: &str, call: &Call) -> Response {
    let input: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let (name, answer) = match service {
        "DynamoDB_20120810" => ("DynamoDB", aws.tables.answer(operation, &input)),
        "AmazonSQS" => ("SQS", sqs::answer(aws, operation, &input).await.map(Ok)),
        "secretsmanager" => ("SecretsManager", secrets::answer(operation, &input).map(Ok)),
        _ => return plain(StatusCode::NOT_IMPLEMENTED, "text/plain", format!("the stub has no {service}")),
    };
    aws.calls.count(&call.caller, name, operation);
    match answer {
        Some(Ok(output)) => plain(StatusCode::OK, "application/x-amz-json-1.0", output.to_string()),
        Some(Err(error)) => plain(StatusCode::BAD_REQUEST, "application/x-amz-json-1.0", error.to_string()),
        None => plain(StatusCode::NOT_IMPLEMENTED, "text/plain", format!("the stub has no {name} {operation}")),
    }
}

/// The access key of a signature: `AWS4-HMAC-SHA256 Credential=<key>/<date>/...`.
fn caller(headers: &HeaderMap) -> String {
    let signature = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let credential = signature.split_once("Credential=").map_or("unsigned", |(_, rest)| rest);
    credential.split('/').next().unwrap_or_default().to_owned()
}

/// An answer with a text as its body.
pub(super) fn plain(status: StatusCode, media_type: &str, body: String) -> Response {
    let answer = Response::builder().status(status).header(header::CONTENT_TYPE, media_type);
    answer.header("x-amzn-requestid", "stub").body(Body::from(body)).unwrap()
}

impl Call {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
