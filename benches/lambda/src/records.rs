//! What one function needs to start and for a record.

use std::net::SocketAddr;

use crate::{
    events,
    process::Program,
    setup::{Function, Setup},
    stub::Aws,
};

/// Records a function handles before anything is measured.
const WARM_UP: u64 = 300;

/// A function that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// `echo` as it is deployed.
    Ours,
    /// The peer, its schema compiled at every use or once.
    Peer(&'static str),
    /// `echo` with its ports in memory.
    OursInMemory,
    /// The peer with its ports in memory.
    PeerInMemory(&'static str),
}

/// All of them, ours before the peers they are compared with.
pub const SUBJECTS: [Subject; 6] = [
    Subject::Ours,
    Subject::Peer("each"),
    Subject::Peer("once"),
    Subject::OursInMemory,
    Subject::PeerInMemory("each"),
    Subject::PeerInMemory("once"),
];

/// What was measured of one process.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Process start to first `/next`, in ms.
    pub start_ms: f64,
    /// Processor time of the process, in ms a record.
    pub cpu_ms: f64,
    /// Median over invocations of the time between `/next` and `/response`, in ms a record.
    pub wall_ms: f64,
    /// The same, 99th percentile.
    pub wall_p99_ms: f64,
    /// Calls to AWS a record.
    pub calls: f64,
    /// Memory at the end, in MiB.
    pub resident_mib: f64,
}

impl Subject {
    /// Its name in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "echo",
            Self::Peer("each") => "Powertools",
            Self::Peer(_) => "Powertools, schema compiled once",
            Self::OursInMemory => "echo, no I/O",
            Self::PeerInMemory("each") => "Powertools, no I/O",
            Self::PeerInMemory(_) => "Powertools, schema compiled once, no I/O",
        }
    }

    /// Whether it calls AWS.
    #[must_use]
    pub fn calls_aws(self) -> bool {
        matches!(self, Self::Ours | Self::Peer(_))
    }

    fn program(self, setup: &Setup, aws: SocketAddr) -> Program {
        let own = |program: &str| Program::new(&[program], "echo", self.name(), aws);
        match self {
            Self::Ours => own(&setup.bootstrap("echo")),
            Self::OursInMemory => own(&setup.memory()),
            Self::Peer(schema) => setup.peer("aws", schema, self.name(), aws),
            Self::PeerInMemory(schema) => setup.peer("memory", schema, self.name(), aws),
        }
    }

    /// Starts it, and measures how long that takes.
    pub async fn start(self, setup: &Setup, aws: SocketAddr) -> Function {
        setup.start(self.program(setup, aws), "echo", &setup.log(self.name())).await
    }

    /// Has it handle `records` records, `batch` at a time.
    pub async fn run(self, setup: &Setup, records: u64, batch: u64) -> Sample {
        let (aws, address) = Aws::start().await;
        let function = self.start(setup, address).await;
        let mut numbers = 0..;
        for _ in 0..WARM_UP.div_ceil(batch) {
            invoke(&function, &mut numbers, batch).await;
        }
        let (calls, cpu) = (aws.calls.of(self.name()), function.process.cpu_seconds());
        let mut walls = Vec::new();
        for _ in 0..records / batch {
            walls.push(invoke(&function, &mut numbers, batch).await);
        }
        let done = count(records / batch * batch);
        Sample {
            start_ms: function.start.as_secs_f64() * 1000.0,
            cpu_ms: (function.process.cpu_seconds() - cpu) * 1000.0 / done,
            wall_ms: crate::figures::median(&walls),
            wall_p99_ms: crate::figures::quantile(&walls, 0.99),
            calls: count(aws.calls.of(self.name()) - calls) / done,
            resident_mib: function.process.resident_kib() / 1024.0,
        }
    }
}

/// One invocation; answers its time in ms a record.
async fn invoke(function: &Function, numbers: &mut impl Iterator<Item = u64>, batch: u64) -> f64 {
    let size = usize::try_from(batch).unwrap();
    let messages: Vec<_> = numbers.take(size).map(|n| events::message(events::echo_requested(n))).collect();
    let invocation = function.runtime.invoke(&events::invocation("echo", &messages)).await;
    let failed = events::failed(&invocation.answer, &messages);
    assert!(failed.is_empty(), "{} of {batch} records failed: {:?}", failed.len(), invocation.answer);
    invocation.wall.as_secs_f64() * 1000.0 / count(batch)
}

#[allow(clippy::cast_precision_loss)]
fn count(n: u64) -> f64 {
    n as f64
}
