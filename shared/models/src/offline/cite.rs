//! Citations of the offline model: one at the end of each paragraph, for as long as there are sources.

use super::article::DISCLOSURE;

/// The article with a mark in front of the full stop of as many paragraphs as there are sources.
pub(super) fn cited(article: &str, sources: &[u64]) -> String {
    let mut left = sources.iter();
    let mut out = String::with_capacity(article.len() + 8 * sources.len());
    for line in article.split_inclusive('\n') {
        let text = line.trim_end();
        let prose = text.starts_with(|c: char| c.is_alphanumeric()) && text.ends_with('.') && text != DISCLOSURE;
        match prose.then(|| left.next()).flatten() {
            Some(id) => {
                out.push_str(&text[..text.len() - 1]);
                out.push_str(&format!(" [#{id}]."));
                out.push_str(&line[text.len()..]);
            }
            None => out.push_str(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_has_its_paragraph() {
        let article = format!("# Tea.\n\nOne. Two.\n\n- item.\n\nThree.\n\n{DISCLOSURE}\n");
        let expected = format!("# Tea.\n\nOne. Two [#4].\n\n- item.\n\nThree [#7].\n\n{DISCLOSURE}\n");
        assert_eq!(cited(&article, &[4, 7, 9]), expected);
        assert_eq!(cited(&article, &[]), article);
    }
}
