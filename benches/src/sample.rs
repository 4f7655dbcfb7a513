//! What one process has measured.

use std::{collections::BTreeMap, fs};

use serde::{Deserialize, Serialize};

/// The figures of one process by name, and the most memory it had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Name, such as `events/s`, and value.
    pub figures: BTreeMap<String, f64>,
    /// `VmHWM`; absent where the system does not tell.
    pub peak_mib: Option<f64>,
}

impl Sample {
    /// These figures, and the memory of this process up to now.
    #[must_use]
    pub fn of(figures: &[(&str, f64)]) -> Self {
        let figures = figures.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        Self { figures, peak_mib: peak_mib() }
    }
}

/// The most memory this process has had at once.
#[must_use]
pub fn peak_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// Processor time this process has used, in seconds; counted by Linux in hundredths.
#[must_use]
pub fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name, in brackets, may hold spaces; user and system time are the 12th and 13th field after it.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The value in the middle; of two in the middle, their mean.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    low.midpoint(high)
}

#[cfg(test)]
mod tests {
    use super::{cpu_seconds, median, peak_mib};

    #[test]
    fn the_median_of_an_even_count_is_between() {
        assert_eq!((median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0, 3.0, 2.0])), (2.0, 2.5));
    }

    #[test]
    fn linux_tells_memory_and_time() {
        assert!(!cfg!(target_os = "linux") || peak_mib().is_some_and(|mib| mib > 0.1));
        assert!((0.0..600.0).contains(&cpu_seconds()));
    }
}
