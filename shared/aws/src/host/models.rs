//! The models of agents that ask none.

use std::convert::Infallible;

use mesh_core::{
    Settings,
    ports::{ModelSources, Models},
};

/// The models of an agent that asks none: no provider's client is linked into its binary.
///
/// # Errors
/// Never.
pub fn no_model(_: &Settings, _: ModelSources) -> Result<Models, Infallible> {
    Ok(Models::none())
}
