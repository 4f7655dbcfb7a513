//! Asking a model for JSON of a given shape.

use mesh_contracts::events::ErrorType;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::{Answer, Context};
use crate::{
    agent::AgentError,
    ports::{ChatMessage, ChatRequest, Finish, Role},
};

impl Context<'_> {
    /// As [`Context::ask`], for an answer of the shape `T`: its schema goes with the request, the answer is read (a fence
    /// around it is taken off), and once, as a step of its own, the model is asked to mend what cannot be read.
    ///
    /// # Errors
    /// As [`Context::ask`]; [`AgentError::Fail`] with `MODEL_MALFORMED_OUTPUT` when it cannot be read after that either,
    /// with `CONTENT_POLICY` when the model declined.
    pub async fn ask_json<T: DeserializeOwned + JsonSchema>(
        &self,
        step: &str,
        prompt_version: &str,
        request: &ChatRequest,
    ) -> Result<(T, Answer), AgentError> {
        let schema = mesh_contracts::schema::of::<T>().to_value();
        let request = ChatRequest { json_schema: Some(schema), ..request.clone() };
        let first = willing(self.ask(step, prompt_version, &request).await?)?;
        let why = match read(&first.response.text) {
            Ok(value) => return Ok((value, first)),
            Err(why) => why,
        };
        let mut again = request;
        again.messages.push(ChatMessage::text(Role::Assistant, &first.response.text));
        let please = format!("That does not fit the schema: {why}. Answer with the mended JSON alone.");
        again.messages.push(ChatMessage::text(Role::User, please));
        let second = willing(self.ask(&format!("{step}-mended"), prompt_version, &again).await?)?;
        match read(&second.response.text) {
            Ok(value) => Ok((value, second)),
            Err(why) => {
                let message = format!("the answer is not what was asked for, twice: {why}");
                Err(AgentError::fail("MODEL_MALFORMED_OUTPUT", ErrorType::Model, message))
            }
        }
    }
}

fn willing(answer: Answer) -> Result<Answer, AgentError> {
    match answer.response.finish {
        Finish::ContentFilter { .. } | Finish::Refusal => {
            Err(AgentError::fail("CONTENT_POLICY", ErrorType::Model, "the model declined"))
        }
        _ => Ok(answer),
    }
}

/// Reads JSON, with or without a fence around it. The error names the place, and quotes nothing.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let text = text.trim();
    let inner = text.strip_prefix("```json").or_else(|| text.strip_prefix("```")).unwrap_or(text);
    let inner = inner.strip_suffix("```").unwrap_or(inner);
    let value: serde_json::Value = serde_json::from_str(inner)
        .map_err(|error| format!("no JSON at line {}, column {}", error.line(), error.column()))?;
    mesh_contracts::read(&value)
}
