//! The adapters against the conformance suites, at the endpoint `AWS_ENDPOINT_URL` names, and against a stub for what
//! no endpoint can be made to answer.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code: a panic is how it reports")]
#![allow(clippy::disallowed_methods, reason = "a test binary is a host: it reads the environment and spawns the stub")]

mod blobs;
mod conformance;
mod queues;
mod secrets;
mod stub;
mod support;
mod topics;
