//! The process of `content-gen`: a Lambda function behind its queue, or a worker that polls it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mesh_aws::host::start(agent_content_gen::agent, mesh_aws::host::text_model)
}
