//! What a secret holds.

use mesh_core::ports::PortError;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::PORT;

/// Under which names a JSON object holds the key.
const FIELDS: [&str; 2] = ["api_key", "OPENAI_API_KEY"];

pub(super) fn absent(name: &str) -> PortError {
    PortError::NotFound { port: PORT, what: format!("the secret {name}") }
}

/// The value in a secret's text. Errors never hold any of it.
pub(super) fn read(name: &str, text: Option<String>) -> Result<SecretString, PortError> {
    let corrupt = |message: &str| PortError::Corrupt {
        port: PORT,
        what: format!("the secret {name}"),
        message: message.to_owned(),
    };
    let text = SecretString::from(text.ok_or_else(|| corrupt("it is binary; text is needed"))?);
    let plain = text.expose_secret().trim();
    let value = match serde_json::from_str::<Map<String, Value>>(plain) {
        Ok(object) => {
            let field = FIELDS.iter().find_map(|field| object.get(*field).and_then(Value::as_str));
            field
                .ok_or_else(|| corrupt("it is a JSON object without a text under api_key or OPENAI_API_KEY"))?
                .to_owned()
        }
        Err(_) => plain.to_owned(),
    };
    if value.is_empty() { Err(absent(name)) } else { Ok(value.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<String, PortError> {
        read("/va/dev/openai-api-key", Some(text.to_owned())).map(|value| value.expose_secret().to_owned())
    }

    #[test]
    fn a_value_is_text_or_a_field_of_an_object() {
        assert_eq!(value("sk-plain\n").unwrap(), "sk-plain");
        assert_eq!(value(r#"{"api_key": "sk-a", "OPENAI_API_KEY": "sk-b"}"#).unwrap(), "sk-a");
        assert_eq!(value(r#"{"OPENAI_API_KEY": "sk-b"}"#).unwrap(), "sk-b");
        assert_eq!(value("\"quoted\"").unwrap(), "\"quoted\"");
    }

    #[test]
    fn what_holds_no_value_is_an_error_that_tells_nothing() {
        let error = value(r#"{"password": "hunter2"}"#).unwrap_err();
        assert!(matches!(error, PortError::Corrupt { .. }) && !format!("{error:?}").contains("hunter2"));
        assert!(matches!(value(" \n"), Err(PortError::NotFound { .. })));
        assert!(matches!(read("n", None), Err(PortError::Corrupt { .. })));
    }
}
