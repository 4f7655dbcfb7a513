//! The ports on AWS: SNS, SQS, DynamoDB, S3, Secrets Manager; and the two hosts, Lambda and worker.
//! Never an agent, never a rule of the mesh.

pub mod clients;
mod names;

pub use names::Names;
