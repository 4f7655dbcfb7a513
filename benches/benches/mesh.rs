//! Events and articles per second, and the peak memory, of the embedded mesh on disk, beside a native twin and a peer.
//! benches/README.md says what is measured, and how. `-- --json`, `--rounds <n>`, `--only <part of a name>`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a measurement, not the product")]

use std::{env, path::Path, process::Command};

use mesh_benches::{
    articles::{self, Order},
    echo,
    report::{Report, Scenario},
    sample::Sample,
    twin,
};

const ECHO: &str = "echo, concurrency 4 (manifest)";
const ECHO_WIDE: &str = "echo, concurrency 32";
const TWIN: &str = "native twin, a transaction a step";
const TWIN_GROUPED: &str = "native twin, ten events a transaction";
const PEER: &str = "apalis-sqlite, 2,000 jobs";
const PEER_LONG: &str = "apalis-sqlite, 10,000 jobs";
const EVENTS: &str = "20000";
const ARTICLES: &str = "2000";
const EXISTING: &str = "20000";
const ROUNDS: usize = 5;
/// On a disk, unlike what /tmp may be.
const DISK: &str = env!("CARGO_TARGET_TMPDIR");

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    if let Some(at) = args.iter().position(|arg| arg == "--scenario") {
        let sample = scenario(&args[at + 1..]);
        return println!("{}", serde_json::to_string(&sample).unwrap());
    }
    // Built and run as a test, by `cargo test --all-targets`, there is nothing to do.
    if args.iter().any(|arg| arg == "--bench") {
        measure(&args);
    }
}

/// In a process of its own: `<folder> <scenario> <numbers>`.
fn scenario(args: &[String]) -> Sample {
    let folder = Path::new(&args[0]);
    let number = |at: usize| args[at].parse::<usize>().unwrap();
    match args[1].as_str() {
        "echo" => echo::run(folder, number(2), args.get(3).map(|_| number(3))),
        "articles" => articles::run(folder, Order { articles: number(2), words: number(3), existing: number(4) }),
        "twin" => twin::run(folder, number(2), number(3)),
        other => panic!("no scenario {other}"),
    }
}

fn measure(args: &[String]) {
    let value = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    let rounds = value("--rounds").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let folder = tempfile::tempdir_in(DISK).unwrap();
    let mut scenarios = scenarios(folder.path());
    if let Some(only) = value("--only") {
        scenarios.retain(|scenario| scenario.name.contains(only.as_str()));
    }
    if scenarios.iter().any(|scenario| [PEER, PEER_LONG].contains(&scenario.name)) {
        build_peer();
    }
    let mut report = Report::measure(&mut scenarios, rounds);
    for ours in [ECHO, ECHO_WIDE] {
        for other in [TWIN, TWIN_GROUPED, PEER, PEER_LONG] {
            report.compare(ours, other, "events/s");
        }
    }
    report.print(args.iter().any(|arg| arg == "--json"));
}

fn scenarios(folder: &Path) -> Vec<Scenario> {
    let own = |name, args: &[&str]| {
        let mut command = Command::new(env::current_exe().unwrap());
        command.arg("--scenario").arg(folder).args(args);
        Scenario { name, command }
    };
    let peer = |name, jobs: &str| {
        let mut command = Command::new(Path::new(PEER_TARGET).join("release/mesh-bench-peer"));
        command.arg(folder).arg(jobs);
        Scenario { name, command }
    };
    vec![
        own(ECHO, &["echo", EVENTS]),
        own(TWIN, &["twin", EVENTS, "1"]),
        own(ECHO_WIDE, &["echo", EVENTS, "32"]),
        own(TWIN_GROUPED, &["twin", EVENTS, "10"]),
        peer(PEER, "2000"),
        peer(PEER_LONG, "10000"),
        own("articles of 300 words, new site", &["articles", ARTICLES, "300", "0"]),
        own("articles of 300 words, 20,000 before", &["articles", ARTICLES, "300", EXISTING]),
        own("articles of 800 words, new site", &["articles", ARTICLES, "800", "0"]),
        own("articles of 800 words, 20,000 before", &["articles", ARTICLES, "800", EXISTING]),
    ]
}

/// Where the peer is built: not beside us, for two crates cannot link SQLite each in its own way.
const PEER_TARGET: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/../peer");

fn build_peer() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/peer/Cargo.toml");
    let args = ["build", "--quiet", "--release", "--locked", "--manifest-path", manifest, "--target-dir", PEER_TARGET];
    assert!(Command::new(env!("CARGO")).args(args).status().unwrap().success(), "the peer is built");
}
