//! Rules that make a plan of what a model suggested.

use std::collections::BTreeSet;

use crate::prompt::SuggestedImage;

/// Most characters of a prompt (the contract's bound).
const PROMPT_CHARS: usize = 2000;
/// Fewest and most characters of an alternative text (Yoast, `altTextLength.js`).
const ALT_CHARS: std::ops::RangeInclusive<usize> = 11..=199;

/// What the article says of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Article<'a> {
    pub(crate) title: &'a str,
    pub(crate) summary: &'a str,
    /// Texts of the second-level headings.
    pub(crate) sections: &'a [String],
}

/// One image of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) prompt: String,
    pub(crate) alt_text: String,
    /// 0 to the number of sections.
    pub(crate) section: usize,
}

/// At most `count` images in the order of their sections: those without a prompt are left out, sections exist and are
/// distinct while there are free ones, alternative texts have their length and are distinct.
pub(crate) fn mend(suggested: &[SuggestedImage], count: usize, article: Article<'_>) -> Vec<Planned> {
    let mut taken = BTreeSet::new();
    let with_prompt = suggested.iter().map(|image| (image, one_line(&image.prompt, PROMPT_CHARS)));
    let mut images: Vec<Planned> = with_prompt
        .filter(|(_, prompt)| !prompt.is_empty())
        .take(count)
        .map(|(image, prompt)| {
            let section = free_section(image.section, article.sections.len(), &taken);
            taken.insert(section);
            Planned { prompt, alt_text: image.alt_text.clone(), section }
        })
        .collect();
    images.sort_by_key(|image| image.section);
    let mut told = BTreeSet::new();
    for image in &mut images {
        image.alt_text = distinct(&alt_text(&image.alt_text, image.section, article), &mut told);
    }
    images
}

/// The section wished for, or the next free one: behind it first, then before it. When none is free, the one wished for.
fn free_section(wished: i64, sections: usize, taken: &BTreeSet<usize>) -> usize {
    let wished = usize::try_from(wished.max(0)).unwrap_or(usize::MAX).min(sections);
    let behind = wished..=sections;
    behind.chain((0..wished).rev()).find(|section| !taken.contains(section)).unwrap_or(wished)
}

/// The text the model gave; one that is too short to say anything is made from the heading and the title.
fn alt_text(given: &str, section: usize, article: Article<'_>) -> String {
    let given = one_line(given, *ALT_CHARS.end());
    if given.chars().count() >= *ALT_CHARS.start() {
        return given;
    }
    let heading = section.checked_sub(1).and_then(|at| article.sections.get(at)).map_or(article.title, String::as_str);
    let parts = [given.as_str(), heading, article.title, article.summary];
    let mut text = String::new();
    for part in parts.into_iter().filter(|part| !part.trim().is_empty()) {
        if text.chars().count() >= *ALT_CHARS.start() {
            break;
        }
        if !text.contains(part) {
            text = if text.is_empty() { part.to_owned() } else { format!("{text}: {part}") };
        }
    }
    one_line(&text, *ALT_CHARS.end())
}

/// The text, with a number behind it when another image has the same already.
fn distinct(text: &str, told: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|n| {
        let number = format!(" ({n})");
        format!("{}{number}", one_line(text, ALT_CHARS.end() - number.len()))
    });
    let mut candidates = std::iter::once(text.to_owned()).chain(numbered);
    // `insert` is true once: there are more numbers than images.
    candidates.find(|candidate| told.insert(candidate.to_lowercase())).unwrap_or_default()
}

/// The text on one line, cut between words to `most` characters; a single word that is longer is cut where it must be.
fn one_line(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, next)) = text.char_indices().nth(most) else { return text };
    let kept = &text[..end];
    let whole = if next == ' ' { kept } else { kept.rsplit_once(' ').map_or(kept, |(words, _)| words) };
    whole.trim_end_matches([' ', ',', ';', ':', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sections() -> Vec<String> {
        ["Brewing", "Serving"].map(str::to_owned).to_vec()
    }

    fn article(sections: &[String]) -> Article<'_> {
        Article { title: "Tea at home", summary: "How to make tea.", sections }
    }

    fn image(prompt: &str, alt_text: &str, section: i64) -> SuggestedImage {
        SuggestedImage { prompt: prompt.into(), alt_text: alt_text.into(), section }
    }

    fn mended(images: &[SuggestedImage], count: usize) -> Vec<(String, usize)> {
        let images = mend(images, count, article(&sections()));
        images.into_iter().map(|image| (image.alt_text, image.section)).collect()
    }

    #[test]
    fn a_good_plan_stays_as_it_is() {
        let good = [image("a pot", "A pot of tea on a table.", 0), image("a cup", "A cup of tea on a tray.", 2)];
        let expected = [("A pot of tea on a table.".to_owned(), 0), ("A cup of tea on a tray.".to_owned(), 2)];
        assert_eq!(mended(&good, 2), expected);
    }

    #[test]
    fn images_too_many_or_without_a_prompt_are_left_out() {
        let images = [image(" \n", "Nothing to see here.", 0), image("a", "An image, the first.", 1)];
        assert_eq!(mended(&images, 2), [("An image, the first.".to_owned(), 1)]);
        let many = [image("a", "An image, the first.", 0), image("b", "An image, the second.", 1)];
        assert_eq!(mended(&many, 1).len(), 1);
    }

    #[test]
    fn sections_exist_and_are_distinct_while_some_are_free() {
        let all_in_one: Vec<SuggestedImage> =
            (0..4).map(|n| image("a", &format!("An image, number {n}."), 1)).collect();
        let places: Vec<usize> = mended(&all_in_one, 4).into_iter().map(|(_, section)| section).collect();
        assert_eq!(places, [0, 1, 1, 2], "three places for four images");
        for (wished, got) in [(-5, 0), (2, 2), (99, 2), (i64::MAX, 2)] {
            assert_eq!(mended(&[image("a", "An image of a thing.", wished)], 1)[0].1, got, "{wished}");
        }
    }

    #[test]
    fn an_alternative_text_that_says_too_little_is_told_by_heading_and_title() {
        assert_eq!(mended(&[image("a", "", 1)], 1)[0].0, "Brewing: Tea at home");
        assert_eq!(mended(&[image("a", "Pot", 2)], 1)[0].0, "Pot: Serving");
        assert_eq!(mended(&[image("a", "", 0)], 1)[0].0, "Tea at home");
    }

    #[test]
    fn one_that_is_too_long_is_cut_between_words_and_two_are_never_the_same() {
        let long = "word ".repeat(60);
        let images = [image("a", &long, 0), image("b", &long.to_uppercase(), 1)];
        let texts = mended(&images, 2);
        assert_eq!(texts[0].0, "word ".repeat(40).trim_end());
        assert!(texts[1].0.ends_with(" (2)") && texts[1].0.chars().count() <= 199, "{texts:?}");
    }

    proptest! {
        #[test]
        fn whatever_is_suggested_a_plan_keeps_its_bounds(
            images in prop::collection::vec(("\\PC{0,30}", "[a-zA-Z äß\n]{0,260}|\\PC{0,20}", -3_i64..9), 0..12),
            count in 1_usize..11,
        ) {
            let images: Vec<SuggestedImage> = images.iter().map(|(p, a, s)| image(p, a, *s)).collect();
            let plan = mend(&images, count, article(&sections()));
            prop_assert!(plan.len() <= count);
            prop_assert!(plan.is_sorted_by_key(|image| image.section));
            let texts: BTreeSet<String> = plan.iter().map(|image| image.alt_text.to_lowercase()).collect();
            prop_assert_eq!(texts.len(), plan.len());
            let places: BTreeSet<usize> = plan.iter().map(|image| image.section).collect();
            prop_assert_eq!(places.len(), plan.len().min(3));
            for image in &plan {
                prop_assert!(ALT_CHARS.contains(&image.alt_text.chars().count()), "{:?}", image.alt_text);
                prop_assert!(image.section <= 2 && !image.prompt.trim().is_empty());
            }
        }
    }
}
