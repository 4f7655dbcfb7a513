//! Reading the notes.

/// How headings are capitalised (English only).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadingCase {
    /// `What Small Queues Do`.
    Title,
    /// `What small queues do`.
    Sentence,
}

/// What stands in front of the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bullet {
    /// `*`.
    Asterisk,
    /// `-`.
    Dash,
}

/// The notes that are rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Formatting {
    /// Capitals in headings.
    pub heading_case: Option<HeadingCase>,
    /// Marks of lists.
    pub bullet: Option<Bullet>,
    /// `## 1. ...`.
    pub numbered_sections: bool,
    /// A list of the sections in front of the first.
    pub table_of_contents: bool,
    /// Bold first mentions of the article's keywords.
    pub bold_keywords: bool,
    /// A horizontal rule between two sections.
    pub rules_between_sections: bool,
}

/// Words that turn a wish round; such a clause is left to the model.
const NEGATIONS: [&str; 12] =
    ["no", "not", "don't", "dont", "never", "without", "avoid", "nor", "skip", "omit", "remove", "instead"];

impl Formatting {
    /// The rules in `notes`, clause by clause; where two contradict each other the later one counts.
    #[must_use]
    pub fn read(notes: &str) -> Self {
        let notes = notes.to_lowercase().replace('\u{2019}', "'");
        let mut rules = Self::default();
        for clause in notes.split(['.', ',', ';', '\n', '!']).flat_map(|part| part.split(" and ")) {
            let plain: String =
                clause.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
            let words: Vec<&str> = plain.split_whitespace().collect();
            if !words.iter().any(|word| NEGATIONS.contains(word)) {
                rules.take(&words);
            }
        }
        rules
    }

    fn take(&mut self, words: &[&str]) {
        let phrase = words.join(" ");
        let says = |what: &str| format!(" {phrase} ").contains(&format!(" {what} "));
        let any = |list: &[&str]| list.iter().any(|what| says(what));
        if says("title case") {
            self.heading_case = Some(HeadingCase::Title);
        } else if says("sentence case") {
            self.heading_case = Some(HeadingCase::Sentence);
        }
        if any(&["bullet", "bullets", "bulleted", "list", "lists"]) {
            if any(&["asterisk", "asterisks", "star", "stars"]) {
                self.bullet = Some(Bullet::Asterisk);
            } else if any(&["dash", "dashes", "hyphen", "hyphens"]) {
                self.bullet = Some(Bullet::Dash);
            }
        }
        let sections = any(&["section", "sections", "heading", "headings"]);
        self.numbered_sections |= sections && any(&["number", "numbered", "numbers", "numbering"]);
        self.table_of_contents |= any(&["table of contents", "toc"]);
        self.bold_keywords |= any(&["bold", "bolded"]) && any(&["keyword", "keywords", "key word", "key words"]);
        let rule =
            any(&["horizontal rule", "horizontal rules", "horizontal line", "horizontal lines", "thematic breaks"])
                || any(&["rule", "rules", "line", "lines", "divider", "dividers"]) && says("between sections");
        self.rules_between_sections |= rule;
    }
}
