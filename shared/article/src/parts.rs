//! The parts of an article.

use crate::without_citations;

/// Most characters of a summary.
const SUMMARY_CHARS: usize = 300;

/// The text of the H1; empty without one.
#[must_use]
pub fn title(markdown: &str) -> &str {
    markdown.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().trim()
}

/// The texts of the second-level headings, in order; fenced code is left out.
#[must_use]
pub fn headings(markdown: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in markdown.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if let Some(heading) = line.strip_prefix("## ").filter(|_| !fenced) {
            found.push(heading_text(heading).to_owned());
        }
    }
    found
}

/// The text of a heading without its closing number signs, which stand apart: `C#` closes nothing.
pub(crate) fn heading_text(heading: &str) -> &str {
    let text = heading.trim();
    let open = text.trim_end_matches('#');
    if open.is_empty() || open.ends_with(char::is_whitespace) { open.trim_end() } else { text }
}

/// The first paragraph of prose, its lines joined, without citations; empty when there is none.
#[must_use]
pub fn first_paragraph(markdown: &str) -> String {
    let is_prose = |line: &&str| line.chars().next().is_some_and(|first| first.is_alphanumeric() || first == '"');
    let from_prose = markdown.lines().skip_while(|line| !is_prose(line));
    let paragraph = from_prose.take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ");
    without_citations(&paragraph).into_owned()
}

/// The first sentences, up to 300 characters.
#[must_use]
pub fn summary(markdown: &str) -> String {
    let prose = first_paragraph(markdown);
    let mut summary = String::new();
    for sentence in prose.split_inclusive(['.', '!', '?']) {
        if summary.chars().count() + sentence.chars().count() > SUMMARY_CHARS {
            break;
        }
        summary.push_str(sentence);
    }
    if summary.trim().is_empty() { prose } else { summary.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str = "# The *title*\n\n- a list\n\nFirst words. More\nof them.\n\n## One ##\n\n```\n## code\n```\n\n## Two\n\nEnd.\n";

    #[test]
    fn parts_are_found() {
        assert_eq!(title(ARTICLE), "The *title*");
        assert_eq!(headings(ARTICLE), ["One", "Two"]);
        assert_eq!(first_paragraph(ARTICLE), "First words. More of them.");
        assert_eq!(headings("## C#\n\n## F# ##\n\n## #\n"), ["C#", "F#", ""]);
        assert_eq!((title(""), headings("").len(), first_paragraph("").as_str()), ("", 0, ""));
    }

    #[test]
    fn a_summary_ends_with_a_sentence() {
        assert_eq!(summary(ARTICLE), "First words. More of them.");
        let long = format!("Short one. {}", "word ".repeat(100));
        assert_eq!(summary(&long), "Short one.");
        assert_eq!(summary("no end at all"), "no end at all");
    }
}
