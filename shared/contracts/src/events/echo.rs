//! The events of `echo`, the smallest agent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::failure_event;
use crate::{Contract, Finality, Text, object::object_only};

/// Asks for an echo. Published to `/echo/requested` by anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct EchoRequested {
    /// What to say back.
    pub message: Text<1, 1000>,
}
object_only!(EchoRequested);

impl Contract for EchoRequested {
    const TYPE: &'static str = "EchoRequested";
    const CONTRACT: &'static str = "echo-requested-v1";
    const CHANNEL: &'static str = "/echo/requested";
    const FINALITY: Finality = Finality::Step;
}

/// The echo. Published to `/echo/echoed` by echo; ends the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Echoed {
    /// What was said.
    pub message: Text<1, 1000>,
}
object_only!(Echoed);

impl Contract for Echoed {
    const TYPE: &'static str = "Echoed";
    const CONTRACT: &'static str = "echoed-v1";
    const CHANNEL: &'static str = "/echo/echoed";
    const FINALITY: Finality = Finality::Final;
}

failure_event! {
    /// The echo could not be made. Published to `/content/errors` by echo.
    EchoFailure, "EchoFailure", "echo-failure-v1"
}
