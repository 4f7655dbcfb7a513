//! How often a secret is asked for.

use std::{sync::Arc, time::Duration};

use aws_sdk_secretsmanager::Client;
use futures_util::future;
use mesh_aws::{DEFAULT_SECRET_LIFETIME, SecretsManager};
use mesh_core::ports::{Clock, PortError, Secrets};
use mesh_testkit::clock::ManualClock;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::stub::{Answer, Request, Stub};

const NAME: &str = "/va/dev/openai-api-key";

/// A source whose `n`th answer is the value `value-n`, and the adapter over it.
async fn numbered() -> (Stub, SecretsManager, Arc<ManualClock>) {
    let respond = |n, _: &Request| {
        let body = json!({ "Name": NAME, "SecretString": json!({ "api_key": format!("value-{n}") }).to_string() });
        Answer::new(200, body.to_string()).after(Duration::from_millis(50))
    };
    let stub = Stub::start(respond).await;
    let clock = Arc::new(ManualClock::new());
    let secrets = SecretsManager::new(Client::new(&stub.config), Arc::clone(&clock) as _, DEFAULT_SECRET_LIFETIME);
    (stub, secrets, clock)
}

async fn all_fetch(secrets: &SecretsManager, expected: &str) {
    for value in future::join_all((0..50).map(|_| secrets.fetch(NAME))).await {
        assert_eq!(value.expect("a value").expose_secret(), expected);
    }
}

#[tokio::test]
async fn however_many_wait_it_is_one_call_a_lifetime() {
    let (stub, secrets, clock) = numbered().await;
    all_fetch(&secrets, "value-0").await;
    clock.advance(DEFAULT_SECRET_LIFETIME - Duration::from_millis(1));
    all_fetch(&secrets, "value-0").await;
    assert_eq!(stub.requests().len(), 1);
    clock.advance(Duration::from_millis(1));
    all_fetch(&secrets, "value-1").await;
    assert_eq!(stub.requests().len(), 2);
}

#[tokio::test]
async fn refreshes_at_the_same_time_are_one_call() {
    let (stub, secrets, clock) = numbered().await;
    all_fetch(&secrets, "value-0").await;
    for value in future::join_all((0..50).map(|_| secrets.refresh(NAME))).await {
        assert_eq!(value.expect("a value").expose_secret(), "value-1");
    }
    assert_eq!(stub.requests().len(), 2);
    clock.advance(Duration::from_secs(5));
    assert_eq!(secrets.refresh(NAME).await.expect("a value").expose_secret(), "value-2");
    all_fetch(&secrets, "value-2").await;
    assert_eq!(stub.requests().len(), 3);
}

#[tokio::test]
async fn names_are_apart_and_failures_are_not_kept() {
    let respond = |n, _: &Request| match n {
        0 => Answer::new(400, json!({ "__type": "ResourceNotFoundException", "Message": "no" }).to_string()),
        n => Answer::new(200, json!({ "SecretString": format!("value-{n}") }).to_string()),
    };
    let stub = Stub::start(respond).await;
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new());
    let secrets = SecretsManager::new(Client::new(&stub.config), clock, DEFAULT_SECRET_LIFETIME);
    assert!(matches!(secrets.fetch("a").await, Err(PortError::NotFound { .. })));
    assert_eq!(secrets.fetch("a").await.expect("a value").expose_secret(), "value-1");
    assert_eq!(secrets.fetch("b").await.expect("a value").expose_secret(), "value-2");
    let printed = format!("{secrets:?}");
    assert!(printed.contains("\"a\"") && !printed.contains("value-"), "{printed}");
}
