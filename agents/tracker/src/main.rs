//! The process of `tracker`: a Lambda function behind its queue, or a worker that polls it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mesh_aws::host::start(agent_tracker::agent, mesh_aws::host::no_model)
}
