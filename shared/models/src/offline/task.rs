//! The tasks the offline model knows, read from the request without ever quoting it in an error.

use serde_json::Value;

/// The longest article it writes.
pub(super) const MAX_WORDS: u64 = 20_000;

/// Input of `draft`, and of `continue` but for the text so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftInput<'a> {
    pub(super) topic: &'a str,
    pub(super) word_count: usize,
    pub(super) context: &'a str,
    pub(super) keywords: Vec<&'a str>,
    /// Numbers of the sources to cite.
    pub(super) sources: Vec<u64>,
}

impl<'a> DraftInput<'a> {
    /// Reads the input; the error names the field at fault.
    ///
    /// `language` is accepted and without effect; `fresh_angle` acts through the seed alone.
    pub(super) fn read(input: &'a Value) -> Result<Self, String> {
        let topic = text(input, "topic")?.ok_or_else(|| "input.topic is missing".to_owned())?;
        if topic.trim().is_empty() {
            return Err("input.topic is blank".to_owned());
        }
        let word_count = input.get("word_count").and_then(Value::as_u64).filter(|n| (1..=MAX_WORDS).contains(n));
        let word_count = word_count.and_then(|n| usize::try_from(n).ok());
        let word_count =
            word_count.ok_or_else(|| format!("input.word_count is not a whole number from 1 to {MAX_WORDS}"))?;
        if !input.get("fresh_angle").is_none_or(|angle| angle.is_null() || angle.is_i64() || angle.is_u64()) {
            return Err("input.fresh_angle is not a whole number".to_owned());
        }
        text(input, "language")?;
        let context = text(input, "context")?.unwrap_or_default();
        Ok(Self {
            topic,
            word_count,
            context,
            keywords: texts(input, "keywords")?,
            sources: numbers(input, "sources")?,
        })
    }
}

/// The `text_so_far` of a `continue`.
pub(super) fn text_so_far(input: &Value) -> Result<&str, String> {
    text(input, "text_so_far")?.ok_or_else(|| "input.text_so_far is missing".to_owned())
}

/// A text of the input, if it is there.
pub(super) fn text<'a>(input: &'a Value, field: &str) -> Result<Option<&'a str>, String> {
    match input.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("input.{field} is not a text")),
    }
}

/// A list of texts of the input; empty when it is not there.
pub(super) fn texts<'a>(input: &'a Value, field: &str) -> Result<Vec<&'a str>, String> {
    let wrong = || format!("input.{field} is not a list of texts");
    match input.get(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(|item| item.as_str().ok_or_else(wrong)).collect(),
        Some(_) => Err(wrong()),
    }
}

/// A list of whole numbers of the input; empty when it is not there.
fn numbers(input: &Value, field: &str) -> Result<Vec<u64>, String> {
    let wrong = || format!("input.{field} is not a list of whole numbers");
    match input.get(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(|item| item.as_u64().ok_or_else(wrong)).collect(),
        Some(_) => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_name_the_field_and_quote_nothing() {
        for (input, field) in [
            (json!({"word_count": 800}), "topic"),
            (json!({"topic": " \n", "word_count": 800}), "topic"),
            (json!({"topic": 7, "word_count": 800}), "topic"),
            (json!({"topic": "secret"}), "word_count"),
            (json!({"topic": "secret", "word_count": 0}), "word_count"),
            (json!({"topic": "secret", "word_count": -5}), "word_count"),
            (json!({"topic": "secret", "word_count": "secret"}), "word_count"),
            (json!({"topic": "secret", "word_count": 800, "keywords": "secret"}), "keywords"),
            (json!({"topic": "secret", "word_count": 800, "keywords": ["secret", 1]}), "keywords"),
            (json!({"topic": "secret", "word_count": 800, "context": ["secret"]}), "context"),
            (json!({"topic": "secret", "word_count": 800, "language": 1}), "language"),
            (json!({"topic": "secret", "word_count": 800, "fresh_angle": "secret"}), "fresh_angle"),
            (json!({"topic": "secret", "word_count": 800, "sources": ["secret"]}), "sources"),
            (json!("secret"), "topic"),
        ] {
            let error = DraftInput::read(&input).unwrap_err();
            assert!(error.contains(field) && !error.contains("secret"), "{input}: {error}");
        }
    }

    #[test]
    fn absent_and_null_are_the_same() {
        let input = json!({"topic": "t", "word_count": 800, "context": null, "keywords": null, "fresh_angle": null});
        let expected =
            DraftInput { topic: "t", word_count: 800, context: "", keywords: Vec::new(), sources: Vec::new() };
        assert_eq!(DraftInput::read(&input), Ok(expected));
        assert!(text_so_far(&input).is_err());
    }
}
