//! Several processes on one directory.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future, stream};
use mesh_core::ports::{Begun, Blobs, BlobsExt, CommitAnswer, DocKey, PutCondition, Queue, StateStore, WriteMode};
use mesh_embedded::Store;
use mesh_testkit::{block_on, clock::ManualClock};

use crate::support::{Bench, begin, commit, open, outbound, work, write};

const DIRECTORY: &str = "MESH_TEST_DIRECTORY";

#[test]
fn handles_share_what_is_written() {
    let bench = Bench::on_disk();
    let other = bench.again();
    block_on(async {
        bench.store.queues().ensure(&[work()]).await.unwrap();
        bench.store.queue("work").send(&[outbound("m")]).await.unwrap();
        let got = other.queue("work").receive(10, Duration::ZERO, None).await.unwrap();
        assert_eq!(got[0].body, "m");
        assert_eq!(bench.store.queue("work").depth().await.unwrap().in_flight, 1);
        other.queue("work").ack(&[got[0].receipt.clone()]).await.unwrap();
        assert_eq!(bench.store.queue("work").depth().await.unwrap().total(), 0);
        let put = other.blobs().put_bytes("a/b", Bytes::from("x"), "text/plain", PutCondition::IfAbsent).await;
        put.unwrap();
        assert!(bench.store.blobs().get_bytes("a/b", 10).await.unwrap().is_some());
    });
}

#[test]
fn a_waiting_receive_notices_another_process() {
    let bench = Bench::on_disk();
    block_on(bench.store.queues().ensure(&[work()])).unwrap();
    let other = bench.again();
    let sender = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        block_on(other.queue("work").send(&[outbound("m")])).unwrap();
    });
    // The clock stands still: only the look at the database can end this wait.
    let got = block_on(bench.store.queue("work").receive(1, Duration::from_secs(20), None)).unwrap();
    assert_eq!(got.len(), 1);
    sender.join().unwrap();
}

#[test]
fn a_waiting_receive_notices_the_end_of_a_delay() {
    for bench in Bench::both() {
        block_on(bench.store.queues().ensure(&[work()])).unwrap();
        let queue = bench.store.queue("work");
        let delay = Duration::from_secs(5);
        let sent = [mesh_core::ports::OutboundMessage { delay, ..outbound("m") }];
        block_on(queue.send(&sent)).unwrap();
        let clock = Arc::clone(&bench.clock);
        let advancing = thread::spawn(move || {
            while clock.next_wake().is_none() {
                thread::sleep(Duration::from_millis(1));
            }
            clock.advance(delay);
        });
        let got = block_on(queue.receive(1, Duration::from_secs(20), None)).unwrap();
        assert_eq!(got.len(), 1);
        advancing.join().unwrap();
    }
}

/// Raises the counter by one, as often as it takes.
fn raise(store: &Store, clock: &ManualClock, event: u128) {
    let state = store.state();
    block_on(async {
        state.begin(&begin(event, event, clock)).await.unwrap();
        loop {
            let version = state.get(&DocKey::new("widget", "counter")).await.unwrap().map_or(0, |found| found.version);
            let mode = if version == 0 { WriteMode::Create } else { WriteMode::IfVersion(version) };
            match state.commit(&commit(event, event, vec![write(mode, "counter")])).await.unwrap() {
                CommitAnswer::Committed => return,
                CommitAnswer::Conflict { .. } | CommitAnswer::Throttled => {}
                CommitAnswer::LeaseLost => panic!("the lease was lost"),
            }
        }
    });
}

#[test]
fn no_update_is_lost_between_processes() {
    let bench = Bench::on_disk();
    let stores = [bench.store.clone(), bench.again(), bench.again()];
    thread::scope(|scope| {
        for (index, store) in stores.iter().enumerate() {
            for task in 0..2 {
                let first = 1_000 * (2 * index as u128 + task) + 1;
                let clock = &bench.clock;
                scope.spawn(move || (first..first + 20).for_each(|event| raise(store, clock, event)));
            }
        }
    });
    let counter = block_on(bench.store.state().get(&DocKey::new("widget", "counter"))).unwrap();
    assert_eq!(counter.map(|found| found.version), Some(120));
}

#[test]
fn a_handle_that_is_dropped_gives_back_what_it_holds() {
    let bench = Bench::on_disk();
    let other = bench.again();
    block_on(async {
        bench.store.queues().ensure(&[work()]).await.unwrap();
        bench.store.queue("work").send(&[outbound("m")]).await.unwrap();
        assert_eq!(other.queue("work").receive(1, Duration::ZERO, None).await.unwrap().len(), 1);
        other.state().begin(&begin(1, 1, &*bench.clock)).await.unwrap();
    });
    assert_eq!(locks(bench.path()).len(), 2);
    drop(other);
    assert_eq!(locks(bench.path()).len(), 1);
    block_on(async {
        assert_eq!(bench.store.queue("work").receive(1, Duration::ZERO, None).await.unwrap().len(), 1);
        let begun = bench.store.state().begin(&begin(1, 2, &*bench.clock)).await.unwrap();
        assert_eq!(begun, Begun::Started { attempt: 2, suspensions: 0 });
        assert_eq!(bench.store.reclaim().await.unwrap(), 0);
    });
}

#[test]
fn relinquishing_frees_what_is_in_flight_but_not_what_backs_off() {
    let bench = Bench::in_memory();
    let peer = bench.store.peer();
    block_on(async {
        bench.store.queues().ensure(&[work()]).await.unwrap();
        let queue = bench.store.queue("work");
        queue.send(&[outbound("held"), outbound("backing off")]).await.unwrap();
        let got = peer.queue("work").receive(2, Duration::ZERO, None).await.unwrap();
        peer.queue("work").nack(&got[1].receipt, Duration::from_secs(20)).await.unwrap();
        peer.relinquish().await.unwrap();
        let now = queue.receive(10, Duration::ZERO, None).await.unwrap();
        assert_eq!(now.iter().map(|delivery| delivery.body.as_str()).collect::<Vec<_>>(), ["held"]);
        let refused = peer.queue("work").ack(&[got[0].receipt.clone()]).await.unwrap();
        assert_eq!(refused.len(), 1);
        bench.clock.advance(Duration::from_secs(20));
        assert_eq!(queue.receive(10, Duration::ZERO, None).await.unwrap()[0].body, "backing off");
    });
}

/// Plays a process that is killed in the middle of its work; run by the tests below.
#[test]
#[ignore = "a part of another test"]
fn victim() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let clock = Arc::new(ManualClock::new());
    let store = open(Path::new(&directory), &clock);
    block_on(async {
        assert_eq!(store.queue("work").receive(1, Duration::ZERO, None).await.unwrap().len(), 1);
        store.state().begin(&begin(1, 1, &*clock)).await.unwrap();
        let half = stream::iter([Ok(Bytes::from("half of it"))]).chain(stream::pending());
        let blobs = store.blobs();
        let mut put = blobs.put("site/b.html", Box::pin(half), "text/html", PutCondition::Any).fuse();
        // The look at the head is answered by another thread: until then there is no body.
        while objects(Path::new(&directory)).is_empty() {
            assert!(future::poll_fn(|context| std::task::Poll::Ready(put.poll_unpin(context).is_pending())).await);
            thread::sleep(Duration::from_millis(1));
        }
        tell_the_parent();
        future::pending::<()>().await;
    });
}

#[allow(clippy::print_stdout, reason = "how the parent learns that it is time to kill")]
fn tell_the_parent() {
    println!("\nready");
}

fn start_victim(directory: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::victim", "--ignored", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "ready"), "the child ended early");
    child
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn all_is_free(store: &Store, clock: &ManualClock) {
    assert_eq!(store.queue("work").receive(1, Duration::ZERO, None).await.unwrap().len(), 1);
    let begun = store.state().begin(&begin(1, 2, clock)).await.unwrap();
    assert_eq!(begun, Begun::Started { attempt: 2, suspensions: 0 });
}

#[test]
fn a_killed_process_is_taken_over() {
    let bench = Bench::on_disk();
    block_on(bench.store.queues().ensure(&[work()])).unwrap();
    block_on(bench.store.queue("work").send(&[outbound("m")])).unwrap();
    let child = start_victim(bench.path());
    block_on(async {
        // Nothing is taken from the living.
        assert_eq!(bench.store.reclaim().await.unwrap(), 0);
        assert_eq!(bench.store.queue("work").receive(1, Duration::ZERO, None).await.unwrap().len(), 0);
        let held = bench.store.state().begin(&begin(1, 2, &*bench.clock)).await.unwrap();
        assert!(matches!(held, Begun::Held { .. }), "{held:?}");
    });
    kill(child);
    assert_eq!(objects(bench.path()).len(), 1);
    block_on(async {
        assert_eq!(bench.store.reclaim().await.unwrap(), 1);
        all_is_free(&bench.store, &bench.clock).await;
    });
    assert_eq!(objects(bench.path()), Vec::<PathBuf>::new());
    assert_eq!(locks(bench.path()).len(), 1);
}

#[test]
fn opening_takes_over_from_a_killed_process() {
    let bench = Bench::on_disk();
    block_on(bench.store.queues().ensure(&[work()])).unwrap();
    block_on(bench.store.queue("work").send(&[outbound("m")])).unwrap();
    kill(start_victim(bench.path()));
    let later = bench.again();
    block_on(all_is_free(&later, &bench.clock));
    assert_eq!(objects(bench.path()), Vec::<PathBuf>::new());
}

/// The lock files of the living and the dead.
fn locks(directory: &Path) -> Vec<PathBuf> {
    files(&directory.join("owners"))
}

/// The files of all bodies.
fn objects(directory: &Path) -> Vec<PathBuf> {
    files(&directory.join("blobs/.objects"))
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
