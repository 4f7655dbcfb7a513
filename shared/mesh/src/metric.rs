//! The names of metrics, as the design documents give them: `ContentGen.SuccessCount`.

/// The metric `name` of an agent: `content-gen`, `SuccessCount` gives `ContentGen.SuccessCount`.
pub(crate) fn of_agent(agent: &str, name: &str) -> String {
    let pascal: String = agent.split('-').map(capitalised).collect();
    format!("{pascal}.{name}")
}

/// Tokens an agent used at a provider: `ContentGen.OpenAI.TokensUsed`.
pub(crate) fn tokens_used(agent: &str, model: &str) -> String {
    let provider = match model.split('/').next().unwrap_or_default() {
        "openai" => "OpenAI".to_owned(),
        other => capitalised(other),
    };
    of_agent(agent, &format!("{provider}.TokensUsed"))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_design_document() {
        assert_eq!(of_agent("content-gen", "SuccessCount"), "ContentGen.SuccessCount");
        assert_eq!(tokens_used("content-gen", "openai/some-model"), "ContentGen.OpenAI.TokensUsed");
        assert_eq!(tokens_used("content-gen", "offline/text-v1"), "ContentGen.Offline.TokensUsed");
    }
}
