//! The process of `refine`: a Lambda function behind its queue, or a worker that polls it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mesh_aws::host::start(agent_refine::agent, mesh_aws::host::text_model)
}
