//! Keeps the keyphrase between too rare and stuffed.

use super::{grammar::Mention, subject::Subject};

/// How often the topic and the keywords were named, and how often they should be.
#[derive(Debug)]
pub(super) struct Mentions {
    topic: usize,
    first: usize,
    others: usize,
    topic_rate: usize,
    first_rate: usize,
    others_rate: usize,
    /// Whether the first keyword was asked for.
    leads: bool,
    keywords: usize,
}

impl Mentions {
    /// Rates in one per ten thousand words. Long phrases are named less often, because some count their words.
    pub(super) fn new(subject: &Subject) -> Self {
        let length = |phrase: &str| phrase.split(' ').count();
        let leads = subject.asked > 0;
        let lead = subject.keywords.first().filter(|_| leads);
        let first_rate = lead.map_or(0, |keyword| {
            let (keyword, phrase) = (keyword.to_lowercase(), subject.phrase.to_lowercase());
            // One names the other: what they are named adds up.
            if phrase.contains(&keyword) || keyword.contains(&phrase) {
                45
            } else {
                (170 / length(&keyword)).clamp(65, 90)
            }
        });
        let others = subject.keywords.len() - usize::from(leads);
        Self {
            topic: 0,
            first: 0,
            others: 0,
            topic_rate: (240 / length(&subject.phrase)).clamp(65, 120),
            first_rate,
            others_rate: (others * 28).min(150),
            leads,
            keywords: subject.keywords.len(),
        }
    }

    /// What the next sentence should mention when the text has `words` words.
    pub(super) fn due(&self, words: usize) -> (Mention, usize) {
        if self.topic * 10_000 < words * self.topic_rate {
            (Mention::Topic, 0)
        } else if self.first * 10_000 < words * self.first_rate {
            (Mention::Keyword, 0)
        } else if self.others * 10_000 < words * self.others_rate {
            (Mention::Keyword, self.next_other())
        } else {
            (Mention::Nothing, 0)
        }
    }

    /// The keyword for a heading: the one asked for first, if there is one.
    pub(super) fn leading(&self) -> Option<usize> {
        self.leads.then_some(0)
    }

    fn next_other(&self) -> usize {
        let from = usize::from(self.leads);
        from + self.others % (self.keywords - from).max(1)
    }

    /// Counts the topic, named outside a wish.
    pub(super) fn topic_named(&mut self) {
        self.topic += 1;
    }

    /// Counts what a sentence named.
    pub(super) fn count(&mut self, mention: Mention, keyword: usize) {
        match mention {
            Mention::Nothing => {}
            Mention::Topic => self.topic += 1,
            Mention::Keyword if self.leads && keyword == 0 => self.first += 1,
            Mention::Keyword => self.others += 1,
        }
    }
}
