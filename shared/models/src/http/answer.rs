//! The JSON of a reply, or why there is none.

use mesh_core::ports::ModelErrorKind;
use serde_json::Value;

use super::{Failure, Reply};

/// The JSON of a good reply; `failure` reads any other.
///
/// # Errors
/// What `failure` makes of it, or a server error where there is no JSON.
pub fn json(reply: &Reply, failure: impl Fn(&Reply) -> Failure) -> Result<Value, Failure> {
    if !(200..300).contains(&reply.status) {
        return Err(failure(reply));
    }
    if reply.body.iter().all(u8::is_ascii_whitespace) {
        return Err(garbled(reply, "an empty body"));
    }
    let text = std::str::from_utf8(&reply.body).map_err(|_| garbled(reply, "a body that is no UTF-8"))?;
    serde_json::from_str(text).map_err(|_| garbled(reply, "a body that is no JSON"))
}

/// What is wrong with a good reply that holds no answer.
pub fn without_answer(reply: &Reply, body: &Value, failure: impl Fn(&Reply) -> Failure) -> Failure {
    if body.get("error").is_some_and(|error| !error.is_null()) {
        failure(&hidden_error(reply, body))
    } else {
        garbled(reply, "a body without an answer")
    }
}

fn garbled(reply: &Reply, what: &str) -> Failure {
    Failure::in_answer(reply, ModelErrorKind::ServerError, format!("HTTP {} with {what}", reply.status))
}

/// Gateways report the failure of the server behind them with status 200 and the real one as the code.
fn hidden_error(reply: &Reply, body: &Value) -> Reply {
    let code = body.pointer("/error/code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = code.filter(|code| (400..600).contains(code)).unwrap_or(500);
    Reply { status, ..reply.clone() }
}
