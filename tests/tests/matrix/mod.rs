//! The crash-point matrix: every call of a port by every agent, interrupted before and after it, in every way in which
//! its message can come back; and what each cell comes to.

mod calls;
mod cell;
mod drive;
mod flow;
mod models;
mod table;
mod verdict;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use mesh_tests::Mutation;

use self::{
    calls::Row,
    cell::{Cell, Shown, Side, WAYS},
    flow::{FLOWS, Flow},
};
pub(crate) use self::{
    cell::Way,
    table::{Entry, Table},
};

/// After so many cells it says how far it is.
const SAY_EVERY: usize = 500;
/// So many wrong cells are shown as they are found.
const SHOWN: usize = 20;

/// A cell to try.
struct Planned {
    flow: usize,
    row: Row,
    cell: Cell,
}

/// Tries every `step`-th cell from `offset` on, on two threads, and says now and then how far it is.
pub(crate) fn matrix(step: usize, offset: usize) -> Table {
    let clean: Vec<Shown> = FLOWS.iter().map(uninterrupted).collect();
    let planned: Vec<Planned> = clean.iter().enumerate().flat_map(|(flow, clean)| cells(flow, clean)).collect();
    let all = planned.len();
    let mut chosen: Vec<Planned> = planned.into_iter().skip(offset).step_by(step).collect();
    // Whoever stops it half-way has seen half of every flow.
    chosen.sort_by_key(|planned| (planned.cell.k % 7, planned.flow, planned.cell.k));
    let (next, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let Some(planned) = chosen.get(n) else { return entries };
            if n > 0 && n.is_multiple_of(SAY_EVERY) {
                println!("{n} of {} cells, {} wrong", chosen.len(), wrong.load(Ordering::Relaxed));
            }
            let entry = tried(planned, &clean[planned.flow], None);
            if !entry.failures.is_empty() && wrong.fetch_add(1, Ordering::Relaxed) < SHOWN {
                println!("{entry}");
            }
            entries.push(entry);
        }
    };
    let entries = thread::scope(|scope| {
        let other = scope.spawn(work);
        let mut entries = work();
        entries.extend(other.join().expect("a thread"));
        entries
    });
    Table { all, entries }
}

/// Whether a broken rule is found by the cells of one way in the plainest flow, tried one after the other.
pub(crate) fn notices(mutation: Mutation, way: Way) -> bool {
    let flow = FLOWS.iter().position(|flow| flow.name == "withdrawn").expect("a flow");
    let clean = cell::run(&FLOWS[flow], Some(mutation), None);
    let cells = cells(flow, &clean).into_iter().filter(|planned| planned.cell.way == way);
    cells.into_iter().any(|planned| !tried(&planned, &clean, Some(mutation)).failures.is_empty())
}

/// A flow without an interruption; it is what it should be.
fn uninterrupted(flow: &Flow) -> Shown {
    let clean = cell::run(flow, None, None);
    assert_eq!(clean.findings, flow.known, "{}", flow.name);
    let ends: Vec<&str> = clean.finals.iter().map(|(name, count)| if *count == 1 { name } else { "many" }).collect();
    assert_eq!(ends, flow.ends, "{}", flow.name);
    let unseen: Vec<_> = flow.sees.iter().filter(|name| !clean.events.contains_key(**name)).collect();
    assert!(unseen.is_empty(), "{} lacks {unseen:?} in {:?}", flow.name, clean.events);
    assert_eq!(clean.dead, 0, "{}", flow.name);
    clean
}

/// The cells of a flow. Who stands still after a call stands still before the next one, so that is tried once.
fn cells(flow: usize, clean: &Shown) -> Vec<Planned> {
    let rows = calls::rows(&clean.trace, &clean.types);
    let mut cells = Vec::new();
    for (n, (k, row)) in rows.iter().enumerate() {
        let followed = rows.get(n + 1).is_some_and(|(next, _)| *next == k + 1);
        for (side, way) in [Side::Before, Side::After].into_iter().flat_map(|side| WAYS.map(|way| (side, way))) {
            if !(followed && side == Side::After && way == Way::TakenOver) {
                cells.push(Planned { flow, row: row.clone(), cell: Cell { k: *k, side, way } });
            }
        }
    }
    cells
}

fn tried(planned: &Planned, clean: &Shown, mutation: Option<Mutation>) -> Entry {
    let Planned { flow, row, cell } = planned;
    let flow = &FLOWS[*flow];
    let shown = cell::run(flow, mutation, Some(*cell));
    Entry {
        flow: flow.name,
        row: row.clone(),
        crash: cell.side,
        redelivery: cell.way,
        k: cell.k,
        held: shown.held,
        outcome: verdict::outcome(clean, &shown),
        failures: verdict::failures(flow, clean, &shown, *cell, row),
    }
}
