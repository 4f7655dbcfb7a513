//! Whether the site already has this article, more or less.

use super::Context;
use super::finding::{Finding, Severity, Sink, excerpt};

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let policy = context.policy;
    let Some((index, similarity)) = context.metrics.nearest else { return };
    let Some(other) = context.article.site_articles.get(index) else { return };
    let (severity, limit, what) = if similarity >= policy.near_duplicate_block {
        (Severity::Block, policy.near_duplicate_block, "is nearly the same as")
    } else if similarity >= policy.near_duplicate_revise {
        (Severity::Revise, policy.near_duplicate_revise, "shares much of its text with")
    } else {
        return;
    };
    let message = format!("The article {what} \"{}\" ({}).", excerpt(other.title), other.content_id);
    out.push(
        Finding::new("near-duplicate", severity, message)
            .measured(format!("{similarity:.2} Jaccard"))
            .threshold(format!("below {limit:.2}")),
    );
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, findings, found, prose};
    use super::Severity;
    use crate::checks::{Article, SiteArticle};
    use crate::text::{Signature, TextModel};

    /// Compares an article of 800 words with one that has `common` words at its beginning.
    fn severity(common: usize) -> Vec<Severity> {
        let text = prose(1, 800, 10);
        let other = format!("{} {}", prose(1, common, 10), prose(5000, 800 - common, 10));
        let site =
            [SiteArticle { content_id: "other", title: "Other", signature: Signature::of(&TextModel::parse(&other)) }];
        found("near-duplicate", &Article { site_articles: &site, ..article(&text) })
    }

    #[test]
    fn thresholds_hold_within_the_error_of_the_estimate() {
        // Exact Jaccard: common / (1600 - common), less the shingles across the seam.
        assert_eq!(severity(0), []);
        assert_eq!(severity(460), [], "0.40");
        assert_eq!(severity(600), [Severity::Revise], "0.60");
        assert_eq!(severity(670), [Severity::Revise], "0.71");
        assert_eq!(severity(755), [Severity::Block], "0.89");
    }

    #[test]
    fn names_the_most_similar_article() {
        let text = prose(1, 100, 10);
        let signature = |text: &str| Signature::of(&TextModel::parse(text));
        let near = signature(&prose(1, 90, 10));
        let site = [
            SiteArticle { content_id: "a", title: "A", signature: near },
            SiteArticle { content_id: "b", title: "B", signature: signature(&text) },
        ];
        let found = findings("near-duplicate", &Article { site_articles: &site, ..article(&text) });
        assert!(found.iter().all(|finding| finding.message.contains("\"B\" (b)")) && found.len() == 1);
    }

    #[test]
    fn a_revision_is_no_copy_of_itself() {
        let text = prose(1, 100, 10);
        let site = [SiteArticle { content_id: "own", title: "A", signature: Signature::of(&TextModel::parse(&text)) }];
        assert_eq!(found("near-duplicate", &Article { site_articles: &site, ..article(&text) }), []);
    }
}
