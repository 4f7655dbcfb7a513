//! HTML as plain text.

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;

static NOTHING: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut rules = Builder::empty();
    rules.clean_content_tags(HashSet::from(["script", "style"]));
    rules
});

/// The readable text inside HTML, without its scripts and styles.
#[must_use]
pub fn html_text(html: &str) -> String {
    let escaped = NOTHING.clean(html).to_string();
    escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::html_text;

    #[test]
    fn raw_html_leaves_its_words() {
        assert_eq!(html_text("<div class=x>a &amp; b<script>c</script></div>"), "a & b");
    }
}
