//! Stubs on loopback: AWS itself, the Lambda Runtime API, a model's provider. They answer at once and count what they
//! are asked. They know what the mesh and its peer ask for, and no more; what they do not know they refuse by name.

mod aws;
mod calls;
mod condition;
mod dynamodb;
mod expression;
mod model;
mod queue;
mod runtime;
mod s3;
mod secrets;
mod sns;
mod sqs;

use std::net::SocketAddr;

use axum::Router;

pub use aws::{ACCOUNT, Aws, REGION};
pub use calls::{Calls, Operation};
pub use model::{Exchange, Model};
pub use queue::{Message, Queue};
pub use runtime::{Invocation, Runtime};
pub(crate) use sns::notification;
pub(crate) use sqs::system_attributes;

/// Serves on a free port of loopback until the process ends.
async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}
