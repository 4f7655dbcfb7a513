//! The Lambda Runtime API of one function: hands out one event at a time and takes the answer, both with their times.

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::{self, Body},
    extract::{Path as Segment, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use uuid::Uuid;

use super::{ACCOUNT, REGION, serve};

/// How one invocation went.
#[derive(Debug)]
pub struct Invocation {
    /// From the answer to `/next` until the function's own answer.
    pub wall: Duration,
    /// What it answered, or the error it reported.
    pub answer: Result<Value, Value>,
}

struct Order {
    event: String,
    done: oneshot::Sender<Invocation>,
}

struct Running {
    id: String,
    since: Instant,
    done: oneshot::Sender<Invocation>,
}

struct Shared {
    timeout: Duration,
    orders: Mutex<mpsc::Receiver<Order>>,
    running: Mutex<Option<Running>>,
    /// When `/next` was first asked for.
    first_next: watch::Sender<Option<Instant>>,
    init_error: watch::Sender<Option<String>>,
}

/// The API of one function.
#[derive(Debug)]
pub struct Runtime {
    /// Where it listens; `AWS_LAMBDA_RUNTIME_API`.
    pub address: SocketAddr,
    orders: mpsc::Sender<Order>,
    first_next: watch::Receiver<Option<Instant>>,
    init_error: watch::Receiver<Option<String>>,
}

impl Runtime {
    /// Starts the API of one function; it ends with the process. `timeout` is the function's.
    pub async fn start(timeout: Duration) -> Self {
        let (orders, receiver) = mpsc::channel(1);
        let (first, first_next) = watch::channel(None);
        let (failed, init_error) = watch::channel(None);
        let shared = Shared {
            timeout,
            orders: Mutex::new(receiver),
            running: Mutex::new(None),
            first_next: first,
            init_error: failed,
        };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error_reported))
            .with_state(Arc::new(shared));
        Self { address: serve(router).await, orders, first_next, init_error }
    }

    /// When the function was ready: its first `/next`. An error in its initialisation ends the measurement; its output
    /// is in `log`.
    pub async fn ready(&self, log: &Path) -> Instant {
        let (mut ready, mut failed) = (self.first_next.clone(), self.init_error.clone());
        tokio::select! {
            at = ready.wait_for(Option::is_some) => at.unwrap().unwrap(),
            error = failed.wait_for(Option::is_some) => panic!("the function did not start: {:?}", *error.unwrap()),
            () = tokio::time::sleep(Duration::from_secs(30)) => panic!("no /next within 30 s; see {}", log.display()),
        }
    }

    /// Runs the function on one event.
    pub async fn invoke(&self, event: &Value) -> Invocation {
        let (done, answer) = oneshot::channel();
        let taken = self.orders.send(Order { event: event.to_string(), done }).await.is_ok();
        assert!(taken, "the API serves");
        answer.await.expect("the function answers")
    }
}

type Api = State<Arc<Shared>>;

async fn next(State(shared): Api) -> Response {
    shared.first_next.send_if_modified(|first| {
        let new = first.is_none();
        first.get_or_insert_with(Instant::now);
        new
    });
    let Some(Order { event, done }) = shared.orders.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let id = Uuid::new_v4().to_string();
    let ends = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + shared.timeout;
    let answer = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &id)
        .header("lambda-runtime-deadline-ms", ends.as_millis().to_string())
        .header("lambda-runtime-invoked-function-arn", format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:measured"))
        .header("lambda-runtime-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0")
        .body(Body::from(event))
        .unwrap();
    *shared.running.lock().await = Some(Running { id, since: Instant::now(), done });
    answer
}

async fn response(State(shared): Api, Segment(id): Segment<String>, request: Request) -> (StatusCode, String) {
    finish(&shared, &id, request, Ok).await
}

async fn error(State(shared): Api, Segment(id): Segment<String>, request: Request) -> (StatusCode, String) {
    finish(&shared, &id, request, Err).await
}

async fn finish(
    shared: &Shared,
    id: &str,
    request: Request,
    how: fn(Value) -> Result<Value, Value>,
) -> (StatusCode, String) {
    let body = body::to_bytes(request.into_body(), 6 << 20).await.unwrap_or_default();
    let arrived = Instant::now();
    let running = shared.running.lock().await.take_if(|running| running.id == id);
    let Some(Running { since, done, .. }) = running else {
        return (StatusCode::BAD_REQUEST, json!({ "errorType": "InvalidRequestID" }).to_string());
    };
    let answer = how(serde_json::from_slice(&body).unwrap_or_default());
    let _ = done.send(Invocation { wall: arrived - since, answer });
    (StatusCode::ACCEPTED, json!({ "status": "OK" }).to_string())
}

async fn init_error_reported(State(shared): Api, body: String) -> StatusCode {
    shared.init_error.send_replace(Some(body));
    StatusCode::ACCEPTED
}
