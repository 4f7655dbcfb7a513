//! What a handler can do besides thinking: read, write blobs once, ask models once.

use std::sync::Mutex;

use bytes::Bytes;
use mesh_contracts::{Int, Pointer, events::Cost, events::ErrorType};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    agent::AgentError,
    event::Event,
    ids,
    manifest::Manifest,
    metric,
    ports::{
        BlobMeta, BlobsExt, ChatRequest, ChatResponse, DocKey, Document, IdRange, Page, PutCondition, PutResult, Query,
        Usage,
    },
    runner::{Lease, Ports},
    time::Timestamp,
};

/// Most bytes of an object a handler reads into memory.
pub const MAX_READ_BYTES: u64 = 8 * 1024 * 1024;

/// A blob as it is stored now, whoever wrote it.
#[derive(Debug, Clone)]
pub struct StoredBlob {
    /// The pointer events carry.
    pub pointer: Pointer,
    /// The stored bytes, which are not the handler's when an earlier attempt wrote first.
    pub bytes: Bytes,
}

/// A model's answer as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// SHA-256 of the request that was sent, for the audit.
    pub request_sha256: String,
    /// Version of the prompt it was asked with.
    pub prompt_version: String,
    /// What the model said.
    pub response: ChatResponse,
}

/// A handler's view of the mesh during one event.
#[derive(Debug)]
pub struct Context<'a> {
    manifest: &'a Manifest,
    ports: &'a Ports,
    event_id: Uuid,
    lease: Lease,
    spent: Mutex<Cost>,
}

impl<'a> Context<'a> {
    /// The context of one attempt.
    #[must_use]
    pub fn new(manifest: &'a Manifest, ports: &'a Ports, event: &Event, lease: Lease) -> Self {
        Self { manifest, ports, event_id: event.id, lease, spent: Mutex::new(Cost::default()) }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// When the handler must be done.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        self.lease.deadline
    }

    /// Tokens and money of the answers used so far, whether bought now or by an earlier attempt.
    #[must_use]
    pub fn spent(&self) -> Cost {
        self.spent.lock().map(|spent| *spent).unwrap_or_default()
    }

    /// Reads a document.
    ///
    /// # Errors
    /// [`AgentError::Retry`] when the store is out of reach; [`AgentError::Fail`] when the manifest does not allow it.
    pub async fn get(&self, kind: &str, id: &str) -> Result<Option<Document>, AgentError> {
        self.check(self.manifest.may_read(kind), "reads", kind)?;
        Ok(self.ports.state.get(&DocKey::new(kind, id)).await?)
    }

    /// Lists documents in id order; strong.
    ///
    /// # Errors
    /// As [`Context::get`].
    pub async fn list(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, AgentError> {
        self.check(self.manifest.may_read(kind), "reads", kind)?;
        Ok(self.ports.state.list(kind, range, limit).await?)
    }

    /// Finds documents by owner or index, newest first; advisory.
    ///
    /// # Errors
    /// As [`Context::get`].
    pub async fn query(&self, query: &Query) -> Result<Page, AgentError> {
        self.check(self.manifest.may_read(&query.kind), "reads", &query.kind)?;
        Ok(self.ports.state.query(query).await?)
    }

    /// Fetches what a pointer of an event points at, and checks that it is what the pointer says.
    ///
    /// # Errors
    /// [`AgentError::Fail`] when it is gone, foreign, not allowed by the manifest, or not what the pointer says.
    pub async fn fetch(&self, pointer: &Pointer) -> Result<Bytes, AgentError> {
        let foreign =
            || AgentError::fail("POINTER_FOREIGN", ErrorType::Validation, "the pointer is not into our store");
        let key = self.ports.blobs.key_of(&pointer.uri).ok_or_else(foreign)?;
        self.check(self.manifest.may_fetch(&key), "blobs.reads", &key)?;
        let gone = || AgentError::fail("PAYLOAD_GONE", ErrorType::Infrastructure, format!("{key} does not exist"));
        let (_, bytes) = self.ports.blobs.get_bytes(&key, MAX_READ_BYTES).await?.ok_or_else(gone)?;
        if ids::sha256_hex(&bytes) != *pointer.sha256 {
            let message = format!("{key} is not what the pointer says (SHA-256 differs)");
            return Err(AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, message));
        }
        Ok(bytes)
    }

    /// Stores a blob once. If an earlier attempt stored something under the key, that is what is returned, and counts.
    ///
    /// # Errors
    /// [`AgentError::Retry`] when the store is out of reach; [`AgentError::Fail`] when the manifest does not allow it.
    pub async fn put_once(&self, key: &str, body: Bytes, media_type: &str) -> Result<StoredBlob, AgentError> {
        self.check(self.manifest.may_put(key), "blobs.writes", key)?;
        let blobs = &self.ports.blobs;
        match blobs.put_bytes(key, body.clone(), media_type, PutCondition::IfAbsent).await? {
            PutResult::Stored(meta) => Ok(StoredBlob { pointer: blobs.pointer(&meta), bytes: body }),
            PutResult::Refused(_) => {
                let gone = || AgentError::fail("PAYLOAD_GONE", ErrorType::Infrastructure, format!("{key} vanished"));
                let (meta, bytes) = blobs.get_bytes(key, MAX_READ_BYTES).await?.ok_or_else(gone)?;
                Ok(StoredBlob { pointer: blobs.pointer(&meta), bytes })
            }
        }
    }

    /// Reads a shared output with its version, to be replaced by [`Context::replace`].
    ///
    /// # Errors
    /// As [`Context::put_once`].
    pub async fn read_blob(&self, key: &str) -> Result<Option<(String, Bytes)>, AgentError> {
        self.check(self.manifest.may_fetch(key), "blobs.reads", key)?;
        let found = self.ports.blobs.get_bytes(key, MAX_READ_BYTES).await?;
        Ok(found.map(|(meta, bytes)| (meta.version, bytes)))
    }

    /// SHA-256 and version of a blob without reading it.
    ///
    /// # Errors
    /// As [`Context::put_once`].
    pub async fn head(&self, key: &str) -> Result<Option<BlobMeta>, AgentError> {
        self.check(self.manifest.may_fetch(key), "blobs.reads", key)?;
        Ok(self.ports.blobs.head(key).await?)
    }

    /// The pointer to a blob.
    #[must_use]
    pub fn pointer(&self, meta: &BlobMeta) -> Pointer {
        self.ports.blobs.pointer(meta)
    }

    /// What is known of every blob whose key starts with `prefix`.
    ///
    /// # Errors
    /// As [`Context::put_once`].
    pub async fn heads(&self, prefix: &str) -> Result<Vec<BlobMeta>, AgentError> {
        const PAGE: usize = 1000;
        self.check(self.manifest.may_fetch(prefix), "blobs.reads", prefix)?;
        let mut heads: Vec<BlobMeta> = Vec::new();
        loop {
            let after = heads.last().map(|meta| meta.key.clone());
            let page = self.ports.blobs.list(prefix, after.as_deref(), PAGE).await?;
            let last = page.len() < PAGE;
            heads.extend(page);
            if last {
                return Ok(heads);
            }
        }
    }

    /// Writes a shared output over the version that was read (`None`: nothing was there). False when somebody else wrote
    /// in between.
    ///
    /// # Errors
    /// As [`Context::put_once`].
    pub async fn replace(
        &self,
        key: &str,
        read: Option<&str>,
        body: Bytes,
        media_type: &str,
    ) -> Result<bool, AgentError> {
        self.check(self.manifest.may_put(key), "blobs.writes", key)?;
        let condition = read.map_or(PutCondition::IfAbsent, |version| PutCondition::IfMatch(version.to_owned()));
        let put = self.ports.blobs.put_bytes(key, body, media_type, condition).await?;
        Ok(matches!(put, PutResult::Stored(_)))
    }

    /// Asks the text model, once: the answer is stored under event and step before it is used, so that a retry, even with
    /// another prompt, gets the stored answer and pays nothing. A call is made only while the lease is held.
    /// `prompt_version` is kept with the answer: a stored answer tells the version it was asked with.
    ///
    /// # Errors
    /// [`AgentError`] by the class of the model's error.
    pub async fn ask(&self, step: &str, prompt_version: &str, request: &ChatRequest) -> Result<Answer, AgentError> {
        let key = format!("answers/{}/{}/{step}", self.manifest.name, self.event_id);
        if let Some(answer) = self.stored_answer(&key).await? {
            return Ok(answer);
        }
        let deadline = self.lease.deadline.min(self.now().plus(self.ports.model_timeout));
        if self.now() >= self.lease.deadline {
            return Err(out_of_time());
        }
        let (agent, model) = (self.manifest.name.as_str(), self.ports.text_model.name());
        tracing::info!(event = "ModelAsked", agent, event_id = %self.event_id, step, model);
        let response = match self.ports.text_model.complete(request, deadline).await {
            Ok(response) => response,
            Err(error) => {
                self.spend(error.usage.input_tokens, error.usage.output_tokens, None);
                self.count_tokens(error.usage);
                return Err(error.into());
            }
        };
        let request_sha256 = ids::sha256_hex(&to_vec(request)?);
        self.keep(&key, Answer { request_sha256, prompt_version: prompt_version.to_owned(), response }).await
    }

    /// Stores an answer before anybody sees it; of two attempts the first stored one counts.
    async fn keep(&self, key: &str, answer: Answer) -> Result<Answer, AgentError> {
        let body = to_vec(&answer)?;
        // Paid, whether or not it is the one that counts.
        self.count_tokens(answer.response.usage);
        match self.ports.blobs.put_bytes(key, body.into(), "application/json", PutCondition::IfAbsent).await? {
            PutResult::Stored(_) => {
                self.spend_answer(&answer.response);
                Ok(answer)
            }
            PutResult::Refused(_) => self.stored_answer(key).await?.ok_or_else(out_of_time),
        }
    }

    async fn stored_answer(&self, key: &str) -> Result<Option<Answer>, AgentError> {
        let Some((_, bytes)) = self.ports.blobs.get_bytes(key, MAX_READ_BYTES).await? else {
            return Ok(None);
        };
        let answer: Answer = parse(key, &bytes)?;
        self.spend_answer(&answer.response);
        Ok(Some(answer))
    }

    fn count_tokens(&self, usage: Usage) {
        let tokens = usage.input_tokens.saturating_add(usage.output_tokens);
        if tokens > 0 {
            let name = metric::tokens_used(&self.manifest.name, self.ports.text_model.name());
            metrics::counter!(name).increment(tokens);
        }
    }

    fn spend_answer(&self, answer: &ChatResponse) {
        self.spend(answer.usage.input_tokens, answer.usage.output_tokens, answer.cost_micro_usd);
    }

    fn spend(&self, input: u64, output: u64, micro_usd: Option<u64>) {
        if let Ok(mut spent) = self.spent.lock() {
            spent.input_tokens = sum(spent.input_tokens.count(), input);
            spent.output_tokens = sum(spent.output_tokens.count(), output);
            if let Some(more) = micro_usd {
                spent.micro_usd = Some(sum(spent.micro_usd.map_or(0, Int::count), more));
            }
        }
    }

    fn check(&self, allowed: bool, list: &str, what: &str) -> Result<(), AgentError> {
        if allowed {
            return Ok(());
        }
        let message = format!("agent.json of {} does not list {what} in {list}", self.manifest.name);
        Err(AgentError::Retry {
            code: "NOT_DECLARED",
            error_type: ErrorType::Infrastructure,
            message,
            after: None,
            dependency: None,
            counted: true,
        })
    }
}

fn sum<const MIN: i64, const MAX: i64>(a: u64, b: u64) -> Int<MIN, MAX> {
    Int::clamp(i64::try_from(a.saturating_add(b)).unwrap_or(i64::MAX))
}

fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, AgentError> {
    serde_json::to_vec(value)
        .map_err(|error| AgentError::fail("INTERNAL", ErrorType::Infrastructure, error.to_string()))
}

fn parse<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, AgentError> {
    serde_json::from_slice(bytes).map_err(|error| {
        AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, format!("{key} cannot be read: {error}"))
    })
}

fn out_of_time() -> AgentError {
    AgentError::Retry {
        code: "TIMEOUT",
        error_type: ErrorType::Infrastructure,
        message: "the deadline passed before the model could be asked".into(),
        after: None,
        dependency: None,
        counted: true,
    }
}
