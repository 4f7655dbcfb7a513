//! The ports on AWS: SNS, SQS, DynamoDB, S3, Secrets Manager, Bedrock; and the two hosts, Lambda and worker.
//! Never an agent, never a rule of the mesh.

mod batch;
mod bedrock;
mod blobs;
pub mod clients;
mod error;
pub mod host;
mod names;
pub mod observe;
mod queue;
mod secrets;
mod state;
mod topics;

pub use bedrock::{BedrockChat, BedrockImages, BedrockSettings};
pub use blobs::{Buckets, S3Blobs};
pub use names::Names;
pub use queue::SqsQueue;
pub use secrets::{DEFAULT_SECRET_LIFETIME, SecretsManager};
pub use state::DynamoState;
pub use topics::SnsTopics;
