//! What is asked for. Everything here follows from the seed, so that a finished run can be checked again.

use std::{fs, path::Path};

use anyhow::Context;
use mesh_core::{ids, message::Message};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// The channel of requests.
pub(crate) const CHANNEL: &str = "/content/request";
/// The site of requests that name none.
pub(crate) const PLAIN: &str = "default";
/// The site whose articles are refined and illustrated.
pub(crate) const ILLUSTRATED: &str = "weekly";
const FILE: &str = "plan.json";

const CRAFTS: [&str; 30] = [
    "Sourdough",
    "Cycling",
    "Gardening",
    "Weaving",
    "Pottery",
    "Chess",
    "Sailing",
    "Beekeeping",
    "Drawing",
    "Carpentry",
    "Astronomy",
    "Knitting",
    "Running",
    "Baking",
    "Climbing",
    "Printing",
    "Singing",
    "Cheese",
    "Bridges",
    "Maps",
    "Rowing",
    "Glass",
    "Clocks",
    "Orchards",
    "Lanterns",
    "Puppets",
    "Kites",
    "Bookbinding",
    "Mushrooms",
    "Violins",
];
const PEOPLE: [&str; 30] = [
    "teachers",
    "nurses",
    "pilots",
    "farmers",
    "students",
    "parents",
    "bakers",
    "drivers",
    "clerks",
    "cooks",
    "builders",
    "painters",
    "lawyers",
    "singers",
    "grandparents",
    "tenants",
    "librarians",
    "dentists",
    "gardeners",
    "editors",
    "florists",
    "plumbers",
    "dancers",
    "tailors",
    "brewers",
    "curators",
    "foresters",
    "jewellers",
    "porters",
    "referees",
];
const PLACES: [&str; 30] = [
    "Vienna",
    "Prague",
    "Lisbon",
    "Oslo",
    "Dublin",
    "Ghent",
    "Porto",
    "Basel",
    "Turin",
    "Lyon",
    "Bergen",
    "Graz",
    "Malmo",
    "Cork",
    "Leeds",
    "Bilbao",
    "Utrecht",
    "Gdansk",
    "Brno",
    "Riga",
    "Tartu",
    "Vilnius",
    "Aarhus",
    "Turku",
    "Nantes",
    "Parma",
    "Seville",
    "Leipzig",
    "Zagreb",
    "Ljubljana",
];

/// Most requests of a run: each has a topic of its own.
pub(crate) const MOST_REQUESTS: usize = CRAFTS.len() * PEOPLE.len() * PLACES.len();

/// A run of so many requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Requests, numbered from 0.
    pub(crate) requests: usize,
    /// What chance follows from.
    pub(crate) seed: u64,
    /// One request in so many is for the illustrated site; 0: none.
    pub(crate) illustrated: usize,
}

impl Plan {
    /// The plan kept with a finished run.
    pub(crate) fn read(directory: &Path) -> anyhow::Result<Self> {
        let path = directory.join(FILE);
        let text = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }

    pub(crate) fn write(&self, directory: &Path) -> anyhow::Result<()> {
        Ok(fs::write(directory.join(FILE), serde_json::to_vec(self)?)?)
    }

    /// The site of the `n`th request.
    pub(crate) fn site(&self, n: usize) -> &'static str {
        match self.illustrated {
            0 => PLAIN,
            every if n % every == every - 1 => ILLUSTRATED,
            _ => PLAIN,
        }
    }

    /// How many articles the site is to have.
    pub(crate) fn articles_of(&self, site: &str) -> usize {
        (0..self.requests).filter(|n| self.site(*n) == site).count()
    }

    fn request_id(&self, n: usize) -> String {
        format!("chaos-{}-{n}", self.seed)
    }

    /// The bare message of the `n`th request, as anybody would publish it: the same bytes each time.
    pub(crate) fn message(&self, n: usize) -> Message {
        Message {
            channel: CHANNEL.to_owned(),
            subject: "ContentRequest".to_owned(),
            attributes: std::collections::BTreeMap::new(),
            body: self.payload(n).to_string(),
        }
    }

    fn payload(&self, n: usize) -> Value {
        let mut payload = json!({"content_topic": topic(n), "word_count": 300, "request_id": self.request_id(n)});
        if self.site(n) == ILLUSTRATED {
            payload["website_id"] = ILLUSTRATED.into();
        }
        payload
    }

    /// The id of the `n`th request's event, and of its run.
    pub(crate) fn run(&self, n: usize) -> Uuid {
        let website = if self.site(n) == ILLUSTRATED { ILLUSTRATED } else { "" };
        ids::of_request(website, &self.request_id(n))
    }
}

/// A topic nobody else has.
fn topic(n: usize) -> String {
    let (craft, person, place) = (CRAFTS[n % 30], PEOPLE[n / 30 % 30], PLACES[n / 900 % 30]);
    format!("{craft} for {person} in {place}")
}

/// Settings of the illustrated site: everything an article can have.
pub(crate) fn illustrated_site() -> Value {
    let at = "2026-11-20T08:00:00.000Z";
    json!({
        "websiteId": ILLUSTRATED, "websiteName": "The Weekly", "createdAt": at, "updatedAt": at,
        "imagesPerArticle": 2, "brandTone": "warm",
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_requests_are_alike_and_all_keep_their_contract() {
        let plan = Plan { requests: MOST_REQUESTS, seed: 1, illustrated: 20 };
        let topics: BTreeSet<String> = (0..MOST_REQUESTS).map(topic).collect();
        let runs: BTreeSet<Uuid> = (0..MOST_REQUESTS).map(|n| plan.run(n)).collect();
        assert_eq!((topics.len(), runs.len()), (MOST_REQUESTS, MOST_REQUESTS));
        for n in [0, 19, MOST_REQUESTS - 1] {
            assert_eq!(mesh_contracts::validate("content-request-v1", &plan.payload(n)), Ok(()));
        }
        assert_eq!(mesh_contracts::validate("website-settings-v1", &illustrated_site()), Ok(()));
        assert_eq!(plan.articles_of(ILLUSTRATED), MOST_REQUESTS / 20);
    }
}
