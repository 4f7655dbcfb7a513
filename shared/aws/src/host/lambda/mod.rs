//! The Lambda function: batches of its queue, and the schedule's sweep.

mod function;
mod record;
mod runtime;

pub use function::{Answer, Function, Refusal};
pub(super) use runtime::{report_init_error, run};
