//! What a seed asks for.

use std::time::Duration;

use mesh_core::{Settings, ids};
use mesh_testkit::{
    entropy::SeededEntropy,
    simulator::{Moods, Odds, Roughness},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// What articles are about.
const TOPICS: [&str; 8] = [
    "Urban beekeeping",
    "Tidal power",
    "Night trains",
    "Repairing old bicycles",
    "Rain gardens",
    "Public libraries",
    "Winter swimming",
    "Community kitchens",
];

/// A prompt of somebody's own, taken up by processes that start later.
const TEMPLATE: &str = "Please write a {word_count}-word text about {content_topic}. {prompt_context}";

/// Sites, and what they ask for besides a text. `default` is set up by nobody.
pub(super) const SITES: [(&str, &str); 4] = [
    (
        "texts",
        r#"{"refine": true, "imagesPerArticle": 0, "metadata": false, "maxRevisions": 2, "articleStages": "staged",
            "researchSources": [{"title": "House rules", "text": "Be brief.", "url": "https://texts.example/rules"}]}"#,
    ),
    ("pictures", r#"{"refine": false, "imagesPerArticle": 2}"#),
    ("strict", r#"{"refine": false, "imagesPerArticle": 2, "onMissingPart": "fail", "partWaitMinutes": 5}"#),
    ("bounded", r#"{"refine": true, "imagesPerArticle": 0, "monthlyBudgetMicroUsd": 9000000}"#),
];

/// How a simulation goes.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) processes: usize,
    /// Of each agent in each process.
    pub(super) slots: usize,
    pub(super) settings: Settings,
    /// What processes that start again are set to.
    pub(super) later: Settings,
    pub(super) odds: Odds,
    pub(super) roughness: Roughness,
    pub(super) moods: Moods,
    /// How long things go wrong.
    pub(super) trouble: Duration,
    /// Whether what a dead process held is given back at once, as the embedded host does.
    pub(super) reclaims: bool,
    /// Whether the first image of an article is drawn too: it is cut for previews, which takes long.
    pub(super) draws_first: bool,
    pub(super) requests: Vec<Request>,
}

/// Something that is published from outside.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) after: Duration,
    pub(super) data: Value,
    pub(super) id: Uuid,
    pub(super) run: Uuid,
    pub(super) origin: Option<Uuid>,
    /// Without a context: the payload is all there is.
    pub(super) bare: bool,
}

impl Course {
    pub(super) fn of(dice: &SeededEntropy) -> Self {
        let one_in = |n: u64| dice.below(n) == 0;
        let level = dice.below(4);
        let upto = |most: u64| dice.below(most * level / 2 + 1);
        let odds = Odds {
            fail: upto(60),
            lost: upto(60),
            throttle: upto(40),
            entries: upto(40),
            crash: upto(40),
            slow: dice.below(1_500),
            freeze: upto(20),
        };
        let roughness = Roughness { late: upto(120), twice: upto(60), shared: upto(60), undead: upto(40) };
        let moods = Moods { transient: upto(150), permanent: upto(20), garbled: upto(60) };
        let settings = Settings {
            attempts: if one_in(3) { 1 } else { 5 },
            backoff_scale: [1.0, 0.1, 0.01][index(dice, 3)],
            ..Settings::default()
        };
        let later = Settings { prompt_template: one_in(2).then(|| TEMPLATE.to_owned()), ..settings.clone() };
        Self {
            processes: 1 + index(dice, 2),
            slots: 1 + index(dice, 2),
            settings,
            later,
            odds,
            roughness,
            moods,
            trouble: Duration::from_secs(60 + dice.below(5_400)),
            reclaims: one_in(2),
            draws_first: one_in(64),
            requests: requests(dice),
        }
    }
}

/// One to four requests; some of the later ones have to do with an earlier one.
fn requests(dice: &SeededEntropy) -> Vec<Request> {
    let count = 1 + dice.below(8) / 2;
    let mut requests: Vec<Request> = Vec::new();
    for number in 0..count {
        let earlier = requests.get(index(dice, requests.len().max(1))).cloned();
        let mut request = fresh(dice, number);
        if let Some(earlier) = earlier {
            match dice.below(10) {
                0 => request = Request { after: request.after, ..earlier },
                1 => request = reused(request, earlier),
                2 => request = copy(request, &earlier, dice),
                3 => request = Request { run: earlier.run, bare: false, ..request },
                _ => {}
            }
        }
        requests.push(request);
    }
    requests
}

fn fresh(dice: &SeededEntropy, number: u64) -> Request {
    let topic = TOPICS[index(dice, TOPICS.len())];
    let name = format!("r{number}");
    let site = match dice.below(8) {
        0 => Some("texts"),
        1 => Some("pictures"),
        2 => Some("strict"),
        3 => Some("bounded"),
        _ => None,
    };
    let mut data = json!({"content_topic": topic, "word_count": 300, "request_id": name});
    if let Some(site) = site {
        data["website_id"] = json!(site);
    }
    if dice.below(12) == 0 {
        // Breaks the contract; whoever acts on it says so.
        data["word_count"] = json!(7);
    }
    let id = ids::of_request(site.unwrap_or_default(), &name);
    let after = Duration::from_millis(dice.below(90_000));
    Request { after, data, id, run: id, origin: None, bare: dice.below(3) == 0 }
}

/// The id of an earlier request with another payload.
fn reused(request: Request, earlier: Request) -> Request {
    let mut data = earlier.data.clone();
    data["content_topic"] = json!("Something else");
    Request { after: request.after, data, ..earlier }
}

/// A copy: a new run for the article of an earlier request.
fn copy(request: Request, earlier: &Request, dice: &SeededEntropy) -> Request {
    use mesh_core::ports::Entropy;
    let id = Uuid::from_u128(dice.bits());
    Request { after: request.after, data: earlier.data.clone(), id, run: id, origin: Some(earlier.id), bare: false }
}

fn index(dice: &SeededEntropy, bound: usize) -> usize {
    usize::try_from(dice.below(bound as u64)).expect("an index")
}
