//! SNS in its query protocol: what is published reaches the queues that are subscribed.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use serde_json::json;
use uuid::Uuid;

use super::aws::{Aws, Call, plain};

type Form = BTreeMap<String, String>;

pub(super) fn answer(aws: &Aws, call: &Call) -> Response {
    let form: Form = url::form_urlencoded::parse(&call.body).into_owned().collect();
    let operation = form.get("Action").map(String::as_str).unwrap_or_default();
    aws.calls.count(&call.caller, "SNS", operation);
    let topic = form.get("TopicArn").map(String::as_str).unwrap_or_default();
    let result = match operation {
        "Publish" => format!("<MessageId>{}</MessageId>", publish(aws, topic, &form, "")),
        "PublishBatch" => batch(aws, topic, &form),
        _ => return plain(StatusCode::NOT_IMPLEMENTED, "text/plain", format!("the stub has no SNS {operation}")),
    };
    let xml = format!(
        "<{operation}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
         <{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata></{operation}Response>"
    );
    plain(StatusCode::OK, "text/xml", xml)
}

fn batch(aws: &Aws, topic: &str, form: &Form) -> String {
    let mut successful = String::new();
    for position in 1..=10 {
        let prefix = format!("PublishBatchRequestEntries.member.{position}.");
        let Some(id) = form.get(&format!("{prefix}Id")) else { break };
        let message_id = publish(aws, topic, form, &prefix);
        successful.push_str(&format!("<member><Id>{id}</Id><MessageId>{message_id}</MessageId></member>"));
    }
    format!("<Successful>{successful}</Successful><Failed/>")
}

/// Hands one message to the queues of its topic; answers its id.
fn publish(aws: &Aws, topic: &str, form: &Form, prefix: &str) -> String {
    let message_id = Uuid::new_v4().to_string();
    let name = topic.rsplit(':').next().unwrap_or_default();
    let queues = aws.subscriptions.lock().unwrap().get(name).cloned().unwrap_or_default();
    if !queues.is_empty() {
        let text = |field: &str| form.get(&format!("{prefix}{field}")).cloned().unwrap_or_default();
        let body = notification(&message_id, topic, &text("Message"), &attributes(form, prefix));
        queues.iter().for_each(|queue| drop(queue.send(body.clone(), BTreeMap::new())));
    }
    message_id
}

fn attributes(form: &Form, prefix: &str) -> BTreeMap<String, String> {
    let entry = |n: usize| {
        let field = |field: &str| form.get(&format!("{prefix}MessageAttributes.entry.{n}.{field}")).cloned();
        Some((field("Name")?, field("Value.StringValue")?))
    };
    (1..=10).map_while(entry).collect()
}

/// What a queue receives of a message, without raw delivery.
pub(crate) fn notification(id: &str, topic: &str, message: &str, attributes: &BTreeMap<String, String>) -> String {
    let attributes = attributes.iter().map(|(name, value)| (name, json!({ "Type": "String", "Value": value })));
    let body = json!({
        "Type": "Notification", "MessageId": id, "TopicArn": topic, "Message": message,
        "Timestamp": "2026-11-21T00:00:00.000Z", "SignatureVersion": "1", "Signature": "none",
        "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/none.pem", "UnsubscribeURL": "none",
        "MessageAttributes": attributes.map(|(name, value)| (name.clone(), value)).collect::<serde_json::Map<_, _>>(),
    });
    body.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_delivered_is_what_the_mesh_unwraps() {
        let attributes = BTreeMap::from([("ce-id".to_owned(), "7".to_owned())]);
        let body = notification("m", "arn:aws:sns:r:a:t", "{\"a\":1}", &attributes);
        let unwrapped = mesh_core::envelope::unwrap(&body).unwrap();
        assert_eq!(
            (unwrapped.message.as_str(), unwrapped.message_attributes["ce-id"].value.as_str()),
            ("{\"a\":1}", "7")
        );
    }
}
