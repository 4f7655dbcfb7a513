//! The loop that takes invocations from the Runtime API.

use std::time::Duration;

use futures_util::future::{Either, select};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use lambda_runtime_api_client::{BoxError, Client, body::Body};
use mesh_core::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::Function;
use crate::{
    host::parts::{Key, Parts},
    observe::Metrics,
};

/// What the service files a failed start under.
const INIT_ERROR: &str = "Runtime.InitError";
/// How long the service is given to hear of it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Takes invocations until the service ends the process.
pub(in crate::host) async fn run(parts: Parts, metrics: Metrics) -> Result<(), String> {
    let function = Function::new(parts.runner, parts.queue);
    let cold = Mutex::new(parts.key);
    let (function, cold) = (&function, &cold);
    let handler = service_fn(move |event: LambdaEvent<Value>| async move {
        let LambdaEvent { payload, context } = event;
        metrics.of_request(&context.request_id);
        let ends_at = Timestamp(i64::try_from(context.deadline).unwrap_or(i64::MAX));
        let key = cold.lock().await.take();
        let answer = with_key(key, function.invoke(payload, ends_at)).await;
        metrics.flush();
        // Logged by the runtime, which tells the service as well.
        answer.map_err(|refusal| Diagnostic::from(&refusal))
    });
    lambda_runtime::run(handler).await.map_err(|error| error.to_string())
}

/// Fetches the key beside the first invocation, not before: until a process has asked for work it starts as quickly as it
/// can, and between asking and getting it may be frozen with a half-made call. It is never waited for.
async fn with_key<T>(key: Option<Key>, work: impl Future<Output = T>) -> T {
    let Some(key) = key else { return work.await };
    let (work, warm) = (std::pin::pin!(work), std::pin::pin!(key.warm()));
    match select(work, warm).await {
        Either::Left((done, _)) => done,
        Either::Right(((), work)) => work.await,
    }
}

/// Tells the service why the process does not start. `endpoint` is host and port of the Runtime API.
pub(in crate::host) async fn report_init_error(endpoint: &str, message: &str) -> Result<(), String> {
    let post = async {
        let base: http::Uri = format!("http://{endpoint}").parse()?;
        let body = json!({ "errorType": INIT_ERROR, "errorMessage": message }).to_string();
        let request = http::Request::post("/2018-06-01/runtime/init/error")
            .header("content-type", "application/json")
            .header("lambda-runtime-function-error-type", INIT_ERROR)
            .body(Body::from(body))?;
        let answer = Client::builder().with_endpoint(base).build()?.call(request).await?;
        Ok::<_, BoxError>(answer.status())
    };
    match tokio::time::timeout(PATIENCE, post).await {
        Ok(Ok(status)) if status.is_success() => Ok(()),
        Ok(Ok(status)) => Err(format!("the Runtime API answered {status}")),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the Runtime API did not answer".to_owned()),
    }
}
