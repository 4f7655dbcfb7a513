//! Limits: what SNS and SQS would refuse or drop, refused before anything of the batch is sent.

use std::collections::BTreeMap;

use mesh_core::message::{MAX_MESSAGE_BYTES, Message};

use super::fixture::Fixture;
use crate::suite::{Case, Verdict, case, support::ensure_limit};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(eleven_attributes_are_refused, "eleven attributes are a Limit, and nothing of the batch is sent"),
        case!(a_larger_message_is_refused, "256 KiB and one byte are a Limit, and nothing of the batch is sent"),
        case!(an_empty_body_is_refused, "an empty body is a Limit, and nothing of the batch is sent"),
        case!(
            control_characters_are_refused,
            "a character outside XML 1.0 is a Limit, and nothing of the batch is sent"
        ),
    ]
}

/// Insists on a `Limit`, and that nothing of a batch that would need three requests was sent.
async fn refused(f: &Fixture, what: &str, bad: Message) -> Verdict {
    let mut batch: Vec<_> = (0..24).map(|n| f.message(n)).collect();
    batch.push(bad);
    ensure_limit(what, f.publisher.publish(&batch).await)?;
    f.arrived(&[]).await
}

async fn eleven_attributes_are_refused(f: &Fixture) -> Verdict {
    let attributes: BTreeMap<_, _> = (0..11).map(|n| (format!("a{n}"), "v".to_owned())).collect();
    refused(f, "a message of eleven attributes", Message { attributes, ..f.message(99) }).await
}

async fn a_larger_message_is_refused(f: &Fixture) -> Verdict {
    let mut body_weighs = f.message(99);
    body_weighs.body.push_str(&"x".repeat(MAX_MESSAGE_BYTES + 1 - body_weighs.size()));
    refused(f, "a message of 256 KiB and one byte", body_weighs).await?;
    let mut attribute_weighs = f.message(99);
    attribute_weighs.attributes.insert("weight".to_owned(), "x".repeat(MAX_MESSAGE_BYTES));
    refused(f, "a message with an attribute of 256 KiB", attribute_weighs).await
}

async fn an_empty_body_is_refused(f: &Fixture) -> Verdict {
    refused(f, "a message without a body", Message { body: String::new(), ..f.message(99) }).await
}

async fn control_characters_are_refused(f: &Fixture) -> Verdict {
    refused(f, "a body with U+0001", Message { body: "{\u{1}}".to_owned(), ..f.message(99) }).await
}
