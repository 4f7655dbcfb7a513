//! Conformance of a [`Secrets`].

use std::{any::Any, fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use mesh_core::ports::{PortError, Secrets};
use secrecy::ExposeSecret;

use super::{Breach, Case, Harness, Said, Time, Verdict, case, enforce, ensure, ensure_eq, examine};

/// Changes the value of a secret at its source: name and value.
pub type Change = Box<dyn Fn(&str, &str) -> BoxFuture<'static, ()> + Send + Sync>;

/// A source that holds the secret `mesh/known` with the value `first-value` and no `mesh/unknown`.
pub struct Fixture {
    /// The adapter under test.
    pub secrets: Arc<dyn Secrets>,
    /// Changes the source; `None` when it cannot be changed while the process runs.
    pub change: Option<Change>,
    /// How long a value is cached; `None` when it is for good.
    pub lifetime: Option<Duration>,
    /// The time the cache goes by.
    pub time: Time,
    /// Whatever must live as long as the source, such as a directory.
    pub keep: Option<Box<dyn Any + Send + Sync>>,
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fixture")
    }
}

/// The secret every fixture holds.
pub const KNOWN: &str = "mesh/known";
/// A secret no fixture holds.
pub const UNKNOWN: &str = "mesh/unknown";
/// The value of [`KNOWN`] at first.
pub const FIRST: &str = "first-value";
const SECOND: &str = "second-value";

/// Every case of the suite.
#[must_use]
pub fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(a_known_secret_is_fetched, "fetch and refresh answer the value at the source"),
        case!(an_unknown_secret_is_not_found, "fetch and refresh of an unknown name are NotFound"),
        case!(a_value_is_cached, "a value that was fetched is not fetched again during its lifetime"),
        case!(refresh_fetches_anew, "refresh answers the value now at the source, and fetch does from then on"),
        case!(a_lifetime_ends, "after its lifetime a value is fetched again"),
        case!(values_are_not_printed, "neither the adapter's debug text nor its answers print a value"),
    ]
}

/// Runs every case and returns the broken obligations.
pub async fn check(harness: &Harness<Fixture>) -> Vec<Breach> {
    examine(harness, cases()).await
}

/// Runs every case.
///
/// # Panics
/// When an obligation is broken, with the list of them.
pub async fn all(harness: &Harness<Fixture>) {
    enforce("secrets", &check(harness).await);
}

impl Fixture {
    async fn fetched(&self, when: &str, expected: &str) -> Verdict {
        let value = self.secrets.fetch(KNOWN).await.said("fetch")?;
        ensure_eq(&format!("the value {when}"), value.expose_secret(), expected)
    }
}

async fn a_known_secret_is_fetched(f: &Fixture) -> Verdict {
    f.fetched("at first", FIRST).await?;
    let refreshed = f.secrets.refresh(KNOWN).await.said("refresh")?;
    ensure_eq("the value refreshed", refreshed.expose_secret(), FIRST)
}

async fn an_unknown_secret_is_not_found(f: &Fixture) -> Verdict {
    for (call, answer) in [("fetch", f.secrets.fetch(UNKNOWN).await), ("refresh", f.secrets.refresh(UNKNOWN).await)] {
        ensure!(
            matches!(answer, Err(PortError::NotFound { .. })),
            "{call} of an unknown secret: {answer:?} instead of NotFound"
        );
    }
    f.fetched("after that of an unknown one", FIRST).await
}

async fn a_value_is_cached(f: &Fixture) -> Verdict {
    let Some(change) = &f.change else {
        return Ok(());
    };
    f.fetched("at first", FIRST).await?;
    change(KNOWN, SECOND).await;
    f.fetched("while it is cached", FIRST).await?;
    if let Some(lifetime) = f.lifetime {
        f.time.pass(lifetime / 2).await;
        f.fetched("at half of its lifetime", FIRST).await?;
    }
    Ok(())
}

async fn refresh_fetches_anew(f: &Fixture) -> Verdict {
    let Some(change) = &f.change else {
        return Ok(());
    };
    f.fetched("at first", FIRST).await?;
    change(KNOWN, SECOND).await;
    let refreshed = f.secrets.refresh(KNOWN).await.said("refresh")?;
    ensure_eq("the value refreshed", refreshed.expose_secret(), SECOND)?;
    f.fetched("after a refresh", SECOND).await
}

async fn a_lifetime_ends(f: &Fixture) -> Verdict {
    let (Some(change), Some(lifetime)) = (&f.change, f.lifetime) else {
        return Ok(());
    };
    f.fetched("at first", FIRST).await?;
    change(KNOWN, SECOND).await;
    f.time.pass(lifetime + f.time.units(1)).await;
    f.fetched("after its lifetime", SECOND).await
}

async fn values_are_not_printed(f: &Fixture) -> Verdict {
    let value = f.secrets.fetch(KNOWN).await.said("fetch")?;
    for (what, text) in [("the adapter", format!("{:?}", f.secrets)), ("the answer", format!("{value:?}"))] {
        ensure!(!text.contains(FIRST), "the debug text of {what} holds the value");
    }
    Ok(())
}
