//! Measurements that several checks and the scores share, taken once.

use super::{Article, Policy, language, style};
use crate::text::{BlockKind, Signature, TextModel, syllables};

/// Numbers about one article.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Metrics {
    pub(crate) words: usize,
    pub(crate) sentences: usize,
    pub(crate) paragraphs: usize,
    pub(crate) mean_sentence_words: f64,
    pub(crate) longest_sentence_words: usize,
    /// Words above which a sentence counts as long in this language.
    pub(crate) sentence_limit: usize,
    pub(crate) long_sentences: f64,
    /// English only, like the next two.
    pub(crate) flesch: Option<f64>,
    pub(crate) passive_share: Option<f64>,
    pub(crate) transition_share: Option<f64>,
    /// The most similar other article of the site: its index and the Jaccard index.
    pub(crate) nearest: Option<(usize, f64)>,
}

impl Metrics {
    pub(crate) fn of(article: &Article<'_>, policy: &Policy, model: &TextModel, own: Signature, english: bool) -> Self {
        let prose = model.blocks().iter().filter(|block| block.kind.is_prose());
        let (mut sentences, mut long, mut longest, mut words) = (0, 0, 0, 0);
        let sentence_limit = sentence_limit(article, policy);
        for sentence in
            prose.clone().flat_map(|block| model.sentences().get(block.sentences.range()).unwrap_or_default())
        {
            let length = sentence.words.len();
            sentences += 1;
            words += length;
            long += usize::from(length > sentence_limit);
            longest = longest.max(length);
        }
        let measurable = english && sentences > 0;
        Self {
            words: model.word_count(),
            sentences,
            paragraphs: model
                .blocks()
                .iter()
                .filter(|block| block.kind == BlockKind::Paragraph && !block.words.is_empty())
                .count(),
            mean_sentence_words: share(words, sentences),
            longest_sentence_words: longest,
            sentence_limit,
            long_sentences: share(long, sentences),
            flesch: measurable.then(|| flesch(model, words, sentences)),
            passive_share: measurable.then(|| share(style::count(model, style::is_passive), sentences)),
            transition_share: measurable.then(|| share(style::count(model, style::has_transition), sentences)),
            nearest: nearest(article, own),
        }
    }
}

fn sentence_limit(article: &Article<'_>, policy: &Policy) -> usize {
    let by_language =
        article.language.and_then(language::short_code).and_then(|code| policy.sentence_words_by_language.get(code));
    by_language.copied().unwrap_or(policy.sentence_words)
}

/// Flesch reading ease of the prose.
fn flesch(model: &TextModel, words: usize, sentences: usize) -> f64 {
    let prose = model.blocks().iter().filter(|block| block.kind.is_prose());
    let spoken: u32 = prose
        .flat_map(|block| model.words_of(block.words))
        .map(|word| syllables(model.slice(word.bytes), word.hash))
        .sum();
    206.835 - 1.015 * share(words, sentences) - 84.6 * f64::from(spoken) / words.max(1) as f64
}

fn nearest(article: &Article<'_>, own: Signature) -> Option<(usize, f64)> {
    let others = article.site_articles.iter().enumerate().filter(|(_, other)| other.content_id != article.content_id);
    let similar = others.map(|(index, other)| (index, own.jaccard(&other.signature)));
    similar.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(markdown: &str) -> Metrics {
        let model = TextModel::parse(markdown);
        Metrics::of(&Article::default(), &Policy::default(), &model, Signature::of(&model), true)
    }

    #[test]
    fn measures_prose_only() {
        let metrics = metrics("# A title of words\n\nOne two three. Four five.\n\n- six\n\n|a|\n|-|\n|b|\n");
        assert_eq!(
            (metrics.words, metrics.sentences, metrics.paragraphs, metrics.longest_sentence_words),
            (12, 3, 1, 3)
        );
        assert_eq!(metrics.mean_sentence_words, 2.0);
    }

    #[test]
    fn computes_flesch_by_the_formula() {
        // 6 words, 1 sentence, 6 syllables.
        let expected = 206.835 - 1.015 * 6.0 - 84.6;
        assert!(metrics("The cat sat on the mat.").flesch.is_some_and(|flesch| (flesch - expected).abs() < 1e-9));
        assert_eq!(metrics("").flesch, None);
    }
}
