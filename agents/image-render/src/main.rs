//! The process of `image-render`: a Lambda function behind its queue, or a worker that polls it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mesh_aws::host::start(agent_image_render::agent, mesh_aws::host::image_model)
}
