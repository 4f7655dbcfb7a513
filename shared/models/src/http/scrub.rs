//! Makes a provider's words fit for errors and logs: short, on one line, without the key and without our prompt.

const CHARS: usize = 300;
/// So many characters in common with the prompt are a quotation of it.
const QUOTE: usize = 20;

/// The message as it may be shown; `ours` are the texts we sent.
pub(crate) fn shown(message: &str, key: Option<&str>, ours: &[&str]) -> String {
    let mut line = String::with_capacity(CHARS);
    let message: String = message.chars().take(8 * CHARS).collect();
    for word in message.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(if shows_key(word, key) { "[key]" } else { word });
    }
    let line: String = line.chars().take(CHARS).collect();
    if quotes(&line, ours) { "the provider's message quotes the request and is not shown".to_owned() } else { line }
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
fn quotes(line: &str, ours: &[&str]) -> bool {
    let starts: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
    ours.iter().any(|text| {
        let length = text.chars().count().min(QUOTE);
        // A word or two in common says nothing.
        length >= 8 && starts.windows(length + 1).any(|piece| text.contains(&line[piece[0]..piece[length]]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYSTEM: &str = "You write plain and honest articles.";

    #[test]
    fn keys_go_whole_or_masked() {
        let key = Some("sk-live-1234567890");
        for message in
            ["bad key sk-live-1234567890.", "bad key sk-li*****7890", "bad key <sk-live-1234567890>", "x sk-liv"]
        {
            let shown = shown(message, key, &["write about the sea", SYSTEM]);
            assert!(!shown.contains("sk-") && shown.contains("[key]"), "{shown}");
        }
    }

    #[test]
    fn quotations_of_the_prompt_are_withheld() {
        let ours = ["Write 800 words about the secret merger of Acme and Initech.", SYSTEM];
        assert!(shown("Invalid: 'about the secret merger of Ac'", None, &ours).contains("not shown"));
        assert!(shown("You write plain and honest articles. is too long", None, &ours).contains("not shown"));
        assert_eq!(shown("Rate limit\n reached\u{7} for words", None, &ours), "Rate limit reached for words");
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        assert_eq!(shown(&"é".repeat(1000), None, &["x"]).chars().count(), CHARS);
    }
}
