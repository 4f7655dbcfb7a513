//! Rounds of scenarios, each in a process of its own, and what is said of them.

use std::{collections::BTreeMap, process::Command};

use serde::Serialize;

use crate::sample::{Sample, median};

/// Something to measure.
#[derive(Debug)]
pub struct Scenario {
    /// Its name in the table.
    pub name: &'static str,
    /// How its process is started; it prints a [`Sample`] as its last line.
    pub command: Command,
}

/// One line of the table.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The scenario.
    pub scenario: &'static str,
    /// The figure's name.
    pub figure: String,
    /// The median of the rounds.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// The most memory of any round's process.
    pub peak_mib: Option<f64>,
}

/// One figure of ours over the same figure of another, round by round.
#[derive(Debug, Serialize)]
pub struct Ratio {
    /// Ours.
    pub ours: &'static str,
    /// The other's.
    pub other: &'static str,
    /// The median of the rounds' ratios.
    pub median: f64,
}

/// Everything measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// How often everything was run.
    pub rounds: usize,
    /// The figures.
    pub rows: Vec<Row>,
    /// The comparisons.
    pub ratios: Vec<Ratio>,
    #[serde(skip)]
    samples: BTreeMap<&'static str, Vec<Sample>>,
}

impl Report {
    /// Runs all scenarios, one after another, as often as said. Interleaved, so that what slows the machine for a while slows
    /// all of them.
    #[must_use]
    pub fn measure(scenarios: &mut [Scenario], rounds: usize) -> Self {
        let mut samples: BTreeMap<&'static str, Vec<Sample>> = BTreeMap::new();
        for round in 1..=rounds {
            for scenario in &mut *scenarios {
                eprintln!("round {round} of {rounds}: {}", scenario.name);
                samples.entry(scenario.name).or_default().push(scenario.run());
            }
        }
        let rows = scenarios.iter().flat_map(|scenario| rows(scenario.name, &samples[scenario.name])).collect();
        Self { rounds, rows, ratios: Vec::new(), samples }
    }

    /// Adds the ratio of a figure, if both scenarios were run.
    pub fn compare(&mut self, ours: &'static str, other: &'static str, figure: &str) {
        let (Some(one), Some(two)) = (self.samples.get(ours), self.samples.get(other)) else { return };
        let ratios: Vec<f64> =
            one.iter().zip(two).map(|(one, two)| one.figures[figure] / two.figures[figure]).collect();
        self.ratios.push(Ratio { ours, other, median: median(&ratios) });
    }

    /// Prints a table, in Markdown so that it can be kept as it is, or JSON.
    pub fn print(&self, json: bool) {
        if json {
            println!("{}", serde_json::to_string_pretty(self).unwrap());
            return;
        }
        println!(
            "| scenario | figure | median of {} | min | max | peak MiB |\n|---|---|---:|---:|---:|---:|",
            self.rounds
        );
        for row in &self.rows {
            let Row { scenario, figure, median, min, max, peak_mib } = row;
            let peak = peak_mib.map(|mib| format!("{mib:.0}")).unwrap_or_default();
            println!("| {scenario} | {figure} | {} | {} | {} | {peak} |", short(*median), short(*min), short(*max));
        }
        println!("\n| ours | beside | ours / other |\n|---|---|---:|");
        for Ratio { ours, other, median } in &self.ratios {
            println!("| {ours} | {other} | {median:.2} |");
        }
    }
}

impl Scenario {
    fn run(&mut self) -> Sample {
        let output = self.command.output().unwrap();
        let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{} failed: {wrong}", self.name);
        serde_json::from_str(said.lines().last().unwrap_or_default()).unwrap()
    }
}

fn rows(scenario: &'static str, samples: &[Sample]) -> Vec<Row> {
    let peak_mib = samples.iter().filter_map(|sample| sample.peak_mib).reduce(f64::max);
    let row = |figure: &String| {
        let values: Vec<f64> = samples.iter().map(|sample| sample.figures[figure]).collect();
        let (min, max) =
            values.iter().fold((f64::MAX, f64::MIN), |(min, max), value| (min.min(*value), max.max(*value)));
        Row { scenario, figure: figure.clone(), median: median(&values), min, max, peak_mib }
    };
    samples.first().map(|sample| sample.figures.keys().map(row).collect()).unwrap_or_default()
}

fn short(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}
