//! An article in stages: the parts of the very draft the same input gives at once. What was assembled from them needs no
//! polish.

use serde_json::{Value, json};

use super::{
    task::{DraftInput, text},
    text::word_count,
    whole_draft,
};

/// The draft in its parts: the title, what stands before the first section, and the sections with their headings.
struct Parts {
    title: String,
    introduction: String,
    sections: Vec<String>,
}

impl Parts {
    fn read(input: &Value) -> Result<Self, String> {
        let draft = whole_draft(input, &DraftInput::read(input)?);
        let mut parts = draft.split("\n## ");
        let opening = parts.next().unwrap_or_default();
        let (title, introduction) = opening.split_once('\n').unwrap_or((opening, ""));
        Ok(Self {
            title: title.trim_start_matches("# ").to_owned(),
            introduction: introduction.trim().to_owned(),
            sections: parts.map(|section| format!("## {}", section.trim())).collect(),
        })
    }
}

/// The plan of the draft, as JSON.
pub(super) fn outline(input: &Value) -> Result<String, String> {
    let parts = Parts::read(input)?;
    let sections = parts.sections.iter().map(|section| {
        let heading = section.lines().next().unwrap_or_default().trim_start_matches("## ");
        json!({"heading": heading, "points": ["what the heading says"], "words": word_count(section)})
    });
    Ok(json!({"title": parts.title, "sections": sections.collect::<Vec<_>>()}).to_string())
}

/// A section of the draft; the first one comes with the introduction.
pub(super) fn section(input: &Value) -> Result<String, String> {
    let number = input.get("number").and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    let wrong = || "input.number is not that of a section".to_owned();
    let mut original = input.clone();
    if let Some(fields) = original.as_object_mut() {
        fields.remove("number");
    }
    let parts = Parts::read(&original)?;
    let at = number.and_then(|number| number.checked_sub(1)).ok_or_else(wrong)?;
    let section = parts.sections.get(at).ok_or_else(wrong)?;
    Ok(if at == 0 { format!("{}\n\n{section}\n", parts.introduction) } else { format!("{section}\n") })
}

/// The article as it is.
pub(super) fn polish(input: &Value) -> Result<String, String> {
    text(input, "markdown")?.map(str::to_owned).ok_or_else(|| "input.markdown is missing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stages_give_the_draft_they_are_parts_of() {
        for words in [300, 1200, 2000] {
            let input = json!({"topic": "Tidal power", "word_count": words, "sources": [1, 2]});
            let outline: Value = serde_json::from_str(&outline(&input).expect("an outline")).expect("JSON");
            let sections = outline["sections"].as_array().expect("sections").len();
            let mut whole = format!("# {}\n", outline["title"].as_str().expect("a title"));
            for number in 1..=sections {
                let mut asked = input.clone();
                asked["number"] = json!(number);
                whole.push_str(&format!("\n{}", section(&asked).expect("a section")));
            }
            let draft = whole_draft(&input, &DraftInput::read(&input).expect("an input"));
            assert_eq!(
                (whole.trim_end(), polish(&json!({"markdown": draft})).as_deref()),
                (draft.trim_end(), Ok(&*draft))
            );
            assert!((2..=12).contains(&sections), "{words}: {sections}");
        }
    }

    #[test]
    fn a_section_that_is_not_there_is_refused() {
        for number in [json!(0), json!(99), json!("1"), Value::Null] {
            let input = json!({"topic": "Tea", "word_count": 300, "number": number});
            assert!(section(&input).is_err_and(|error| error.contains("number")), "{number}");
        }
        assert!(polish(&json!({})).is_err());
    }
}
