//! Limits: what SQS takes, to the byte, and what it refuses before anything is sent.

use std::{collections::BTreeMap, time::Duration};

use mesh_core::{message::MAX_MESSAGE_BYTES, ports::OutboundMessage};

use super::fixture::{Fixture, message};
use crate::suite::{Case, Verdict, case, ensure_eq, support::ensure_limit};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(the_largest_message_is_taken, "a message of exactly 256 KiB, attributes included, is sent"),
        case!(a_larger_message_is_refused, "a message over 256 KiB, attributes included, is a Limit"),
        case!(eleven_attributes_are_refused, "a message of eleven attributes is a Limit"),
        case!(an_empty_body_is_refused, "a message without a body is a Limit"),
        case!(control_characters_are_refused, "a body with a character outside XML 1.0 is a Limit"),
        case!(a_delay_of_the_limit_is_taken, "a delay of 900 s is taken"),
        case!(a_longer_delay_is_refused, "a delay over 900 s is a Limit, never cut short silently"),
    ]
}

/// Insists on a `Limit`, and that nothing of the batch was sent.
async fn refused(f: &Fixture, what: &str, bad: OutboundMessage) -> Verdict {
    let batch = [message("good"), bad, message("good as well")];
    ensure_limit(what, f.queue.send(&batch).await)?;
    f.nothing(&format!("after {what} was refused")).await
}

fn attributes(count: usize) -> BTreeMap<String, String> {
    (0..count).map(|n| (format!("a{n:02}"), "v".to_owned())).collect()
}

/// A message of exactly `bytes`, ten attributes included.
fn sized(bytes: usize) -> OutboundMessage {
    let attributes = attributes(10);
    let room = mesh_core::message::size_of("", &attributes);
    OutboundMessage { body: "x".repeat(bytes - room), attributes, delay: Duration::ZERO }
}

async fn the_largest_message_is_taken(f: &Fixture) -> Verdict {
    let largest = sized(MAX_MESSAGE_BYTES);
    f.send_all(std::slice::from_ref(&largest)).await?;
    ensure_eq("the length received", &f.one(None).await?.body.len(), &largest.body.len())
}

async fn a_larger_message_is_refused(f: &Fixture) -> Verdict {
    refused(f, "a message of 256 KiB and one byte", sized(MAX_MESSAGE_BYTES + 1)).await?;
    refused(f, "a message of 128 Ki two-byte letters and one more", message(&"\u{e9}".repeat(128 * 1024 + 1))).await
}

async fn eleven_attributes_are_refused(f: &Fixture) -> Verdict {
    refused(f, "a message of eleven attributes", OutboundMessage { attributes: attributes(11), ..message("m") }).await
}

async fn an_empty_body_is_refused(f: &Fixture) -> Verdict {
    refused(f, "a message without a body", message("")).await
}

async fn control_characters_are_refused(f: &Fixture) -> Verdict {
    for bad in ['\u{0}', '\u{8}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        let what = format!("a body with U+{:04X}", bad as u32);
        refused(f, &what, message(&format!("before {bad} after"))).await?;
    }
    Ok(())
}

async fn a_delay_of_the_limit_is_taken(f: &Fixture) -> Verdict {
    f.send_all(&[OutboundMessage { delay: Duration::from_secs(900), ..message("m") }]).await?;
    f.depth("after a send with 900 s of delay", (0, 0, 1)).await
}

async fn a_longer_delay_is_refused(f: &Fixture) -> Verdict {
    let delay = Duration::from_secs(901);
    refused(f, "a delay of 901 s", OutboundMessage { delay, ..message("m") }).await?;
    f.depth("after the refused send", (0, 0, 0)).await
}
