//! Chance without chance: numbers drawn from a hash of the request.

use mesh_core::ports::RenderRequest;
use sha2::{Digest, Sha256};

/// Numbers of one request, the same ones on every machine. Not for secrets.
#[derive(Debug)]
pub(super) struct Chance {
    seed: [u8; 32],
    drawn: u64,
}

impl Chance {
    /// The numbers of this request to this model. The caption has no say: it lies on the picture.
    pub(super) fn new(model: &str, request: &RenderRequest) -> Self {
        let request = &RenderRequest { caption: None, ..request.clone() };
        // Fields are written in the order of their declaration: the same request is the same text.
        let request = serde_json::to_vec(request).unwrap_or_default();
        let seed = Sha256::new().chain_update(model).chain_update([0]).chain_update(request).finalize().into();
        Self { seed, drawn: 0 }
    }

    /// A number from `low` up to, and without, `high`; `low` when there is none.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        let block: [u8; 32] =
            Sha256::new().chain_update(self.seed).chain_update(self.drawn.to_be_bytes()).finalize().into();
        self.drawn += 1;
        let bits = u64::from(u32::from_be_bytes([block[0], block[1], block[2], block[3]]));
        low + u32::try_from((bits * u64::from(high.saturating_sub(low))) >> 32).unwrap_or(0)
    }

    /// One of these; `None` of none.
    pub(super) fn one_of<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        let at = self.between(0, u32::try_from(choices.len()).unwrap_or(u32::MAX));
        choices.get(usize::try_from(at).unwrap_or(0)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chance(prompt: &str) -> Chance {
        let request = RenderRequest {
            prompt: prompt.into(),
            negative_prompt: None,
            colors: Vec::new(),
            style: None,
            caption: None,
            aspect_ratio: (1, 1),
            seed: 0,
        };
        Chance::new("m", &request)
    }

    #[test]
    fn numbers_follow_from_the_request_alone_and_keep_their_bounds() {
        let draw = |prompt| {
            let mut chance = chance(prompt);
            (0..50).map(|_| chance.between(3, 9)).collect::<Vec<u32>>()
        };
        assert_eq!(draw("a harbour"), draw("a harbour"));
        assert_ne!(draw("a harbour"), draw("a mountain"));
        assert!(draw("a harbour").iter().all(|number| (3..9).contains(number)));
        assert_eq!(chance("x").between(5, 5), 5);
        assert_eq!(chance("x").one_of::<u8>(&[]), None);
    }
}
