//! The offline model: whatever is asked, an answer within its limits, or one sentence that says which field is wrong.

use futures_util::FutureExt;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, Finish, Hints, ModelError, ModelErrorKind, Task, TextModel},
};
use mesh_models::OfflineTextModel;
use serde_json::{Value, json};

use crate::parts;

const TASKS: [&str; 5] = ["draft", "continue", "refine", "image_plan", "metadata"];
/// More tokens than any answer has.
const PLENTY: u32 = 200_000;
/// Most words an input asks for here: longer ones take long and show nothing else.
const MOST_WORDS: u64 = 3_000;

/// A task and its input as JSON; or a topic, a context and keywords, of which all tasks are made.
pub fn text(bytes: &[u8]) {
    let parts = parts(bytes);
    let part = |at: usize| parts.get(at).map(String::as_str).unwrap_or_default();
    let input = serde_json::from_str::<Value>(part(1)).ok().filter(Value::is_object);
    if let (true, Some(input)) = (TASKS.contains(&part(0)), input) {
        if ["word_count", "words_max"].iter().all(|field| input[field].as_u64().is_none_or(|n| n <= MOST_WORDS)) {
            judge(part(0), &input);
        }
        return;
    }
    let keywords: Vec<&str> = part(2).lines().collect();
    let words = 300 + bytes.len() % 200;
    let draft = json!({"topic": part(0), "word_count": words, "context": part(1), "keywords": keywords});
    judge("draft", &draft);
    continued(&draft);
    let refine = json!({
        "markdown": part(0), "title": part(1), "words_min": words, "words_max": words + 100, "keywords": keywords,
        "tone": part(1), "audience": part(2),
    });
    judge("refine", &refine);
    let plan = json!({"topic": part(0), "sections": keywords, "count": bytes.len() % 10 + 1, "style": part(1)});
    judge("image_plan", &plan);
    let described = json!({
        "title": part(0), "topic": part(1), "summary": part(1), "keywords": keywords, "site_name": part(2),
        "first_paragraph": part(0),
    });
    judge("metadata", &described);
}

fn ask(task: &str, input: &Value, max_output_tokens: u32) -> Result<ChatResponse, Box<ModelError>> {
    let request = ChatRequest {
        task: Task { name: task.into(), input: input.clone() },
        system: None,
        messages: Vec::new(),
        max_output_tokens,
        hints: Hints::default(),
        json_schema: None,
    };
    let answer = OfflineTextModel::new().complete(&request, Timestamp(0)).now_or_never();
    answer.expect("it waits for nothing").map_err(Box::new)
}

fn judge(task: &str, input: &Value) {
    let answer = match ask(task, input, PLENTY) {
        Ok(answer) => answer,
        Err(error) => return refused(&error),
    };
    assert!(answer.offline && answer.finish == Finish::Stop && answer.cost_micro_usd == Some(0));
    assert_eq!(ask(task, input, PLENTY).expect("again").text, answer.text, "two answers to one request");
    cut(task, input, &answer.text);
    match task {
        "draft" => drafted(input, &answer.text),
        "refine" => refined(input, &answer.text),
        "image_plan" => planned(input, &answer.text),
        "metadata" => described(&answer.text),
        _ => {}
    }
}

/// The sentence names a field and quotes nothing.
fn refused(error: &ModelError) {
    assert_eq!(error.kind, ModelErrorKind::InvalidRequest);
    let known = error.message.starts_with("input.") || error.message.starts_with("the offline model");
    assert!(known && error.message.len() <= 200, "{}", error.message);
}

/// The limit in tokens is kept, and what is left is the beginning.
fn cut(task: &str, input: &Value, whole: &str) {
    let short = ask(task, input, 20).expect("a shorter answer");
    assert!(short.text.chars().count() <= 80, "{} characters of 20 tokens", short.text.chars().count());
    assert!(whole.starts_with(&short.text), "not the beginning: {}", short.text);
    assert_eq!(short.finish == Finish::Length, short.text != whole);
}

/// What was cut off goes on where it stopped.
fn continued(draft: &Value) {
    let Ok(whole) = ask("draft", draft, PLENTY) else { return };
    let start = ask("draft", draft, 200).expect("a beginning").text;
    let mut rest = draft.clone();
    rest["text_so_far"] = json!(start);
    let rest = ask("continue", &rest, PLENTY).expect("the rest").text;
    assert_eq!(format!("{start}{rest}"), whole.text);
}

fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

fn no_address(text: &str) {
    let lower = text.to_lowercase();
    assert!(!["://", "www.", "mailto:"].iter().any(|mark| lower.contains(mark)), "an address: {text}");
}

fn drafted(input: &Value, text: &str) {
    no_address(text);
    assert!(text.starts_with("# "), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("# ")).count(), 1, "{text}");
    assert!(text.trim_end().ends_with("Sample text produced without a language model."), "{text}");
    let asked = usize::try_from(input["word_count"].as_u64().unwrap_or(0)).unwrap_or(0);
    let topic = input["topic"].as_str().unwrap_or_default();
    if asked >= 300 && topic.chars().count() <= 200 {
        let got = words(text);
        assert!(got.abs_diff(asked) * 10 <= asked, "{got} words of {asked}");
    }
}

fn refined(input: &Value, text: &str) {
    let most = usize::try_from(input["words_max"].as_u64().unwrap_or(0)).unwrap_or(0);
    assert!(text.starts_with("# "), "{text}");
    let got = words(text);
    assert!(got <= most + most / 10 + 60, "{got} words, at most {most} were wanted");
}

fn planned(input: &Value, text: &str) {
    no_address(text);
    let plan: Value = serde_json::from_str(text).expect("JSON");
    let images = plan["images"].as_array().expect("images");
    assert_eq!(Some(images.len() as u64), input["count"].as_u64());
    let sections = input["sections"].as_array().map_or(0, Vec::len) as u64;
    for image in images {
        let length = |field: &str| image[field].as_str().expect("a text").chars().count();
        assert!((11..=199).contains(&length("alt_text")), "{image}");
        assert!((1..=2000).contains(&length("prompt")), "{image}");
        assert!(image["section"].as_u64().is_some_and(|section| section <= sections), "{image}");
    }
}

fn described(text: &str) {
    no_address(text);
    let metadata: Value = serde_json::from_str(text).expect("JSON");
    for (field, least, most) in [
        ("title", 1, 60),
        ("description", 121, 156),
        ("keyphrase", 1, 80),
        ("og_title", 1, 95),
        ("og_description", 1, 200),
    ] {
        let value = metadata[field].as_str().expect("a text");
        let length = value.chars().count();
        assert!((least..=most).contains(&length) && !value.trim().is_empty(), "{field}: {value:?}");
    }
    let slug = metadata["slug"].as_str().expect("a slug");
    assert!(mesh_contracts::Slug::new(slug).is_ok(), "{slug}");
    let keywords = metadata["keywords"].as_array().expect("keywords");
    assert!((1..=20).contains(&keywords.len()) && keywords[0] == metadata["keyphrase"], "{metadata}");
}
