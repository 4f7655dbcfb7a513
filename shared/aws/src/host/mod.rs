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
pub use models::no_model;
pub use service::{Service, serve};
pub use start::start;
