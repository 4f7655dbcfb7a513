//! Word shingles: overlapping runs of words, hashed, as sorted sets.

use super::Word;

/// Spreads all input bits over all output bits (the finaliser of SplitMix64).
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Hashes of all runs of `size` words; a text with fewer words than `size` is one shingle.
pub(crate) fn shingle_hashes(words: &[Word], size: usize) -> impl Iterator<Item = u64> + '_ {
    let size = size.clamp(1, words.len().max(1));
    words.windows(size).map(|run| run.iter().fold(0, |hash, word| mix(hash ^ word.hash).wrapping_add(word.hash)))
}

/// |A ∩ B| / |A ∪ B| of two sorted sets without duplicates; 0 when both are empty.
pub(crate) fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let common = common(a, b);
    ratio(common, a.len() + b.len() - common)
}

/// |A ∩ B| over the smaller set's size, of two sorted sets without duplicates; 0 when one is empty.
pub(crate) fn containment(a: &[u64], b: &[u64]) -> f64 {
    ratio(common(a, b), a.len().min(b.len()))
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn common(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        i += usize::from(x <= y);
        j += usize::from(y <= x);
        count += usize::from(x == y);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::TextModel;
    use super::*;

    fn set(text: &str, size: usize) -> Vec<u64> {
        let mut set: Vec<u64> = shingle_hashes(TextModel::parse(text).words(), size).collect();
        set.sort_unstable();
        set.dedup();
        set
    }

    #[test]
    fn counts_runs_of_words() {
        assert_eq!(set("a b c d e f", 5).len(), 2);
        assert_eq!(set("a b", 5).len(), 1);
        assert_eq!(set("", 5).len(), 0);
        assert_ne!(set("a b", 2), set("b a", 2));
    }

    #[test]
    fn compares_sets() {
        assert_eq!(jaccard(&[1, 2, 3], &[2, 3, 4]), 0.5);
        assert_eq!(containment(&[2, 3], &[1, 2, 3, 4]), 1.0);
        assert_eq!((jaccard(&[], &[]), containment(&[], &[1])), (0.0, 0.0));
    }
}
