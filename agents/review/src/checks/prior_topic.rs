//! Whether the site has written about this lately.

use super::Context;
use super::finding::{Finding, Severity, Sink, excerpt};
use mesh_contracts::topic_key;

use crate::text::{jaccard, shingle_hashes, topic_words};

const SHINGLE_WORDS: usize = 3;

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let article = context.article;
    let topic = topic_key(article.topic);
    let title = context.model.title().map(shingles).unwrap_or_default();
    for recent in article.recent.iter().filter(|recent| recent.content_id != article.content_id) {
        let about = format!(
            "\"{}\" ({})",
            excerpt(if recent.title.is_empty() { recent.topic } else { recent.title }),
            recent.content_id
        );
        if !topic.is_empty() && topic_key(recent.topic) == topic {
            let message = format!("The site wrote about this topic lately in {about}; find another angle.");
            let days = context.policy.prior_topic_days;
            out.push(finding(message).measured("the same topic").threshold(format!("once in {days} days")));
            continue;
        }
        let similarity = jaccard(&title, &shingles(recent.title));
        let limit = context.policy.title_similarity_revise;
        if similarity >= limit {
            let message = format!("The title is nearly that of {about}.");
            out.push(
                finding(message).measured(format!("{similarity:.2} Jaccard")).threshold(format!("below {limit:.2}")),
            );
        }
    }
}

fn finding(message: String) -> Finding {
    Finding::new("prior-topic", Severity::Revise, message)
}

fn shingles(title: &str) -> Vec<u64> {
    let mut set: Vec<u64> = shingle_hashes(&topic_words(title), SHINGLE_WORDS).collect();
    set.sort_unstable();
    set.dedup();
    set
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, found};
    use super::Severity;
    use crate::checks::{Article, RecentArticle};

    fn severity(topic: &str, title: &str, recent: RecentArticle<'_>) -> Vec<Severity> {
        let text = format!("# {title}\n\nText.");
        found("prior-topic", &Article { topic, recent: &[recent], ..article(&text) })
    }

    fn recent<'a>(topic: &'a str, title: &'a str) -> RecentArticle<'a> {
        RecentArticle { content_id: "other", topic, title }
    }

    #[test]
    fn the_same_topic_is_revised() {
        assert_eq!(severity("The Best CRM", "A", recent("best crm!", "B")), [Severity::Revise]);
        assert_eq!(severity("The Best CRM", "A", recent("worst crm", "B")), []);
        assert_eq!(severity("", "A", recent("", "")), []);
    }

    #[test]
    fn a_nearly_equal_title_is_revised() {
        // 8 shared words: 6 shingles each; a ninth word adds one; three more words push the index to 6 of 9.
        let title = "How to water a garden in dry summers";
        assert_eq!(
            severity("x", title, recent("y", "How to water a garden in dry summers again and again")),
            [Severity::Revise]
        );
        assert_eq!(
            severity("x", title, recent("y", "How to water a garden in dry summers again and again and now")),
            []
        );
    }

    #[test]
    fn its_own_earlier_revision_does_not_count() {
        assert_eq!(
            severity(
                "x",
                "A title of words",
                RecentArticle { content_id: "own", topic: "x", title: "A title of words" }
            ),
            []
        );
    }
}
