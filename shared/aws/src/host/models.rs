//! The models of agents that ask none.

use std::{convert::Infallible, sync::Arc};

use mesh_core::{
    Settings,
    ports::{Clock, Models, Secrets},
};

/// The models of an agent that asks none: no provider's client is linked into its binary.
///
/// # Errors
/// Never.
pub fn no_model(_: &Settings, _: Arc<dyn Secrets>, _: Arc<dyn Clock>) -> Result<Models, Infallible> {
    Ok(Models::none())
}
