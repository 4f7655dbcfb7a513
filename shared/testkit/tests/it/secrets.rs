//! The secrets suite passes what is right and names what is wrong.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::FutureExt;
use mesh_core::{
    Timestamp,
    ports::{Clock, PortError, Secrets},
};
use mesh_testkit::{
    block_on,
    clock::ManualClock,
    suite::{
        Harness, Time,
        secrets::{FIRST, Fixture, KNOWN, all, cases, check},
    },
};
use secrecy::SecretString;

use crate::every_flaw_is_found;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    NeverCaches,
    CachesForEver,
    RefreshesFromCache,
    InventsUnknown,
    PrintsValues,
    ForgetsTheRefreshed,
    AnswersUpperCase,
}

type Source = Arc<Mutex<BTreeMap<String, String>>>;

struct MemorySecrets {
    source: Source,
    cache: Mutex<BTreeMap<String, (Timestamp, String)>>,
    clock: Arc<ManualClock>,
    flaw: Option<Flaw>,
}

const LIFETIME: Duration = Duration::from_secs(300);

impl fmt::Debug for MemorySecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.flaw {
            Some(Flaw::PrintsValues) => write!(f, "MemorySecrets({:?})", self.cache),
            _ => f.write_str("MemorySecrets"),
        }
    }
}

impl MemorySecrets {
    fn read(&self, name: &str) -> Result<String, PortError> {
        let value = self.source.lock().unwrap().get(name).cloned();
        let invented = Some(String::new()).filter(|_| self.flaw == Some(Flaw::InventsUnknown));
        let value = value.or(invented);
        let value = value.ok_or_else(|| PortError::NotFound { port: "secrets", what: name.to_owned() })?;
        if self.flaw != Some(Flaw::NeverCaches) {
            self.cache.lock().unwrap().insert(name.to_owned(), (self.clock.now(), value.clone()));
        }
        Ok(if self.flaw == Some(Flaw::AnswersUpperCase) { value.to_uppercase() } else { value })
    }
}

#[async_trait]
impl Secrets for MemorySecrets {
    async fn fetch(&self, name: &str) -> Result<SecretString, PortError> {
        let fresh =
            |since: &Timestamp| self.flaw == Some(Flaw::CachesForEver) || since.until(self.clock.now()) <= LIFETIME;
        let cached = self.cache.lock().unwrap().get(name).cloned().filter(|(since, _)| fresh(since));
        Ok(match cached {
            Some((_, value)) => value.into(),
            None => self.read(name)?.into(),
        })
    }

    async fn refresh(&self, name: &str) -> Result<SecretString, PortError> {
        match self.flaw {
            Some(Flaw::RefreshesFromCache) => self.fetch(name).await,
            Some(Flaw::ForgetsTheRefreshed) => {
                let before = self.cache.lock().unwrap().clone();
                let value = self.read(name)?;
                *self.cache.lock().unwrap() = before;
                Ok(value.into())
            }
            _ => Ok(self.read(name)?.into()),
        }
    }
}

fn harness(flaw: Option<Flaw>) -> Harness<Fixture> {
    Harness::new(move || {
        let clock = Arc::new(ManualClock::new());
        let source: Source = Arc::new(Mutex::new(BTreeMap::from([(KNOWN.to_owned(), FIRST.to_owned())])));
        let secrets =
            MemorySecrets { source: Arc::clone(&source), cache: Mutex::default(), clock: Arc::clone(&clock), flaw };
        Fixture {
            secrets: Arc::new(secrets),
            change: Some(Box::new(move |name, value| {
                source.lock().unwrap().insert(name.to_owned(), value.to_owned());
                std::future::ready(()).boxed()
            })),
            lifetime: Some(LIFETIME),
            time: Time::Manual(clock),
            keep: None,
        }
    })
}

#[test]
fn a_correct_source_passes() {
    block_on(all(&harness(None)));
}

#[test]
fn every_flaw_is_found_by_its_case() {
    let flaws = [
        (Flaw::NeverCaches, "a_value_is_cached"),
        (Flaw::CachesForEver, "a_lifetime_ends"),
        (Flaw::RefreshesFromCache, "refresh_fetches_anew"),
        (Flaw::ForgetsTheRefreshed, "refresh_fetches_anew"),
        (Flaw::InventsUnknown, "an_unknown_secret_is_not_found"),
        (Flaw::PrintsValues, "values_are_not_printed"),
        (Flaw::AnswersUpperCase, "a_known_secret_is_fetched"),
    ];
    let names = cases().into_iter().map(|case| case.name);
    every_flaw_is_found(names, &flaws, |flaw| block_on(check(&harness(Some(flaw)))));
}
