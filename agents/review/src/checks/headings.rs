//! The outline: one title, no level left out, and subheadings often enough.

use super::Context;
use super::finding::{Finding, Place, Severity, Sink};
use crate::text::Section;

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let sections = context.model.sections();
    titles(context, &sections, out);
    levels(context, &sections, out);
    lengths(context, &sections, out);
}

fn revise(message: &str) -> Finding {
    Finding::new("headings", Severity::Revise, message)
}

fn place(context: &Context<'_>, section: &Section) -> Place {
    let heading = section.heading.and_then(|index| context.model.blocks().get(index));
    Place::new(section.line, heading.map_or("", |block| context.model.slice(block.bytes)))
}

fn titles(context: &Context<'_>, sections: &[Section], out: &mut Sink) {
    let titles = || sections.iter().filter(|section| section.level == 1);
    let count = titles().count();
    if count != 1 {
        let finding =
            revise("The article needs exactly one title (H1).").measured(format!("{count} H1")).threshold("1 H1");
        out.push(match titles().nth(1) {
            Some(second) => finding.at(place(context, second)),
            None => finding,
        });
    }
    let nameless = sections.iter().filter(|section| {
        section.heading.and_then(|index| context.model.blocks().get(index)).is_some_and(|block| block.words.is_empty())
    });
    for section in nameless {
        out.push(
            revise("A heading has no text.")
                .measured("0 words")
                .threshold("at least 1 word")
                .at(place(context, section)),
        );
    }
}

fn levels(context: &Context<'_>, sections: &[Section], out: &mut Sink) {
    for pair in sections.windows(2) {
        let [above, section] = pair else { continue };
        // Whether the first heading is an H1 is the title's matter.
        if above.level > 0 && section.level > above.level + 1 {
            let finding =
                revise("A heading level is skipped.").measured(format!("H{} below H{}", section.level, above.level));
            out.push(finding.threshold(format!("H{}", above.level + 1)).at(place(context, section)));
        }
    }
}

fn lengths(context: &Context<'_>, sections: &[Section], out: &mut Sink) {
    let first = sections.iter().position(|section| section.level > 1).unwrap_or(sections.len());
    let (lead, rest) = sections.split_at_checked(first).unwrap_or((sections, &[]));
    let before: usize = lead.iter().map(|section| section.words.len()).sum();
    let limit = context.policy.words_before_subheading;
    if before > limit {
        let finding = revise("The text before the first subheading is too long; divide it.");
        out.push(finding.measured(format!("{before} words")).threshold(format!("at most {limit} words")));
    }
    let limit = context.policy.words_under_subheading;
    for section in rest.iter().filter(|section| section.words.len() > limit) {
        let finding = revise("The text under one subheading is too long; divide it.")
            .measured(format!("{} words", section.words.len()));
        out.push(finding.threshold(format!("at most {limit} words")).at(place(context, section)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, findings, found, prose};
    use super::Severity::Revise;

    fn measured(text: &str) -> Vec<String> {
        findings("headings", &article(text)).into_iter().map(|finding| finding.measured).collect()
    }

    #[test]
    fn a_proper_outline_passes() {
        assert_eq!(found("headings", &article("# T\n\nA.\n\n## B\n\n### C\n\nD.\n\n## E\n\nF.")), []);
    }

    #[test]
    fn there_is_one_title() {
        assert_eq!(measured("## B\n\nText."), ["0 H1"]);
        assert_eq!(measured("# A\n\nText.\n\n# B\n\nText."), ["2 H1"]);
        assert_eq!(measured("Title\n=====\n\nText."), Vec::<String>::new());
    }

    #[test]
    fn no_level_is_skipped_downwards() {
        assert_eq!(measured("# A\n\n### B\n\nText.\n\n# "), ["2 H1", "0 words", "H3 below H1"]);
        assert_eq!(measured("# A\n\n## B\n\n### C\n\n## D\n\nText."), Vec::<String>::new());
    }

    #[test]
    fn the_lead_has_a_limit() {
        assert_eq!(found("headings", &article(&format!("# T\n\n{}\n\n## B\n\nText.", prose(1, 300, 10)))), []);
        assert_eq!(measured(&format!("# T\n\n{}\n\n## B\n\nText.", prose(1, 301, 10))), ["301 words"]);
        assert_eq!(found("headings", &article(&format!("# T\n\n{}", prose(1, 301, 10)))), [Revise]);
    }

    #[test]
    fn a_section_has_a_limit() {
        assert_eq!(found("headings", &article(&format!("# T\n\n## B\n\n{}", prose(1, 350, 10)))), []);
        assert_eq!(measured(&format!("# T\n\n## B\n\n{}", prose(1, 351, 10))), ["351 words"]);
    }
}
