//! The process of `image-plan`: a Lambda function behind its queue, or a worker that polls it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mesh_aws::host::start(agent_image_plan::agent, mesh_aws::host::text_model)
}
