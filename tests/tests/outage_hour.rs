//! An hour without the provider at 60 requests a minute: minutes of work, so no test by default. `make outage` runs it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]
#![allow(dead_code, reason = "the quick test knows more of it")]

#[path = "outage/mod.rs"]
mod outage;

use outage::Outage;

const HOUR: Outage = Outage { minutes: 60, requests_per_minute: 60, invalid_per_minute: 0, answers_every: 0 };
/// Receives after which a queue moves a message away.
const BACKSTOP: u32 = 20;

#[test]
fn an_hour_of_requests_is_published_after_an_hour_of_outage() {
    let figures = HOUR.run();
    println!("{figures}");
    assert_eq!((figures.published, figures.findings.as_slice()), (3600, &[][..]));
    assert_eq!((figures.suspended, figures.dead_letters), (0, 0));
    assert!(figures.receives < BACKSTOP, "{figures}");
    assert!(figures.calls <= 64, "{figures}: three, and about one a minute");
}
