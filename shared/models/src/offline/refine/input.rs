//! The input of the task `refine`.

use serde_json::{Map, Value};

use crate::offline::task::{MAX_WORDS, text, texts};

/// Members of the input that decide the text; others, as of a continuation, have no say.
const MEMBERS: [&str; 10] = [
    "markdown",
    "title",
    "tone",
    "audience",
    "words_min",
    "words_max",
    "keywords",
    "formatting_notes",
    "findings",
    "round",
];

/// Something the review wants mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Finding<'a> {
    /// The check's id.
    pub(super) check: &'a str,
    /// The text at fault.
    pub(super) excerpt: Option<&'a str>,
}

/// What is to be rewritten, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RefineInput<'a> {
    pub(super) markdown: &'a str,
    pub(super) title: &'a str,
    pub(super) tone: Option<&'a str>,
    pub(super) audience: Option<&'a str>,
    pub(super) words_min: usize,
    pub(super) words_max: usize,
    pub(super) keywords: Vec<&'a str>,
    pub(super) findings: Vec<Finding<'a>>,
}

impl<'a> RefineInput<'a> {
    /// Reads the input; the error names the field at fault and quotes nothing.
    ///
    /// `formatting_notes` and `language` are accepted and without effect; `round` acts through the seed alone.
    pub(super) fn read(input: &'a Value) -> Result<Self, String> {
        let markdown = text(input, "markdown")?.ok_or_else(|| "input.markdown is missing".to_owned())?;
        if markdown.trim().is_empty() {
            return Err("input.markdown is blank".to_owned());
        }
        let (words_min, words_max) = (words(input, "words_min")?, words(input, "words_max")?);
        if words_min > words_max {
            return Err("input.words_min is more than input.words_max".to_owned());
        }
        if !input.get("round").is_none_or(|round| round.is_null() || round.is_i64() || round.is_u64()) {
            return Err("input.round is not a whole number".to_owned());
        }
        text(input, "language")?;
        text(input, "formatting_notes")?;
        Ok(Self {
            markdown,
            title: text(input, "title")?.unwrap_or_default(),
            tone: text(input, "tone")?,
            audience: text(input, "audience")?,
            words_min,
            words_max,
            keywords: texts(input, "keywords")?,
            findings: findings(input)?,
        })
    }
}

/// What of the input decides the text.
pub(super) fn seed(input: &Value) -> Value {
    let member = |name: &&str| Some(((*name).to_owned(), input.get(*name)?.clone()));
    Value::Object(MEMBERS.iter().filter_map(member).collect::<Map<_, _>>())
}

fn words(input: &Value, field: &str) -> Result<usize, String> {
    let count = input.get(field).and_then(Value::as_u64).filter(|count| (1..=MAX_WORDS).contains(count));
    let count = count.and_then(|count| usize::try_from(count).ok());
    count.ok_or_else(|| format!("input.{field} is not a whole number from 1 to {MAX_WORDS}"))
}

fn findings(input: &Value) -> Result<Vec<Finding<'_>>, String> {
    match input.get("findings") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(findings)) => findings.iter().map(|finding| read(finding).ok_or_else(wrong)).collect(),
        Some(_) => Err(wrong()),
    }
}

fn wrong() -> String {
    "input.findings is not a list of findings".to_owned()
}

fn read(finding: &Value) -> Option<Finding<'_>> {
    text(finding, "message").ok()?;
    Some(Finding { check: text(finding, "check").ok()??, excerpt: text(finding, "excerpt").ok()? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_name_the_field_and_quote_nothing() {
        let good = json!({"markdown": "secret", "title": "t", "words_min": 300, "words_max": 400});
        assert!(RefineInput::read(&good).is_ok());
        for (field, value) in [
            ("markdown", json!(null)),
            ("markdown", json!(" \n")),
            ("title", json!(["secret"])),
            ("tone", json!(1)),
            ("audience", json!(1)),
            ("words_min", json!(0)),
            ("words_min", json!(401)),
            ("words_max", json!("secret")),
            ("keywords", json!("secret")),
            ("findings", json!("secret")),
            ("findings", json!(["secret"])),
            ("findings", json!([{"check": "length", "excerpt": 1}])),
            ("formatting_notes", json!(1)),
            ("language", json!(1)),
            ("round", json!("secret")),
        ] {
            let mut input = good.clone();
            input[field] = value;
            let error = RefineInput::read(&input).unwrap_err();
            assert!(error.contains(field) && !error.contains("secret"), "{input}: {error}");
        }
    }

    #[test]
    fn a_continuation_has_the_seed_of_what_it_continues() {
        let asked = json!({"markdown": "m", "round": 2});
        let mut more = asked.clone();
        more["text_so_far"] = json!("x");
        more["topic"] = json!("t");
        assert_eq!(seed(&more), asked);
    }
}
