//! Whether an interrupted run came to what the uninterrupted one came to.

use std::collections::BTreeMap;

use super::{
    calls::Row,
    cell::{Cell, Shown, Side, Way},
    flow::Flow,
};

/// Types of events whose number depends on how much time passes: builds of a site are put together, and a reminder is
/// sent when it is due.
const TIMED: [&str; 4] = ["PublicationDue", "SiteBuildRequested", "SiteBuildStarted", "SiteBuilt"];

/// What a cell came to in one line, such as `ContentPublished once; model calls 0 extra`.
pub(crate) fn outcome(clean: &Shown, shown: &Shown) -> String {
    let times = |count: &usize| if *count == 1 { "once".to_owned() } else { format!("{count} times") };
    let ends: Vec<String> =
        shown.finals.iter().map(|(event_type, count)| format!("{event_type} {}", times(count))).collect();
    let extra = (shown.texts + shown.images).saturating_sub(clean.texts + clean.images);
    format!("{}; model calls {extra} extra", ends.join(", "))
}

/// What is wrong with a cell.
pub(crate) fn failures(flow: &Flow, clean: &Shown, shown: &Shown, cell: Cell, row: &Row) -> Vec<String> {
    let mut failures = missing(&shown.findings, &clean.findings);
    let no_more = missing(&clean.findings, &shown.findings);
    failures.extend(no_more.iter().map(|finding| format!("not as without an interruption: {finding}")));
    if shown.dead > 0 {
        failures.push(format!("{} dead letters", shown.dead));
    }
    let lost = usize::from(may_be_lost(cell, row));
    let (texts, images) =
        if row.call == "image_model.render" || row.agent == "image-render" { (0, lost) } else { (lost, 0) };
    for (what, calls, allowed) in
        [("text", shown.texts, clean.texts + texts), ("image", shown.images, clean.images + images)]
    {
        if calls > allowed {
            failures.push(format!("{calls} answers of the {what} model bought, {allowed} allowed"));
        }
    }
    let strict = |events: &BTreeMap<String, usize>| -> BTreeMap<String, usize> {
        let loose = |event_type: &str| TIMED.contains(&event_type) || flow.loose.contains(&event_type);
        events.iter().filter(|(event_type, _)| !loose(event_type)).map(|(name, count)| (name.clone(), *count)).collect()
    };
    if strict(&shown.events) != strict(&clean.events) {
        failures.push(format!("events {:?} instead of {:?}", strict(&shown.events), strict(&clean.events)));
    }
    for event_type in flow.loose.iter().chain(TIMED.iter()).filter(|name| clean.events.contains_key(**name)) {
        if !shown.events.contains_key(*event_type) {
            failures.push(format!("no {event_type}"));
        }
    }
    if shown.finals != clean.finals {
        failures.push(format!("ends {:?} instead of {:?}", shown.finals, clean.finals));
    }
    let (states, expected) = (standing(shown, cell, row), standing(clean, cell, row));
    if states != expected {
        failures.push(format!("states {states:?} instead of {expected:?}"));
    }
    failures
}

/// Where everything stands. A holder that stood still before it reserved money does so when it goes on, and is then too late
/// to ask the model: what it reserved stays so until the month is over, since nobody comes after it.
fn standing<'a>(shown: &'a Shown, cell: Cell, row: &Row) -> Vec<&'a String> {
    let late = cell.way == Way::TakenOver && row.about == "budgets";
    shown.states.iter().filter(|state| !(late && state.starts_with("budgets reserved"))).collect()
}

/// Whether an answer can be lost between the provider and the store. One that is stored is never bought again.
fn may_be_lost(cell: Cell, row: &Row) -> bool {
    let asked = ["text_model.complete", "image_model.render"].contains(&row.call.as_str());
    let storing = row.call == "blobs.put" && row.about.starts_with("answers/");
    asked && cell.side == Side::After || storing && cell.side == Side::Before
}

/// The findings of `these` that are not among `those`.
fn missing(these: &[String], those: &[String]) -> Vec<String> {
    let mut left = those.to_vec();
    let mut missing = Vec::new();
    for finding in these {
        match left.iter().position(|other| other == finding) {
            Some(position) => drop(left.swap_remove(position)),
            None => missing.push(finding.clone()),
        }
    }
    missing
}
