//! Chance without chance: a generator whose whole state is a hash of the request, and decks of cards dealt by it.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// xoshiro256**; small, fast, and the same on every machine. Not for secrets.
#[derive(Debug, Clone)]
pub(super) struct Rng([u64; 4]);

impl Rng {
    /// The generator of one request: SHA-256 of the model's name and the canonical JSON of its task.
    pub(super) fn new(model: &str, task: &str, input: &Value) -> Self {
        let mut canonical = Vec::with_capacity(512);
        canonical.extend_from_slice(model.as_bytes());
        canonical.push(0);
        canonical.extend_from_slice(task.as_bytes());
        canonical.push(0);
        write_canonical(input, &mut canonical);
        let digest: [u8; 32] = Sha256::digest(&canonical).into();
        let mut state = [0_u64; 4];
        for (word, bytes) in state.iter_mut().zip(digest.chunks_exact(8)) {
            *word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
        // The all-zero state is the one the generator never leaves.
        state[0] |= u64::from(state == [0; 4]);
        Self(state)
    }

    fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let answer = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        answer
    }

    /// A number below `bound`; 0 when there is none.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        // The bias of a 32-bit multiply-shift is far below what a reader of the text could see.
        ((self.next() >> 32) as usize).wrapping_mul(bound) >> 32
    }
}

/// Cards dealt without repetition until all are out; then again, never the same card twice in a row.
#[derive(Debug, Clone)]
pub(super) struct Deck {
    cards: Vec<u8>,
    dealt: usize,
}

impl Deck {
    /// A deck of the cards 0 to `len` - 1; at most 255.
    pub(super) fn new(len: usize) -> Self {
        Self { cards: (0..u8::try_from(len).unwrap_or(u8::MAX)).collect(), dealt: 0 }
    }

    /// The next card; 0 of an empty deck.
    pub(super) fn deal(&mut self, rng: &mut Rng) -> usize {
        let len = self.cards.len();
        if len < 2 {
            return 0;
        }
        // After a full round the card dealt last lies at the end: leave it out of the first draw of the next round.
        let choices = if self.dealt == len { len - 1 } else { len - self.dealt };
        self.dealt %= len;
        let from = self.dealt + rng.below(choices);
        self.cards.swap(self.dealt, from);
        self.dealt += 1;
        usize::from(self.cards[self.dealt - 1])
    }
}

/// JSON with sorted keys, whatever order the map of `serde_json` keeps in this build.
fn write_canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| key.as_str());
            out.push(b'{');
            for (key, value) in entries {
                write_string(key, out);
                out.push(b':');
                write_canonical(value, out);
                out.push(b',');
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                write_canonical(item, out);
                out.push(b',');
            }
            out.push(b']');
        }
        Value::String(text) => write_string(text, out),
        Value::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Null => out.extend_from_slice(b"null"),
    }
}

/// Length first, so that no text can pretend to be the end of its string.
fn write_string(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.len().to_string().as_bytes());
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_keys_is_no_part_of_the_seed() {
        let mut one = Rng::new("m", "draft", &json!({"a": 1, "b": [true, null]}));
        let mut other = Rng::new("m", "draft", &json!({"b": [true, null], "a": 1}));
        assert_eq!(one.next(), other.next());
        let mut third = Rng::new("m", "draft", &json!({"b": [true, null], "a": 2}));
        assert_ne!(one.next(), third.next());
    }

    #[test]
    fn a_deck_deals_every_card_before_one_comes_back() {
        let mut rng = Rng::new("m", "draft", &Value::Null);
        let mut deck = Deck::new(7);
        let mut last = usize::MAX;
        for _ in 0..50 {
            let mut round: Vec<usize> = (0..7).map(|_| deck.deal(&mut rng)).collect();
            assert_ne!(round[0], last);
            last = round[6];
            round.sort_unstable();
            assert_eq!(round, [0, 1, 2, 3, 4, 5, 6]);
        }
    }

    #[test]
    fn small_decks_and_small_bounds_are_no_trouble() {
        let mut rng = Rng::new("m", "draft", &Value::Null);
        assert_eq!(Deck::new(0).deal(&mut rng), 0);
        assert_eq!(Deck::new(1).deal(&mut rng), 0);
        assert_eq!(rng.below(0), 0);
        assert!((0..1000).all(|_| rng.below(3) < 3));
    }
}
