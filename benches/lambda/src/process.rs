//! A process that is measured: how it is started, and what Linux says of it.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use crate::{
    events::PREFIX,
    stub::{ACCOUNT, REGION},
};

/// How a process is started.
#[derive(Debug, Clone)]
pub struct Program {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Where it starts, if not here.
    pub folder: Option<PathBuf>,
    /// Its whole environment.
    pub environment: Vec<(String, String)>,
    /// Where its output goes; nowhere when there is none.
    pub log: Option<PathBuf>,
}

/// A running process; it ends with this value.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// When it was started.
    pub started: Instant,
}

impl Program {
    /// A program with the environment of a function or worker of `agent` and nothing else. Its access key is `caller`.
    #[must_use]
    pub fn new(command: &[&str], agent: &str, caller: &str, aws: SocketAddr) -> Self {
        let environment = [
            ("PATH", "/usr/bin:/bin"),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", caller),
            ("AWS_SECRET_ACCESS_KEY", "stub"),
            ("AWS_ENDPOINT_URL", &format!("http://{aws}")),
            ("MESH_PREFIX", PREFIX),
            ("MESH_ENVIRONMENT", "local"),
            ("MESH_ACCOUNT", ACCOUNT),
            ("MESH_QUEUE_URL", &format!("http://{aws}/{ACCOUNT}/{PREFIX}-{agent}")),
            ("MESH_DLQ_URL", &format!("http://{aws}/{ACCOUNT}/{PREFIX}-{agent}-dlq")),
        ];
        Self {
            command: command.iter().map(|word| (*word).to_owned()).collect(),
            folder: None,
            environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            log: None,
        }
    }

    /// The same with further settings.
    #[must_use]
    pub fn with(mut self, settings: &[(&str, &str)]) -> Self {
        self.environment.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    /// The same as a Lambda function: with the variables the service sets.
    #[must_use]
    pub fn function(self, agent: &str, memory_mb: u32, api: SocketAddr) -> Self {
        let function = format!("{PREFIX}-{agent}");
        self.with(&[
            ("AWS_LAMBDA_RUNTIME_API", &api.to_string()),
            ("AWS_LAMBDA_FUNCTION_NAME", &function),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory_mb.to_string()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/aws/lambda/{function}")),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/21/[1]stub"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("_HANDLER", "handler.lambda_handler"),
            ("LAMBDA_TASK_ROOT", "."),
            ("TZ", ":UTC"),
        ])
    }

    /// The same with its output kept in a file.
    #[must_use]
    pub fn logged(mut self, log: &Path) -> Self {
        self.log = Some(log.to_owned());
        self
    }

    /// Starts it.
    #[must_use]
    pub fn start(&self) -> Process {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).env_clear().envs(self.environment.iter().cloned()).stdin(Stdio::null());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        match &self.log {
            Some(log) => {
                let file = File::create(log).unwrap();
                command.stdout(file.try_clone().unwrap()).stderr(file);
            }
            None => {
                command.stdout(Stdio::null()).stderr(Stdio::null());
            }
        }
        let started = Instant::now();
        let child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", self.command[0]));
        Process { child, started }
    }
}

impl Process {
    /// Memory it holds now, in KiB (`VmRSS`).
    #[must_use]
    pub fn resident_kib(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most it held at once, in KiB (`VmHWM`).
    #[must_use]
    pub fn peak_kib(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> f64 {
        let status = self.read("status");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).expect("the process runs")
    }

    /// Processor time of all its threads so far, in seconds; Linux counts it in hundredths.
    #[must_use]
    pub fn cpu_seconds(&self) -> f64 {
        let stat = self.read("stat");
        // The name, in brackets, may hold spaces; user and system time are the 12th and 13th field after it.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
