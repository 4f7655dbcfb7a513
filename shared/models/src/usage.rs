//! Tokens nobody counted.

use mesh_core::ports::{ChatRequest, Part, Usage};

/// The usual rule of thumb: four characters a token.
pub(crate) fn estimated(request: &ChatRequest, answer: &str) -> Usage {
    let texts = request.messages.iter().flat_map(|message| &message.parts).map(|part| match part {
        Part::Text { text } => text.chars().count(),
        Part::Image { .. } => 0,
    });
    let input = request.system.as_ref().map_or(0, |text| text.chars().count()) + texts.sum::<usize>();
    Usage {
        input_tokens: tokens(input),
        output_tokens: tokens(answer.chars().count()),
        estimated: true,
        ..Usage::default()
    }
}

fn tokens(chars: usize) -> u64 {
    u64::try_from(chars.div_ceil(4)).unwrap_or(u64::MAX)
}
