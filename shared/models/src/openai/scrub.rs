//! Makes a provider's words fit for errors and logs: short, on one line, without the key and without our prompt.

use mesh_core::ports::{ChatRequest, Part};

const CHARS: usize = 300;
/// So many characters in common with the prompt are a quotation of it.
const QUOTE: usize = 20;

/// The message as it may be shown.
pub(super) fn shown(message: &str, key: Option<&str>, request: &ChatRequest) -> String {
    let mut line = String::with_capacity(CHARS);
    let message: String = message.chars().take(8 * CHARS).collect();
    for word in message.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(if shows_key(word, key) { "[key]" } else { word });
    }
    let line: String = line.chars().take(CHARS).collect();
    if quotes(&line, request) { "the provider's message quotes the request and is not shown".to_owned() } else { line }
}

/// Whether the word holds the key, or what a provider shows of it: `sk-ab***yz`.
fn shows_key(word: &str, key: Option<&str>) -> bool {
    let key = key.map(str::trim).filter(|key| !key.is_empty());
    let start = key.filter(|key| key.len() >= 12).and_then(|key| key.get(..4));
    key.is_some_and(|key| word.contains(key))
        || start.is_some_and(|start| word.contains(start))
        || word.contains("sk-")
        || word.contains("***")
}

/// Whether the line holds a piece of what we sent.
fn quotes(line: &str, request: &ChatRequest) -> bool {
    let texts = request.messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        Part::Image { .. } => None,
    });
    let starts: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
    let mut texts = texts.chain(request.system.as_deref());
    texts.any(|text| {
        let length = text.chars().count().min(QUOTE);
        // A word or two in common says nothing.
        length >= 8 && starts.windows(length + 1).any(|piece| text.contains(&line[piece[0]..piece[length]]))
    })
}

#[cfg(test)]
mod tests {
    use mesh_core::ports::{ChatMessage, Hints, Role, Task};
    use serde_json::Value;

    use super::*;

    fn request(prompt: &str) -> ChatRequest {
        ChatRequest {
            task: Task { name: "draft".into(), input: Value::Null },
            system: Some("You write plain and honest articles.".into()),
            messages: vec![ChatMessage::text(Role::User, prompt)],
            max_output_tokens: 100,
            hints: Hints::default(),
            json_schema: None,
        }
    }

    #[test]
    fn keys_go_whole_or_masked() {
        let key = Some("sk-live-1234567890");
        for message in
            ["bad key sk-live-1234567890.", "bad key sk-li*****7890", "bad key <sk-live-1234567890>", "x sk-liv"]
        {
            let shown = shown(message, key, &request("write about the sea"));
            assert!(!shown.contains("sk-") && shown.contains("[key]"), "{shown}");
        }
    }

    #[test]
    fn quotations_of_the_prompt_are_withheld() {
        let request = request("Write 800 words about the secret merger of Acme and Initech.");
        assert!(shown("Invalid: 'about the secret merger of Ac'", None, &request).contains("not shown"));
        assert!(shown("You write plain and honest articles. is too long", None, &request).contains("not shown"));
        assert_eq!(shown("Rate limit\n reached\u{7} for words", None, &request), "Rate limit reached for words");
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        assert_eq!(shown(&"é".repeat(1000), None, &request("x")).chars().count(), CHARS);
    }
}
