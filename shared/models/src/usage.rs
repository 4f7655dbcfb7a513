//! Tokens nobody counted.

use mesh_core::ports::{ChatRequest, Usage};

use crate::ask::texts;

/// The usual rule of thumb: four characters a token.
#[must_use]
pub fn estimated(request: &ChatRequest, answer: &str) -> Usage {
    Usage {
        input_tokens: tokens(texts(request).map(|text| text.chars().count()).sum()),
        output_tokens: tokens(answer.chars().count()),
        estimated: true,
        ..Usage::default()
    }
}

/// A bound on the tokens of a request for a quote; the schema counts, since it is sent in one form or another.
pub(crate) fn at_most(request: &ChatRequest) -> u64 {
    let schema = request.json_schema.as_ref().map_or(0, |schema| schema.to_string().len());
    tokens_at_most(texts(request).map(str::len).sum::<usize>() + schema)
}

/// The rule of thumb and a fifth on top. Of bytes, not characters: scripts that take more bytes take more tokens.
pub(crate) fn tokens_at_most(bytes: usize) -> u64 {
    u64::try_from(bytes.saturating_mul(3).div_ceil(10)).unwrap_or(u64::MAX)
}

fn tokens(chars: usize) -> u64 {
    u64::try_from(chars.div_ceil(4)).unwrap_or(u64::MAX)
}
