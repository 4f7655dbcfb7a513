//! The two hosts of an agent, from one binary: a Lambda function when `AWS_LAMBDA_RUNTIME_API` is set, otherwise a worker
//! that polls the agent's queue.

mod deployment;
mod lambda;
mod models;
mod parts;
mod service;
mod start;
mod worker;

pub use deployment::{Deployment, Place};
pub use lambda::{Answer, Function, Refusal};
pub use models::{image_model, no_model, text_model, with_bedrock};
pub use service::{Service, serve};
pub use start::start;
