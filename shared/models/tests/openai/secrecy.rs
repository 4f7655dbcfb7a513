//! The key: how it is had, and that nobody sees it.

use mesh_core::ports::{ModelErrorKind, PortError};

use crate::world::{KEY, NEW_KEY, World, error, ok, request};

#[tokio::test]
async fn a_wrong_key_is_fetched_anew_once() {
    let bad = || error(401, "invalid_api_key", "invalid_request_error", &format!("Incorrect API key provided: {KEY}."));
    let healed = World::with_keys(vec![bad(), ok()], vec![KEY, NEW_KEY], None);
    assert_eq!(healed.ask().await.unwrap().attempts, 2);
    assert_eq!(healed.received()[1].header("authorization"), Some(format!("Bearer {NEW_KEY}").as_str()));

    let still_bad = World::with_keys(vec![bad(), bad(), ok()], vec![KEY, NEW_KEY], None);
    assert_eq!(still_bad.ask().await.unwrap_err().kind, ModelErrorKind::Auth);
    assert_eq!((still_bad.calls(), *still_bad.keys.refreshed.lock().unwrap()), (2, 1));

    let unchanged = World::new(vec![bad(), ok()]);
    let error = unchanged.ask().await.unwrap_err();
    assert_eq!((error.kind, unchanged.calls()), (ModelErrorKind::Auth, 1));
    assert!(error.message.contains("[key]"), "{}", error.message);
}

#[tokio::test]
async fn a_key_that_cannot_be_had_makes_no_call() {
    fn absent() -> PortError {
        PortError::NotFound { port: "Secrets", what: KEY.into() }
    }
    fn away() -> PortError {
        PortError::unavailable("Secrets", KEY, "down")
    }
    let world = World::with_keys(vec![ok()], vec![KEY], Some(absent));
    assert_eq!((world.ask().await.unwrap_err().kind, world.calls()), (ModelErrorKind::Auth, 0));
    let world = World::with_keys(vec![ok()], vec![KEY], Some(away));
    let error = world.ask_within(&request(), 300).await.unwrap_err();
    assert_eq!((error.kind, world.calls()), (ModelErrorKind::Transport, 0));
    let world = World::with_keys(vec![ok()], vec!["a\nb"], None);
    assert_eq!((world.ask().await.unwrap_err().kind, world.calls()), (ModelErrorKind::Auth, 0));
}
