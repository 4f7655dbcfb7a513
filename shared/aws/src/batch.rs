//! Batches: cutting them to what one request takes, and knowing what became of each entry.

use std::collections::BTreeSet;

use mesh_core::{
    message::MAX_MESSAGE_BYTES,
    ports::{FailedEntry, PortError},
};

/// Most entries of one request to SNS or SQS.
pub(crate) const MAX_ENTRIES: usize = 10;

/// Cuts entries, given as position and size, into requests of at most [`MAX_ENTRIES`] and 256 KiB together.
pub(crate) fn chunks(entries: impl IntoIterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    let mut bytes = 0;
    for (index, size) in entries {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < MAX_ENTRIES && bytes + size <= MAX_MESSAGE_BYTES => {
                chunk.push(index);
                bytes += size;
            }
            _ => {
                chunks.push(vec![index]);
                bytes = size;
            }
        }
    }
    chunks
}

/// What a service said of one entry it did not take.
pub(crate) struct Refusal<'a> {
    pub(crate) id: &'a str,
    pub(crate) code: &'a str,
    pub(crate) message: Option<&'a str>,
}

/// What became of the entries of a batch that needs several requests.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    any_taken: bool,
    failed: Vec<FailedEntry>,
}

impl Outcomes {
    /// Notes an answer: HTTP 200 says nothing of an entry, so what is not named as taken has failed.
    pub(crate) fn answered<'a>(
        &mut self,
        chunk: &[usize],
        taken: impl IntoIterator<Item = &'a str>,
        refused: impl IntoIterator<Item = Refusal<'a>>,
    ) {
        let mut taken: BTreeSet<&str> = taken.into_iter().collect();
        let mut named = BTreeSet::new();
        for refusal in refused {
            let Some(&index) = chunk.iter().find(|index| index.to_string() == refusal.id) else { continue };
            taken.remove(refusal.id);
            if named.insert(index) {
                let message = refusal.message.unwrap_or("the service gave no reason").to_owned();
                self.failed.push(FailedEntry { index, code: refusal.code.to_owned(), message });
            }
        }
        for &index in chunk.iter().filter(|index| !named.contains(index)) {
            if taken.contains(index.to_string().as_str()) {
                self.any_taken = true;
            } else {
                let message = "the service did not say what became of the entry".to_owned();
                self.failed.push(FailedEntry { index, code: "NoAnswer".to_owned(), message });
            }
        }
    }

    /// Notes a request the service refused as a whole.
    pub(crate) fn refused(&mut self, chunk: &[usize], code: &str, message: &str) {
        self.failed.extend(chunk.iter().map(|&index| FailedEntry {
            index,
            code: code.to_owned(),
            message: message.to_owned(),
        }));
    }

    /// Ends a batch whose other entries were not sent, or of which nothing is known, because of `error`: that is an
    /// error of the batch only while nothing of it was taken.
    pub(crate) fn broken_off(
        mut self,
        rest: impl IntoIterator<Item = usize>,
        error: PortError,
    ) -> Result<Vec<FailedEntry>, PortError> {
        if !self.any_taken {
            return Err(error);
        }
        let code = if matches!(error, PortError::Throttled { .. }) { "Throttled" } else { "Unavailable" };
        let rest: Vec<usize> = rest.into_iter().collect();
        self.refused(&rest, code, &error.to_string());
        Ok(self.failed())
    }

    /// The entries that were not taken, in the order of the batch.
    pub(crate) fn failed(mut self) -> Vec<FailedEntry> {
        self.failed.sort_by_key(|entry| entry.index);
        self.failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indices(failed: &[FailedEntry]) -> Vec<(usize, &str)> {
        failed.iter().map(|entry| (entry.index, entry.code.as_str())).collect()
    }

    #[test]
    fn chunks_keep_both_limits() {
        let small = chunks((0..1_000).map(|index| (index, 100)));
        assert_eq!(small.len(), 100);
        assert_eq!(small.concat(), (0..1_000).collect::<Vec<_>>());
        assert_eq!(chunks([(0, 200_000), (1, 62_144), (2, 1)]), [vec![0, 1], vec![2]]);
        assert_eq!(chunks([(0, 262_144), (1, 262_144)]), [vec![0], vec![1]]);
        assert!(chunks([]).is_empty());
    }

    #[test]
    fn what_is_not_named_as_taken_has_failed() {
        let mut outcomes = Outcomes::default();
        let refusal = |id| Refusal { id, code: "InternalError", message: None };
        outcomes.answered(&[10, 11, 12], ["10", "11"], [refusal("11"), refusal("11"), refusal("99")]);
        assert!(outcomes.any_taken);
        assert_eq!(indices(&outcomes.failed()), [(11, "InternalError"), (12, "NoAnswer")]);
    }

    #[test]
    fn a_batch_of_which_nothing_was_taken_is_an_error() {
        let broken = || PortError::Unavailable { port: "queue", message: "gone".to_owned(), source: None };
        let mut outcomes = Outcomes::default();
        outcomes.refused(&[0], "NotFound", "no such topic");
        assert!(outcomes.broken_off([1, 2], broken()).is_err());
        let mut outcomes = Outcomes::default();
        outcomes.answered(&[0], ["0"], []);
        let failed = outcomes.broken_off([2, 1], broken()).unwrap();
        assert_eq!(indices(&failed), [(1, "Unavailable"), (2, "Unavailable")]);
    }
}
