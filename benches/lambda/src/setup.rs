//! Where the programs are that are measured, and how each becomes a running function.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use mesh_core::Manifest;

use crate::{
    events::PREFIX,
    process::{Process, Program},
    stub::{Aws, Runtime},
};

/// The project and what was built of it.
#[derive(Debug, Clone)]
pub struct Setup {
    root: PathBuf,
    out: PathBuf,
    bootstraps: Option<PathBuf>,
}

/// A running function, its API, and the AWS it calls.
#[derive(Debug)]
pub struct Function {
    /// Its process.
    pub process: Process,
    /// Its Runtime API.
    pub runtime: Runtime,
    /// From the start of the process to its first `/next`.
    pub start: Duration,
}

impl Setup {
    /// The project this program was built from. `bootstraps`: a folder of programs named like their agents, instead of
    /// those in the zips.
    #[must_use]
    pub fn new(bootstraps: Option<PathBuf>) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        let out = root.join("target/bench-lambda");
        fs::create_dir_all(out.join("logs")).unwrap();
        Self { root, out, bootstraps }
    }

    /// An agent's declaration.
    #[must_use]
    pub fn manifest(&self, agent: &str) -> Manifest {
        let path = self.root.join("agents").join(agent).join("agent.json");
        Manifest::parse(&fs::read_to_string(path).unwrap()).unwrap()
    }

    /// The zip that is deployed.
    #[must_use]
    pub fn zip(&self, agent: &str) -> PathBuf {
        self.root.join("target/package").join(format!("{agent}.zip"))
    }

    /// The program in an agent's zip.
    #[must_use]
    pub fn bootstrap(&self, agent: &str) -> String {
        if let Some(folder) = &self.bootstraps {
            return text(&folder.join(agent));
        }
        let (zip, folder) = (self.zip(agent), self.out.join("agents").join(agent));
        let bootstrap = folder.join("bootstrap");
        let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
        let zipped = changed(&zip).unwrap_or_else(|| panic!("{} is missing; prepare.sh builds it", zip.display()));
        // A program that runs cannot be written over.
        if changed(&bootstrap).is_some_and(|unzipped| unzipped > zipped) {
            return text(&bootstrap);
        }
        fs::create_dir_all(&folder).unwrap();
        let unzip = Command::new("python3").args(["-m", "zipfile", "-e"]).arg(zip).arg(&folder).status().unwrap();
        assert!(unzip.success(), "the zip of {agent} can be read");
        fs::set_permissions(&bootstrap, fs::Permissions::from_mode(0o755)).unwrap();
        text(&bootstrap)
    }

    /// `echo` with its ports in memory.
    #[must_use]
    pub fn memory(&self) -> String {
        let built = self.out.join("built/echo-memory/bootstrap");
        let folder = self.bootstraps.as_ref().map(|folder| folder.join("echo-memory"));
        text(&folder.filter(|path| path.exists()).unwrap_or(built))
    }

    /// The peer, with the settings of this variant.
    #[must_use]
    pub fn peer(&self, ports: &str, schema: &str, caller: &str, aws: SocketAddr) -> Program {
        let python = text(&self.out.join("venv/bin/python"));
        let command = [python.as_str(), "-m", "awslambdaric", "handler.lambda_handler"];
        let contracts = text(&self.root.join("contracts"));
        let settings = [("PEER_PORTS", ports), ("PEER_SCHEMA", schema), ("PEER_CONTRACTS", &contracts)];
        let mut program = Program::new(&command, "echo", caller, aws).with(&settings);
        program.folder = Some(self.peer_folder());
        program
    }

    /// The peer's modules, copied: Python keeps what it compiled beside them.
    fn peer_folder(&self) -> PathBuf {
        let folder = self.out.join("peer");
        fs::create_dir_all(&folder).unwrap();
        for module in ["handler.py", "memory.py"] {
            fs::copy(self.root.join("benches/lambda/peer").join(module), folder.join(module)).unwrap();
        }
        folder
    }

    /// A file for a process's output.
    #[must_use]
    pub fn log(&self, name: &str) -> PathBuf {
        self.out.join("logs").join(format!("{}.log", name.replace([' ', ',', '/'], "-")))
    }

    /// A file beside what is built.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    /// An agent as its function. Its access key is its name.
    pub async fn function(&self, agent: &str, aws: SocketAddr, settings: &[(&str, &str)]) -> Function {
        let program = Program::new(&[&self.bootstrap(agent)], agent, agent, aws).with(settings);
        self.start(program, agent, &self.log(agent)).await
    }

    /// Any program as the function of an agent.
    pub async fn start(&self, program: Program, agent: &str, log: &Path) -> Function {
        let manifest = self.manifest(agent);
        let runtime = Runtime::start(manifest.timeout()).await;
        let program = program.function(agent, manifest.memory_mb, runtime.address).logged(log);
        let process = program.start();
        let ready: Instant = runtime.ready(log).await;
        Function { start: ready - process.started, process, runtime }
    }
}

/// Lets the queue of an agent hear its channels, as Terraform does.
pub fn subscribe(aws: &Arc<Aws>, manifest: &Manifest) {
    let queue = aws.queue(&format!("{PREFIX}-{}", manifest.name));
    for subscription in &manifest.subscribes {
        aws.subscribe(&crate::events::topic(&subscription.channel), &queue);
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
