//! Rounds of measurements, interleaved, and the tables made of them.

use std::collections::BTreeMap;

use crate::{
    figures::{median, table},
    records::{SUBJECTS, Sample, Subject},
    setup::Setup,
    stub::Aws,
};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Rounds of everything.
    pub rounds: usize,
    /// Records of one process.
    pub records: u64,
    /// Starts of one function in a round, besides those for the records.
    pub starts: usize,
}

/// What was measured of one subject, a sample for each round.
#[derive(Debug, Default)]
struct Samples {
    batches: Vec<Sample>,
    singles: Vec<Sample>,
    starts: Vec<f64>,
}

/// Ours beside the peers.
#[derive(Debug)]
pub struct Comparison {
    extent: Extent,
    samples: BTreeMap<&'static str, Samples>,
}

type Figure = fn(&Sample) -> f64;

impl Comparison {
    /// Measures everything, as often as said. Interleaved, so that a slow minute of the machine is shared.
    pub async fn measure(setup: &Setup, extent: Extent) -> Self {
        let mut samples: BTreeMap<&'static str, Samples> = BTreeMap::new();
        for round in 1..=extent.rounds {
            for subject in SUBJECTS {
                eprintln!("round {round} of {}: {}", extent.rounds, subject.name());
                let own = samples.entry(subject.name()).or_default();
                own.batches.push(subject.run(setup, extent.records, 10).await);
                own.singles.push(subject.run(setup, extent.records, 1).await);
            }
            for _ in 0..extent.starts {
                for subject in SUBJECTS.into_iter().filter(|subject| subject.calls_aws()) {
                    let (_, aws) = Aws::start().await;
                    let start = subject.start(setup, aws).await.start;
                    samples.entry(subject.name()).or_default().starts.push(start.as_secs_f64() * 1000.0);
                }
            }
        }
        Self { extent, samples }
    }

    /// Everything in one table, a line for each subject and batch size.
    #[must_use]
    pub fn figures(&self) -> String {
        let heads = [
            "function",
            "records an invocation",
            "CPU ms/record",
            "ms/record, median",
            "ms/record, p99",
            "calls/record",
            "resident MiB",
        ];
        let mut rows = Vec::new();
        for subject in SUBJECTS {
            let own = &self.samples[subject.name()];
            for (batch, samples) in [("10", &own.batches), ("1", &own.singles)] {
                let of = |figure: Figure| middle(samples, figure);
                rows.push(vec![
                    subject.name().to_owned(),
                    batch.to_owned(),
                    format!("{:.3}", of(|sample| sample.cpu_ms)),
                    format!("{:.3}", of(|sample| sample.wall_ms)),
                    format!("{:.3}", of(|sample| sample.wall_p99_ms)),
                    format!("{:.1}", of(|sample| sample.calls)),
                    format!("{:.1}", of(|sample| sample.resident_mib)),
                ]);
            }
        }
        table(&heads, &rows)
    }

    /// Process start to first `/next`.
    #[must_use]
    pub fn starts(&self) -> String {
        let line = |subject: Subject| {
            let starts = self.starts_of(subject);
            let least = starts.iter().copied().fold(f64::MAX, f64::min);
            let greatest = starts.iter().copied().fold(0.0, f64::max);
            let cells = [median(&starts), least, greatest].map(|ms| format!("{ms:.1}"));
            [vec![subject.name().to_owned(), starts.len().to_string()], cells.to_vec()].concat()
        };
        let heads = ["start to first /next, ms", "starts", "median", "least", "greatest"];
        table(&heads, &SUBJECTS.into_iter().filter(|subject| subject.calls_aws()).map(line).collect::<Vec<_>>())
    }

    fn starts_of(&self, subject: Subject) -> Vec<f64> {
        let own = &self.samples[subject.name()];
        let runs = own.batches.iter().chain(&own.singles).map(|sample| sample.start_ms);
        own.starts.iter().copied().chain(runs).collect()
    }

    /// The peer's figure over ours, round by round, the median of the rounds.
    #[must_use]
    pub fn ratios(&self) -> String {
        let heads = ["how many times ours", "Powertools", "its schema compiled once"];
        let with_io = [Subject::Ours, Subject::Peer("each"), Subject::Peer("once")];
        let without = [Subject::OursInMemory, Subject::PeerInMemory("each"), Subject::PeerInMemory("once")];
        let figures: [(&str, [Subject; 3], Figure); 6] = [
            ("start to first /next", with_io, |sample| sample.start_ms),
            ("CPU a record, AWS a stub", with_io, |sample| sample.cpu_ms),
            ("time a record, AWS a stub", with_io, |sample| sample.wall_ms),
            ("CPU a record, no I/O", without, |sample| sample.cpu_ms),
            ("time a record, no I/O", without, |sample| sample.wall_ms),
            ("resident memory", with_io, |sample| sample.resident_mib),
        ];
        let line = |(name, [ours, each, once], figure): (&str, [Subject; 3], Figure)| {
            let times = |peer: Subject| format!("{:.1}", self.ratio(ours, peer, figure));
            vec![name.to_owned(), times(each), times(once)]
        };
        table(&heads, &figures.map(line))
    }

    fn ratio(&self, ours: Subject, peer: Subject, figure: Figure) -> f64 {
        let pairs = self.samples[ours.name()].batches.iter().zip(&self.samples[peer.name()].batches);
        median(&pairs.map(|(one, two)| figure(two) / figure(one)).collect::<Vec<_>>())
    }

    /// Ours against the aims. The batch of ten is what the queue's mapping gives.
    #[must_use]
    pub fn aims(&self, calls_an_article: f64, zips: &[(String, u64)]) -> String {
        let batches = |subject: Subject| &self.samples[subject.name()].batches;
        let largest = zips.iter().map(|(_, bytes)| *bytes).max().unwrap_or_default();
        #[allow(clippy::cast_precision_loss)]
        let megabytes = largest as f64 / 1e6;
        let met = |value: f64, aim: f64| if value <= aim { "met" } else { "missed" };
        let lines: [(&str, f64, f64); 5] = [
            ("process start to first /next, ms", median(&self.starts_of(Subject::Ours)), 20.0),
            ("time a record, AWS a stub, ms", middle(batches(Subject::Ours), |sample| sample.wall_ms), 1.0),
            ("time a record, no I/O, ms", middle(batches(Subject::OursInMemory), |sample| sample.wall_ms), 0.1),
            ("resident memory, MiB", middle(batches(Subject::Ours), |sample| sample.resident_mib), 24.0),
            ("largest zip, MB", megabytes, 5.0),
        ];
        let line = |(name, value, aim): (&str, f64, f64)| {
            vec![name.to_owned(), format!("{value:.2}"), aim.to_string(), met(value, aim).to_owned()]
        };
        let mut rows: Vec<Vec<String>> = lines.map(line).to_vec();
        rows.push(vec!["calls an article".into(), format!("{calls_an_article:.0}"), String::new(), String::new()]);
        table(&["figure", "measured", "aim", ""], &rows)
    }

    /// What was measured, in a sentence.
    #[must_use]
    pub fn described(&self) -> String {
        let Extent { rounds, records, .. } = self.extent;
        format!("{rounds} rounds, {records} records of each function and batch size in a round; medians of the rounds.")
    }
}

fn middle(samples: &[Sample], figure: Figure) -> f64 {
    median(&samples.iter().map(figure).collect::<Vec<_>>())
}
