//! Models that write down each call before they answer it, in a way that a killed process leaves behind.

use std::{
    fmt,
    fs::{self, File},
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use async_trait::async_trait;
use mesh_core::{
    Timestamp, ids,
    ports::{
        ChatRequest, ChatResponse, Clock, ImageModel, ModelError, ModelErrorKind, RenderRequest, RenderResponse,
        TextModel, Usage,
    },
};
use mesh_models::{OfflineImageModel, OfflineTextModel};
use serde::Serialize;

const FOLDER: &str = "calls";

/// A call as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// SHA-256 of the request, as the stored answer has it.
    pub(crate) request: String,
    /// `<process>.<number>`; the answer carries it as the provider's id.
    pub(crate) id: String,
    /// When it was made, in milliseconds since 1970.
    pub(crate) at: i64,
}

impl Call {
    /// The process that made it.
    pub(crate) fn process(&self) -> u32 {
        self.id.split('.').next().and_then(|process| process.parse().ok()).unwrap_or(u32::MAX)
    }
}

/// Where one process writes down its calls. A line is one write to a file opened for appending: what was written is
/// there, whatever becomes of the process.
pub(crate) struct CallLog {
    process: u32,
    next: AtomicU32,
    file: File,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for CallLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallLog({})", self.process)
    }
}

impl CallLog {
    pub(crate) fn open(directory: &Path, process: u32, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let folder = directory.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let file = File::options().create(true).append(true).open(folder.join(format!("{process}.log")))?;
        Ok(Self { process, next: AtomicU32::new(0), file, clock })
    }

    /// Writes a call down, and gives it its id.
    fn note(&self, request: &impl Serialize) -> Result<String, String> {
        let request = ids::sha256_hex(&serde_json::to_vec(request).map_err(|error| error.to_string())?);
        let id = format!("{}.{}", self.process, self.next.fetch_add(1, Ordering::Relaxed));
        let line = format!("{request} {id} {}\n", self.clock.now().0);
        (&self.file).write_all(line.as_bytes()).map_err(|error| error.to_string())?;
        Ok(id)
    }

    /// Notes the call and takes as long as a model would.
    async fn call(&self, model: &str, request: &impl Serialize, takes: Duration) -> Result<String, ModelError> {
        let id = self.note(request).map_err(|message| ModelError {
            kind: ModelErrorKind::Transport,
            model: model.to_owned(),
            message,
            retry_after: None,
            provider_request_id: None,
            usage: Usage::default(),
            cost_micro_usd: None,
        })?;
        self.clock.sleep_until(self.clock.now().plus(takes)).await;
        Ok(id)
    }
}

/// All calls of all processes.
pub(crate) fn read(directory: &Path) -> anyhow::Result<Vec<Call>> {
    let mut calls = Vec::new();
    for entry in fs::read_dir(directory.join(FOLDER)).context("no process wrote down any call")? {
        for line in fs::read_to_string(entry?.path())?.lines() {
            calls.push(parse(line).with_context(|| format!("{line:?} is no call"))?);
        }
    }
    Ok(calls)
}

fn parse(line: &str) -> Option<Call> {
    let mut words = line.split(' ');
    let (request, id, at) = (words.next()?.to_owned(), words.next()?.to_owned(), words.next()?.parse().ok()?);
    words.next().is_none().then_some(Call { request, id, at })
}

/// The offline model for texts, its calls noted.
#[derive(Debug)]
pub(crate) struct NotedText {
    pub(crate) log: Arc<CallLog>,
    pub(crate) takes: Duration,
    pub(crate) model: OfflineTextModel,
}

#[async_trait]
impl TextModel for NotedText {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn is_offline(&self) -> bool {
        true
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let id = self.log.call(self.name(), request, self.takes).await?;
        let answer = self.model.complete(request, deadline).await?;
        Ok(ChatResponse { provider_request_id: Some(id), ..answer })
    }
}

/// The offline model for images, its calls noted.
#[derive(Debug)]
pub(crate) struct NotedImages {
    pub(crate) log: Arc<CallLog>,
    pub(crate) takes: Duration,
    pub(crate) model: OfflineImageModel,
}

#[async_trait]
impl ImageModel for NotedImages {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn is_offline(&self) -> bool {
        true
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        let id = self.log.call(self.name(), request, self.takes).await?;
        let answer = self.model.render(request, deadline).await?;
        Ok(RenderResponse { provider_request_id: Some(id), ..answer })
    }
}
