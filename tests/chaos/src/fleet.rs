//! The worker processes: started, killed without a word, started again.

use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, bail};

/// Longest wait for a worker that was let go.
const PATIENCE: Duration = Duration::from_secs(60);

/// All workers. They are killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Fleet {
    directory: PathBuf,
    model_ms: u64,
    workers: Vec<Worker>,
    /// Workers started so far; the next one's number.
    pub(crate) started: u32,
    /// Numbers of those that were killed.
    pub(crate) killed: BTreeSet<u32>,
}

#[derive(Debug)]
struct Worker {
    number: u32,
    child: Child,
}

impl Fleet {
    pub(crate) fn start(directory: &Path, workers: usize, model_ms: u64) -> anyhow::Result<Self> {
        let directory = directory.to_owned();
        let mut fleet =
            Self { directory, model_ms, workers: Vec::with_capacity(workers), started: 0, killed: BTreeSet::new() };
        for _ in 0..workers {
            let worker = fleet.spawn()?;
            fleet.workers.push(worker);
        }
        Ok(fleet)
    }

    fn spawn(&mut self) -> anyhow::Result<Worker> {
        let number = self.started;
        self.started += 1;
        let log = File::options().create(true).append(true).open(self.directory.join("workers.log"))?;
        let child = Command::new(std::env::current_exe()?)
            .arg("worker")
            .arg(&self.directory)
            .args([number.to_string(), self.model_ms.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("a worker cannot be started")?;
        Ok(Worker { number, child })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.workers.len()
    }

    /// SIGKILL for the workers in these places, all of them before the first is replaced.
    pub(crate) fn kill(&mut self, places: &[usize]) -> anyhow::Result<()> {
        self.look()?;
        for place in places {
            let worker = &mut self.workers[*place];
            worker.child.kill()?;
            worker.child.wait()?;
            self.killed.insert(worker.number);
        }
        for place in places {
            self.workers[*place] = self.spawn()?;
        }
        Ok(())
    }

    /// Fails when a worker ended that nobody killed.
    pub(crate) fn look(&mut self) -> anyhow::Result<()> {
        for worker in &mut self.workers {
            if let Some(status) = worker.child.try_wait()? {
                bail!("worker {} ended by itself: {status}; see workers.log", worker.number);
            }
        }
        Ok(())
    }

    /// Lets all of them end in peace.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        for worker in &mut self.workers {
            drop(worker.child.stdin.take());
        }
        let ended = tokio::time::timeout(PATIENCE, async {
            while let Some(worker) = self.workers.last_mut() {
                match worker.child.try_wait()? {
                    Some(status) if status.success() => drop(self.workers.pop()),
                    Some(status) => bail!("worker {} ended with {status}; see workers.log", worker.number),
                    None => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
            Ok(())
        });
        ended.await.context("a worker that was let go does not end")?
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            // It may have ended already.
            let _ = worker.child.kill();
            let _ = worker.child.wait();
        }
    }
}
