//! `mesh contracts validate`: judges a body as the mesh would.

use std::path::PathBuf;

use mesh_contracts::EventSpec;
use serde::Serialize;

use crate::{
    app::App,
    door::{self, Refusal},
    exit::Exit,
    output::style,
};

/// Which body, by which contract.
#[derive(Debug, clap::Args)]
pub(crate) struct ValidateArgs {
    /// The body, JSON; - reads standard input
    file: PathBuf,
    /// The contract, such as content-request-v1, or its event type
    #[arg(long)]
    contract: String,
}

/// The verdict.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Verdict {
    contract: &'static str,
    valid: bool,
    #[serde(flatten)]
    refusal: Option<Refusal>,
}

pub(super) async fn run(args: ValidateArgs, app: &App) -> anyhow::Result<Exit> {
    let spec = super::contract(&args.contract)?;
    let verdict = judge(spec, &door::read_body(&args.file).await?);
    if app.out.json {
        app.out.value(&verdict)?;
    } else {
        match &verdict.refusal {
            Some(refusal) => app.out.line(refusal)?,
            None => app.out.line(format_args!("{} by {}", style::good("valid"), verdict.contract))?,
        }
    }
    Ok(if verdict.valid { Exit::Ok } else { Exit::Failure })
}

fn judge(spec: &EventSpec, body: &str) -> Verdict {
    let refusal = door::admit(spec, body).err();
    Verdict { contract: spec.contract, valid: refusal.is_none(), refusal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_names_the_contract_and_what_is_wrong() {
        let spec = super::super::contract("EchoRequested").expect("a contract");
        assert_eq!(
            judge(spec, r#"{"message": "hi"}"#),
            Verdict { contract: spec.contract, valid: true, refusal: None }
        );
        let verdict = judge(spec, "{}");
        let fields: Vec<String> =
            verdict.refusal.iter().flat_map(|r| &r.details).map(|d| d.field.to_string()).collect();
        assert_eq!((verdict.valid, fields), (false, vec!["message".to_owned()]));
    }
}
