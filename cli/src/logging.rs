//! Logs go to stderr, filtered by `MESH_LOG`.

use std::io;

use anyhow::anyhow;
use mesh_core::env::MESH_LOG;
use tracing_subscriber::EnvFilter;

/// What is logged when nobody says otherwise. The SDK warns of each place where it found no credentials.
const USUAL: &str = "warn,aws_config=error";

/// Starts logging what `filter` lets through; absent: warnings.
pub(crate) fn start(filter: Option<&str>) -> anyhow::Result<()> {
    let filter = parse(filter.unwrap_or(USUAL))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false).init();
    Ok(())
}

fn parse(filter: &str) -> anyhow::Result<EnvFilter> {
    let allowed = "off, error, warn, info, debug, trace, or a filter such as mesh_core=debug";
    EnvFilter::builder().parse(filter).map_err(|_| anyhow!("{MESH_LOG} is {filter:?}; allowed is {allowed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_named() {
        assert!(parse("info,mesh_core=debug").is_ok() && parse(USUAL).is_ok());
        let error = format!("{:#}", parse("info=loud=really").expect_err("no filter"));
        assert!(error.starts_with("MESH_LOG is \"info=loud=really\""), "{error}");
    }
}
