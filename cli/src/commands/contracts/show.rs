//! `mesh contracts show`: the schema, as it is kept under `contracts/`.

use crate::{app::App, exit::Exit};

/// Which contract.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// The contract, such as content-request-v1, or its event type
    contract: String,
}

pub(super) fn run(args: &ShowArgs, app: &App) -> anyhow::Result<Exit> {
    app.out.raw(&mesh_contracts::schema::file(super::contract(&args.contract)?))?;
    Ok(Exit::Ok)
}
