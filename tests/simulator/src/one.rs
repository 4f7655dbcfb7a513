//! The history of one seed.

use std::io::{self, Write};

use mesh_tests::{Mutation, simulation};
use serde_json::json;

/// Prints it; false when an invariant was broken.
pub(crate) fn run(seed: u64, mutation: Option<Mutation>, as_json: bool) -> anyhow::Result<bool> {
    let report = simulation::run(seed, mutation);
    let mut out = io::BufWriter::new(io::stdout().lock());
    if as_json {
        let lines: Vec<_> = report
            .history
            .iter()
            .map(|line| json!({"ms": line.at.as_millis(), "task": &*line.task, "what": line.text}))
            .collect();
        let value = json!({
            "seed": seed, "mutation": mutation.map(Mutation::name), "findings": report.findings, "faults": report.faults,
            "ends": report.ends, "simulated_ms": report.simulated.as_millis(), "history": lines,
        });
        writeln!(out, "{value}")?;
    } else {
        for line in &report.history {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "\nseed {seed}: {} lines, {} s simulated", report.history.len(), report.simulated.as_secs())?;
        for (end, count) in &report.ends {
            writeln!(out, "  {count} x {end}")?;
        }
        for finding in &report.findings {
            writeln!(out, "BROKEN: {finding}")?;
        }
    }
    out.flush()?;
    Ok(report.findings.is_empty())
}
