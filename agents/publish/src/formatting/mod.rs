//! The site's wishes for headings, lists and the like (`markdownFormattingNotes`) that are rules: the same text and the same
//! notes always give the same Markdown. `docs/formatting-notes.md` lists them; what is no rule changes nothing here, since
//! the model that rewrites the article reads the notes as well.

mod bullets;
mod edit;
mod headings;
mod keywords;
mod notes;
mod sections;

pub use notes::{Bullet, Formatting, HeadingCase};

impl Formatting {
    /// The article as the site wishes it. `title` tells the H1 that is the title, `language` is a BCP 47 tag.
    #[must_use]
    pub fn apply(&self, markdown: &str, title: &str, language: &str, keywords: &[String]) -> String {
        let english = language == "en" || language.starts_with("en-");
        let mut text = markdown.to_owned();
        if let Some(case) = self.heading_case.filter(|_| english) {
            text = headings::case(&text, title, case);
        }
        if self.numbered_sections {
            text = headings::number(&text, title);
        }
        if let Some(bullet) = self.bullet {
            text = bullets::mark(&text, bullet);
        }
        if self.bold_keywords {
            text = keywords::bold(&text, keywords);
        }
        if self.rules_between_sections {
            text = sections::rules(&text, title);
        }
        if self.table_of_contents {
            text = sections::contents(&text, title);
        }
        text
    }
}

#[cfg(test)]
mod tests;
