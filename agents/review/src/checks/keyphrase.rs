//! Whether the keyphrase is stuffed into the text.

use super::Context;
use super::finding::{Finding, Severity, Sink, excerpt, percent};
use crate::text::PhraseSet;

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let Some(keyphrase) = context.article.keyphrase else { return };
    let words = context.metrics.words;
    if words < context.policy.keyphrase_min_words.max(1) {
        return;
    }
    let phrase = PhraseSet::new([keyphrase]);
    let count: usize =
        context.model.blocks().iter().map(|block| phrase.find(context.model.words_of(block.words)).count()).sum();
    let density = count as f64 / words as f64;
    if density > context.policy.keyphrase_density_block {
        let message = format!("The keyphrase \"{}\" is repeated so often that it reads as spam.", excerpt(keyphrase));
        let limit = percent(context.policy.keyphrase_density_block);
        let measured = format!("{} ({count} times)", percent(density));
        out.push(
            Finding::new("keyphrase-density", Severity::Block, message)
                .measured(measured)
                .threshold(format!("at most {limit}")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, found, prose};
    use super::Severity;
    use crate::checks::Article;

    fn severity(times: usize, others: usize) -> Vec<Severity> {
        let text = format!("{}\n\n{}", "Red shoes. ".repeat(times), prose(1, others, 10));
        found("keyphrase-density", &Article { keyphrase: Some("red shoes"), ..article(&text) })
    }

    #[test]
    fn four_percent_is_the_limit() {
        assert_eq!(severity(8, 184), [], "8 of 200");
        assert_eq!(severity(9, 182), [Severity::Block], "9 of 200");
    }

    #[test]
    fn short_texts_and_empty_phrases_are_not_measured() {
        assert_eq!(severity(20, 10), []);
        assert_eq!(found("keyphrase-density", &Article { keyphrase: Some("…"), ..article(&prose(1, 200, 10)) }), []);
    }
}
