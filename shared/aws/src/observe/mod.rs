//! What an operator sees of a process: log lines as JSON, and metrics in CloudWatch's embedded format. Both go to standard
//! output, where Lambda and the container log drivers take them from. Never a payload, a prompt, a key.

mod fields;
mod lines;
mod metrics;

pub use lines::{FilterError, subscriber};
pub use metrics::{Metrics, NAMESPACE};
