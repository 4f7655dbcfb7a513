//! A circuit per dependency, in this process: when one is down nothing is begun that needs it, so that an outage does not
//! burn the attempts of a whole queue. One probe a minute tries whether it is back.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use crate::time::Timestamp;

/// Failures in a row that open a circuit.
const THRESHOLD: u32 = 3;
const PROBE_EVERY: Duration = Duration::from_secs(60);
const LONGEST: u32 = 15;

/// Circuits by the name of what they guard.
#[derive(Debug, Default)]
pub struct Circuits(Mutex<BTreeMap<String, Circuit>>);

#[derive(Debug, Default, Clone, Copy)]
struct Circuit {
    failures: u32,
    /// When the next probe may start.
    probe_at: Timestamp,
}

impl Circuits {
    /// Whether something that needs `dependencies` may be begun; when not, how long its message is to stay hidden
    /// (1 to 15 minutes, times `scale`): longer the longer the outage, and the oftener the message was received, so that a
    /// dependency that comes and goes does not use up what the queue allows of receives.
    ///
    /// # Errors
    /// How long to wait.
    pub fn admit<'a>(
        &self,
        dependencies: impl Iterator<Item = &'a str>,
        receives: u32,
        now: Timestamp,
        scale: f64,
    ) -> Result<(), Duration> {
        let Ok(mut circuits) = self.0.lock() else { return Ok(()) };
        for name in dependencies {
            let Some(circuit) = circuits.get_mut(name).filter(|circuit| circuit.failures >= THRESHOLD) else {
                continue;
            };
            if now < circuit.probe_at {
                let minutes = (circuit.failures - THRESHOLD + 1).max(receives).min(LONGEST);
                return Err((PROBE_EVERY * minutes).mul_f64(scale));
            }
            circuit.probe_at = now.plus(PROBE_EVERY.mul_f64(scale));
        }
        Ok(())
    }

    /// A use of `dependency` failed.
    pub fn failed(&self, dependency: &str, now: Timestamp, scale: f64) {
        if let Ok(mut circuits) = self.0.lock() {
            let circuit = circuits.entry(dependency.to_owned()).or_default();
            circuit.failures = circuit.failures.saturating_add(1);
            circuit.probe_at = now.plus(PROBE_EVERY.mul_f64(scale));
        }
    }

    /// Uses of `dependencies` succeeded.
    pub fn succeeded<'a>(&self, dependencies: impl Iterator<Item = &'a str>) {
        if let Ok(mut circuits) = self.0.lock() {
            for name in dependencies {
                circuits.remove(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDS: [&str; 1] = ["text_model"];

    fn admitted(circuits: &Circuits, at: i64) -> Result<(), Duration> {
        circuits.admit(NEEDS.into_iter(), 1, Timestamp(at), 1.0)
    }

    #[test]
    fn three_failures_in_a_row_close_the_door_and_one_probe_a_minute_knocks() {
        let circuits = Circuits::default();
        for _ in 0..2 {
            circuits.failed("text_model", Timestamp(0), 1.0);
            assert_eq!(admitted(&circuits, 0), Ok(()));
        }
        circuits.failed("text_model", Timestamp(0), 1.0);
        assert_eq!(admitted(&circuits, 59_999), Err(Duration::from_secs(60)));
        assert_eq!(admitted(&circuits, 60_000), Ok(()), "the probe");
        assert_eq!(admitted(&circuits, 60_001), Err(Duration::from_secs(60)), "only one");
        circuits.failed("text_model", Timestamp(60_002), 1.0);
        assert_eq!(admitted(&circuits, 60_003), Err(Duration::from_secs(120)), "longer with every failed probe");
        circuits.succeeded(NEEDS.into_iter());
        assert_eq!(admitted(&circuits, 60_004), Ok(()));
    }

    #[test]
    fn what_was_received_often_stays_hidden_longer() {
        let circuits = Circuits::default();
        (0..3).for_each(|_| circuits.failed("text_model", Timestamp(0), 1.0));
        let hidden = |receives| circuits.admit(NEEDS.into_iter(), receives, Timestamp(1), 1.0);
        let minutes: u64 = (1..20).map(|receives| hidden(receives).unwrap_err().as_secs() / 60).sum();
        assert_eq!(hidden(7), Err(Duration::from_secs(7 * 60)));
        assert_eq!(minutes, 180, "hours before the queue moves it away after 20 receives");
    }

    #[test]
    fn another_dependency_is_not_concerned() {
        let circuits = Circuits::default();
        (0..5).for_each(|_| circuits.failed("image_model", Timestamp(0), 1.0));
        assert_eq!(admitted(&circuits, 1), Ok(()));
    }
}
