//! `mesh contracts`: the published language.

mod diff;
mod list;
mod show;
mod validate;

use anyhow::Context;
use mesh_contracts::{EventSpec, find};

use crate::{app::App, exit::Exit};

/// What can be done with contracts.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ContractsCommand {
    /// List the contracts of events and records
    List(list::ListArgs),
    /// Print a contract: JSON Schema 2020-12
    Show(show::ShowArgs),
    /// Judge a body by a contract
    Validate(validate::ValidateArgs),
    /// Say what changed between contracts, and whom it breaks
    Diff(diff::DiffArgs),
}

impl ContractsCommand {
    /// Does it.
    pub(super) async fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::List(args) => list::run(args, app),
            Self::Show(args) => show::run(&args, app),
            Self::Validate(args) => validate::run(args, app).await,
            Self::Diff(args) => diff::run(&args, app),
        }
    }
}

/// The contract that is meant: `content-ready-v1`, its `ce-dataschema`, or the event type `ContentReady`.
fn contract(name: &str) -> anyhow::Result<&'static EventSpec> {
    find(name).with_context(|| format!("there is no contract {name}; `mesh contracts list` names them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_known_by_each_of_its_names() {
        for name in ["content-ready-v1", "urn:content-mesh:contract:content-ready-v1", "ContentReady"] {
            assert_eq!(contract(name).expect(name).contract, "content-ready-v1");
        }
        assert!(contract("content-ready").is_err());
    }
}
