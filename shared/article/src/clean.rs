//! From a model's answer to Markdown that stands by itself: one H1, no fence around the whole, no assistant's remarks.

use crate::{citations::with_citations, parts::heading_text};

/// Openings of lines that speak to whoever asked, not to the reader.
const REMARKS: [&str; 10] = [
    "certainly",
    "sure,",
    "sure!",
    "of course",
    "absolutely!",
    "here is ",
    "here's ",
    "as requested",
    "below is ",
    "i hope this",
];
/// Openings of last lines of that kind.
const FAREWELLS: [&str; 6] =
    ["i hope this", "let me know", "feel free to", "would you like", "if you need", "please let me know"];

/// Cleans up an answer. `topic` becomes the title when the answer has none. Headings cite nothing.
#[must_use]
pub fn clean(answer: &str, topic: &str) -> String {
    let text = answer.replace("\r\n", "\n");
    let text = without_fence(text.trim());
    let text = without_remarks(text);
    let cited = with_citations(&text, |mark| match mark.in_heading {
        true => String::new(),
        false => text[mark.bytes.clone()].to_owned(),
    });
    let mut lines = one_title(&cited, topic);
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    let mut markdown = lines.join("\n");
    markdown.push('\n');
    markdown
}

/// The inside of a fence around the whole answer.
fn without_fence(text: &str) -> &str {
    let Some((first, rest)) = text.split_once('\n') else { return text };
    let opens = first
        .trim_end()
        .strip_prefix("```")
        .is_some_and(|info| matches!(info.trim().to_ascii_lowercase().as_str(), "" | "markdown" | "md" | "text"));
    match rest.trim_end().strip_suffix("```") {
        Some(inside) if opens && !inside.contains("\n```") => inside.trim(),
        _ => text,
    }
}

fn starts_with_any(line: &str, openings: &[&str]) -> bool {
    let line = line.trim().to_lowercase();
    openings.iter().any(|opening| line.starts_with(opening))
}

/// The text without a remark before the first heading, and without a farewell at the end.
fn without_remarks(text: &str) -> String {
    let mut paragraphs: Vec<&str> = text.split("\n\n").collect();
    if paragraphs.len() > 1 && starts_with_any(paragraphs[0], &REMARKS) && !paragraphs[0].contains("\n#") {
        let short = paragraphs[0].len() < 300;
        let followed_by_title = paragraphs[1].trim_start().starts_with('#');
        if short && (followed_by_title || paragraphs[0].trim_end().ends_with([':', '!'])) {
            paragraphs.remove(0);
        }
    }
    while paragraphs.len() > 1 && paragraphs.last().is_some_and(|last| is_after_the_end(last)) {
        paragraphs.pop();
    }
    paragraphs.join("\n\n")
}

/// Whether a last paragraph is none of the article's: a farewell, or the rule before one.
fn is_after_the_end(paragraph: &str) -> bool {
    starts_with_any(paragraph, &FAREWELLS) || matches!(paragraph.trim(), "" | "---" | "***")
}

/// The lines with exactly one H1, in first place; further ones become H2.
fn one_title(text: &str, topic: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut title: Option<String> = None;
    let mut fenced = false;
    for line in text.trim().lines() {
        fenced ^= line.trim_start().starts_with("```");
        match line.strip_prefix("# ").filter(|_| !fenced) {
            Some(heading) if title.is_none() && lines.iter().all(|line| line.trim().is_empty()) => {
                title = Some(plain_title(heading));
            }
            Some(heading) => lines.push(format!("## {}", heading.trim())),
            None => lines.push(line.to_owned()),
        }
    }
    let title = title.filter(|title| !title.is_empty()).unwrap_or_else(|| plain_title(topic));
    let body = lines.into_iter().skip_while(|line| line.trim().is_empty());
    [format!("# {title}"), String::new()].into_iter().chain(body).collect()
}

/// A title without line breaks, marks of emphasis around the whole, and closing number signs.
fn plain_title(heading: &str) -> String {
    let one_line = heading.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut title = one_line.as_str();
    while let Some(inner) = unmarked(title) {
        title = inner;
    }
    title.to_owned()
}

/// The title inside closing number signs or marks around the whole, if there are any: `C#` closes nothing, and in
/// `*Tea* and *coffee*` nothing is around the whole.
fn unmarked(title: &str) -> Option<&str> {
    let open = heading_text(title);
    if open.len() < title.len() {
        return Some(open);
    }
    ["***", "**", "*", "___", "__", "_"].iter().find_map(|mark| {
        let inner = title.strip_prefix(mark)?.strip_suffix(mark)?;
        let plain = !inner.is_empty() && !inner.contains(mark.chars().next()?);
        plain.then(|| inner.trim())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_good_answer_stays_as_it_is() {
        let good = "# Title\n\nFirst words.\n\n## Part\n\nMore.\n";
        assert_eq!(clean(good, "topic"), good);
    }

    #[test]
    fn fence_remark_and_farewell_go() {
        let answer =
            "```markdown\nCertainly! Here is your article:\n\n# **Title**\n\nWords.\n\nLet me know if it fits.\n```";
        assert_eq!(clean(answer, "topic"), "# Title\n\nWords.\n");
    }

    #[test]
    fn a_sentence_that_only_sounds_like_a_remark_stays() {
        let answer = "# Title\n\nHere is the thing about tea. It is hot.\n";
        assert_eq!(clean(answer, "topic"), answer);
    }

    #[test]
    fn a_missing_title_is_the_topic_and_a_second_one_becomes_a_section() {
        assert_eq!(
            clean("Words.\n\n# Late title\n\nMore.", "my topic"),
            "# my topic\n\nWords.\n\n## Late title\n\nMore.\n"
        );
        assert_eq!(clean("# A\n\nx\n\n# B\n\ny", "t"), "# A\n\nx\n\n## B\n\ny\n");
    }

    #[test]
    fn a_title_loses_the_marks_around_it_and_no_others() {
        let titled = |title: &str| clean(&format!("# {title}\n\nWords.\n"), "topic");
        for (title, plain) in [
            ("**Tea** #", "Tea"),
            ("__Tea__ ##", "Tea"),
            ("***Tea***", "Tea"),
            ("*Tea* and *coffee*", "*Tea* and *coffee*"),
            ("Learning C#", "Learning C#"),
            ("A *good* cup", "A *good* cup"),
        ] {
            assert_eq!(titled(title), format!("# {plain}\n\nWords.\n"));
        }
    }

    #[test]
    fn citations_stay_but_for_those_in_headings() {
        assert_eq!(
            clean("# A [#1]\n\nWords [#2].\n\n## B [#3]\n\nMore.", "t"),
            "# A\n\nWords [#2].\n\n## B\n\nMore.\n"
        );
    }

    #[test]
    fn farewells_go_however_many() {
        assert_eq!(clean("# A\n\nWords.\n\n---\n\nI hope this helps!\n\nLet me know.", "t"), "# A\n\nWords.\n");
    }

    #[test]
    fn code_inside_the_article_is_left_alone() {
        let answer = "# A\n\n```sh\n# a comment\n```\n\nEnd.\n";
        assert_eq!(clean(answer, "t"), answer);
    }

    proptest! {
        #[test]
        fn an_article_has_a_title_and_an_end(answer in "([#*` a-z.!:\n]|Certainly|Here is ){0,80}") {
            let once = clean(&answer, "topic");
            prop_assert!(once.starts_with("# "));
            prop_assert!(once.ends_with('\n'));
        }

        #[test]
        fn nothing_breaks_it(answer in any::<String>(), topic in "[^\\s]{1,20}") {
            let cleaned = clean(&answer, &topic);
            prop_assert!(cleaned.starts_with("# "));
        }
    }
}
