//! Nothing secret is logged. A process of its own: what a thread logs is only certain when nobody else sets up logging.
#![allow(clippy::unwrap_used, dead_code, reason = "test code, which needs a part of the support alone")]

#[path = "support/server.rs"]
mod server;
#[path = "support/world.rs"]
mod world;

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use mesh_core::ports::ModelErrorKind;

use crate::world::{KEY, NEW_KEY, PROMPT, World, check_shown, error};

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_key_nor_prompt_nor_answer_is_ever_shown() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let echo = format!("You sent '{PROMPT}' with {KEY}");
    let masked = "Incorrect API key provided: test-key***E5F6";
    let script = vec![
        error(500, KEY, KEY, &echo).header("retry-after-ms", "10"),
        error(401, "invalid_api_key", "", masked),
        error(400, "", "", &echo),
    ];
    let world = World::with_keys(script, vec![KEY, NEW_KEY], None);
    let error = world.ask().await.unwrap_err();
    assert_eq!((error.kind, world.calls()), (ModelErrorKind::InvalidRequest, 3));
    // `ask` checks the error and the model's Debug; here is the log.
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("The model is asked again."), "{log}");
    check_shown(&log);
}
