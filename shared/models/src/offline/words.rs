//! The closed word lists that fill the slots of [`super::grammar`].
//!
//! Rules for whoever edits them: short common words (reading ease), no digits, no number words, no superlatives, no
//! hyphens or apostrophes (every list entry counts the same words for every word counter), nothing that sounds like a
//! vowel but is written as a consonant or the other way round (`a`/`an` is chosen by the first letter), at most four
//! words an entry. A change of any list is a change of the output and needs a new model name.

/// A list of words that a slot draws from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// `{v}`: a transitive verb that takes any of the nouns.
    Verb,
    /// `{n}`: a singular noun.
    Noun,
    /// `{p}`: a plural noun.
    Plural,
    /// `{a}`: an adjective of praise.
    Good,
    /// `{j}`: an adjective of blame.
    Bad,
    /// `{w}`: people, plural.
    Who,
    /// `{b}`: a benefit, a noun without number.
    Benefit,
    /// `{x}`: when, where or how, as a phrase.
    Setting,
    /// `{d}`: how, as an adverb.
    Adverb,
    /// `{h}`: what a thing does to a benefit, third person.
    Gives,
    /// `{e}`: the same for several things.
    Give,
    /// `{z}`: troubles, plural.
    Trouble,
    /// `{m}`: a modal verb.
    Modal,
}

impl List {
    /// Every list, in the order of the discriminants.
    pub(super) const ALL: [Self; 13] = [
        Self::Verb,
        Self::Noun,
        Self::Plural,
        Self::Good,
        Self::Bad,
        Self::Who,
        Self::Benefit,
        Self::Setting,
        Self::Adverb,
        Self::Gives,
        Self::Give,
        Self::Trouble,
        Self::Modal,
    ];

    /// The list a slot letter stands for.
    pub(super) fn of(letter: u8) -> Option<Self> {
        Some(match letter {
            b'v' => Self::Verb,
            b'n' => Self::Noun,
            b'p' => Self::Plural,
            b'a' => Self::Good,
            b'j' => Self::Bad,
            b'w' => Self::Who,
            b'b' => Self::Benefit,
            b'x' => Self::Setting,
            b'd' => Self::Adverb,
            b'h' => Self::Gives,
            b'e' => Self::Give,
            b'z' => Self::Trouble,
            b'm' => Self::Modal,
            _ => return None,
        })
    }

    /// The words of the list.
    pub(super) fn words(self) -> &'static [&'static str] {
        match self {
            Self::Verb => VERBS,
            Self::Noun => NOUNS,
            Self::Plural => PLURALS,
            Self::Good => GOOD,
            Self::Bad => BAD,
            Self::Who => WHO,
            Self::Benefit => BENEFITS,
            Self::Setting => SETTINGS,
            Self::Adverb => ADVERBS,
            Self::Gives => GIVES,
            Self::Give => GIVE,
            Self::Trouble => TROUBLES,
            Self::Modal => MODALS,
        }
    }
}

const VERBS: &[&str] = &[
    "check", "share", "sort", "test", "name", "trim", "shape", "weigh", "build", "keep", "track", "mark", "review",
    "compare", "explain", "improve", "discuss", "adjust", "study", "finish", "repeat", "update", "simplify", "protect",
    "describe", "choose", "revisit", "arrange", "collect", "polish", "prepare", "observe", "refine", "rethink", "read",
    "defend", "shorten", "expand", "inspect", "present", "discover", "trust", "accept", "enjoy", "remember",
];

const NOUNS: &[&str] = &[
    "plan", "list", "task", "goal", "step", "note", "draft", "rule", "choice", "idea", "habit", "budget", "schedule",
    "sketch", "outline", "routine", "process", "method", "message", "answer", "project", "approach", "design",
    "summary", "example", "lesson", "reminder", "calendar", "pattern", "option", "detail", "decision", "question",
    "path", "chart", "map", "guide", "record", "signal", "page", "story", "folder", "table", "promise",
];

const PLURALS: &[&str] = &[
    "tools", "notes", "tasks", "plans", "habits", "routines", "questions", "answers", "ideas", "choices", "goals",
    "lists", "drafts", "lessons", "methods", "examples", "reminders", "rules", "records", "signals", "patterns",
    "messages", "meetings", "options", "details", "projects", "talks", "samples", "sketches", "results", "changes",
    "efforts", "pages", "stories", "charts", "letters", "visits", "drills", "papers", "folders", "trials", "themes",
];

const GOOD: &[&str] = &[
    "small", "clear", "plain", "simple", "calm", "steady", "fresh", "short", "quiet", "friendly", "gentle", "careful",
    "modest", "handy", "solid", "humble", "patient", "tidy", "bright", "light", "warm", "early", "open", "basic",
    "flexible", "familiar", "local", "daily", "weekly", "practical", "sensible", "relaxed", "fair", "brief", "neat",
    "lively", "clever", "proper", "tested", "robust", "polite", "joyful",
];

const BAD: &[&str] = &[
    "heavy", "messy", "rushed", "vague", "noisy", "crowded", "stale", "tangled", "costly", "awkward", "slow", "dull",
    "hard", "confusing", "tiring", "shaky", "brittle", "narrow", "risky", "blurry", "scattered", "clumsy", "foggy",
    "rigid", "gloomy", "hollow", "fragile", "sloppy", "bulky", "muddled", "dusty", "untidy", "cloudy", "patchy",
];

const WHO: &[&str] = &[
    "busy people", "small teams", "new readers", "beginners", "neighbours", "families", "friends", "students",
    "parents", "local groups", "careful planners", "curious readers", "patient learners", "volunteers", "managers",
    "young people", "older readers", "shop owners", "colleagues", "project leads", "keen amateurs", "quiet thinkers",
    "newcomers", "teachers", "makers", "writers", "club members", "team mates", "night owls", "trainers", "helpers",
    "buyers", "guests", "planners", "office workers", "hosts", "partners", "builders", "travellers", "coaches",
];

const BENEFITS: &[&str] = &[
    "calm", "faith", "focus", "comfort", "clarity", "order", "balance", "progress", "patience", "energy", "skill",
    "pride", "hope", "ease", "warmth", "momentum", "confidence", "courage", "insight", "freedom", "harmony", "humour",
    "structure", "rhythm", "purpose", "variety", "relief", "strength", "care", "goodwill", "depth", "common sense",
    "respect", "interest", "delight", "peace", "stamina", "precision", "kindness", "wisdom",
];

const SETTINGS: &[&str] = &[
    "before lunch", "after breakfast", "on quiet days", "at the weekend", "in the evening", "in the morning",
    "over coffee", "after a break", "between meetings", "during the week", "on busy days", "with a friend",
    "in small steps", "at a calm pace", "with fresh eyes", "on paper", "in plain words", "without any rush",
    "on a Friday", "in spring", "at home", "at work", "around the table", "at the start", "near the end",
    "on the way home", "after a walk", "over the phone", "in good time", "before a deadline", "by the window",
    "on rainy days", "with the team", "after dinner", "on a Monday", "in autumn", "at the desk", "with some tea",
    "before a holiday", "during a pause", "in the garden", "on the train",
];

const ADVERBS: &[&str] = &[
    "slowly", "early", "often", "gently", "quietly", "calmly", "again", "together", "openly", "daily", "later", "soon",
    "alone", "plainly", "neatly", "kindly", "briefly", "aloud", "patiently", "carefully", "weekly", "firmly", "simply",
    "softly", "steadily", "freely", "promptly", "warmly", "bravely", "cheerfully", "wisely", "fairly",
];

const GIVES: &[&str] = &[
    "brings", "adds", "builds", "protects", "supports", "restores", "invites", "creates", "spreads", "rewards",
    "needs", "keeps", "strengthens", "earns", "shows", "gives", "feeds", "guards", "renews", "sparks", "teaches",
];

const GIVE: &[&str] = &[
    "bring", "add", "build", "protect", "support", "restore", "invite", "create", "spread", "reward", "need", "keep",
    "strengthen", "earn", "show", "give", "feed", "guard", "renew", "spark", "teach",
];

const TROUBLES: &[&str] = &[
    "mistakes", "delays", "doubts", "gaps", "worries", "detours", "surprises", "distractions", "shortcuts", "quarrels",
    "errors", "excuses", "arguments", "loose ends", "slips", "hurdles", "setbacks", "blind spots", "dead ends",
    "side issues", "false starts", "knots", "hiccups", "snags", "obstacles", "grumbles", "rumours", "traps", "muddles",
    "leaks", "rows", "fears",
];

const MODALS: &[&str] = &["can", "may", "might", "could", "will", "should"];
