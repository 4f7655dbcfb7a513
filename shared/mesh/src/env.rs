//! The names of every setting in the environment, in one place. Names of the design documents stand as they are;
//! ours start with `MESH_`.

use crate::config::ConfigError;

/// Upper bound on requested words; 300 to 2000, default 2000.
pub const MAX_WORDS: &str = "MAX_WORDS";
/// Model id at an OpenAI-compatible provider; no default.
pub const OPENAI_MODEL: &str = "OPENAI_MODEL";
/// Base URL of an OpenAI-compatible provider; default `https://api.openai.com/v1`.
pub const OPENAI_BASE_URL: &str = "OPENAI_BASE_URL";
/// API key, for local use.
pub const OPENAI_API_KEY: &str = "OPENAI_API_KEY";
/// Name of the secret that holds the API key.
pub const OPENAI_API_KEY_SECRET: &str = "OPENAI_API_KEY_SECRET";
/// Address of an Azure OpenAI resource, such as `https://name.openai.azure.com`; no default.
pub const AZURE_OPENAI_BASE_URL: &str = "AZURE_OPENAI_BASE_URL";
/// API key of Azure OpenAI, for local use.
pub const AZURE_OPENAI_API_KEY: &str = "AZURE_OPENAI_API_KEY";
/// Name of the secret that holds the key of Azure OpenAI.
pub const AZURE_OPENAI_API_KEY_SECRET: &str = "AZURE_OPENAI_API_KEY_SECRET";
/// API version of Azure's older addresses (`/openai/deployments/...?api-version=`); default none: `/openai/v1`.
pub const AZURE_OPENAI_API_VERSION: &str = "AZURE_OPENAI_API_VERSION";
/// Base URL of Anthropic; default `https://api.anthropic.com/v1`.
pub const ANTHROPIC_BASE_URL: &str = "ANTHROPIC_BASE_URL";
/// API key of Anthropic, for local use.
pub const ANTHROPIC_API_KEY: &str = "ANTHROPIC_API_KEY";
/// Name of the secret that holds the key of Anthropic.
pub const ANTHROPIC_API_KEY_SECRET: &str = "ANTHROPIC_API_KEY_SECRET";
/// Base URL of Gemini; default `https://generativelanguage.googleapis.com/v1beta`.
pub const GEMINI_BASE_URL: &str = "GEMINI_BASE_URL";
/// API key of Gemini, for local use.
pub const GEMINI_API_KEY: &str = "GEMINI_API_KEY";
/// Name of the secret that holds the key of Gemini.
pub const GEMINI_API_KEY_SECRET: &str = "GEMINI_API_KEY_SECRET";
/// Base URL of Hugging Face's router; default `https://router.huggingface.co/v1`.
pub const HUGGINGFACE_BASE_URL: &str = "HUGGINGFACE_BASE_URL";
/// API key of Hugging Face, for local use.
pub const HUGGINGFACE_API_KEY: &str = "HUGGINGFACE_API_KEY";
/// Name of the secret that holds the key of Hugging Face.
pub const HUGGINGFACE_API_KEY_SECRET: &str = "HUGGINGFACE_API_KEY_SECRET";
/// Base URL of Ollama; default `http://127.0.0.1:11434/v1`.
pub const OLLAMA_BASE_URL: &str = "OLLAMA_BASE_URL";
/// Base URL of another server that speaks OpenAI's format (vLLM, a router); no default.
pub const COMPATIBLE_BASE_URL: &str = "COMPATIBLE_BASE_URL";
/// API key of that server, for local use.
pub const COMPATIBLE_API_KEY: &str = "COMPATIBLE_API_KEY";
/// Name of the secret that holds the key of that server.
pub const COMPATIBLE_API_KEY_SECRET: &str = "COMPATIBLE_API_KEY_SECRET";
/// Hosts that models may be asked at, separated by spaces; default any.
pub const MESH_MODEL_HOSTS: &str = "MESH_MODEL_HOSTS";
/// Most requests a minute to a model, in each process; default no bound.
pub const MESH_MODEL_REQUESTS_PER_MINUTE: &str = "MESH_MODEL_REQUESTS_PER_MINUTE";
/// Longest wait for a model's answer, in seconds; default 100.
pub const TIMEOUT_SECONDS: &str = "TIMEOUT_SECONDS";
/// Replaces content-gen's prompt template.
pub const PROMPT_TEMPLATE: &str = "PROMPT_TEMPLATE";
/// Which models write: `provider/model`, further ones for when it cannot answer, and `; task=provider/model ...` for single
/// tasks; default: `OPENAI_MODEL` when OpenAI is configured, else offline.
pub const MESH_TEXT_MODEL: &str = "MESH_TEXT_MODEL";
/// Which models make images, in the same way but for tasks; default offline.
pub const MESH_IMAGE_MODEL: &str = "MESH_IMAGE_MODEL";
/// Attempts before an event is suspended; 1 to 20, default 5.
pub const MESH_ATTEMPTS: &str = "MESH_ATTEMPTS";
/// Factor on every back-off; default 1.
pub const MESH_BACKOFF_SCALE: &str = "MESH_BACKOFF_SCALE";
/// Absolute address of the site; default none (local preview).
pub const MESH_SITE_URL: &str = "MESH_SITE_URL";
/// Name of the site; default `Content Mesh`.
pub const MESH_SITE_NAME: &str = "MESH_SITE_NAME";
/// Topics a request may be about, separated by `;` or newlines; default any.
pub const MESH_ALLOWED_TOPICS: &str = "MESH_ALLOWED_TOPICS";
/// Origins whose pages may call the HTTP interface from a browser, separated by spaces; default none.
pub const MESH_CORS_ORIGINS: &str = "MESH_CORS_ORIGINS";
/// `normal` (default) or `full` (survives a power cut).
pub const MESH_SYNC: &str = "MESH_SYNC";
/// Folder of the embedded mesh; default `.mesh`.
pub const MESH_HOME: &str = "MESH_HOME";
/// What is logged, as `tracing` filters; default `warn`.
pub const MESH_LOG: &str = "MESH_LOG";
/// Prefix of every name of a deployment on AWS, such as `va-phase1`.
pub const MESH_PREFIX: &str = "MESH_PREFIX";
/// `local`, `dev`, `staging` or `prod`; for people.
pub const MESH_ENVIRONMENT: &str = "MESH_ENVIRONMENT";
/// The AWS account a deployment lives in, twelve digits.
pub const MESH_ACCOUNT: &str = "MESH_ACCOUNT";
/// Bucket of drafts, answers and quarantine; default `<prefix>-content-objects`.
pub const MESH_OBJECTS_BUCKET: &str = "MESH_OBJECTS_BUCKET";
/// Bucket of the site; default `<prefix>-site`.
pub const MESH_SITE_BUCKET: &str = "MESH_SITE_BUCKET";
/// Address of the agent's queue; for workers.
pub const MESH_QUEUE_URL: &str = "MESH_QUEUE_URL";
/// Address of the agent's dead-letter queue.
pub const MESH_DLQ_URL: &str = "MESH_DLQ_URL";

/// All of them.
pub const ALL: &[&str] = &[
    MAX_WORDS,
    OPENAI_MODEL,
    OPENAI_BASE_URL,
    OPENAI_API_KEY,
    OPENAI_API_KEY_SECRET,
    AZURE_OPENAI_BASE_URL,
    AZURE_OPENAI_API_KEY,
    AZURE_OPENAI_API_KEY_SECRET,
    AZURE_OPENAI_API_VERSION,
    ANTHROPIC_BASE_URL,
    ANTHROPIC_API_KEY,
    ANTHROPIC_API_KEY_SECRET,
    GEMINI_BASE_URL,
    GEMINI_API_KEY,
    GEMINI_API_KEY_SECRET,
    HUGGINGFACE_BASE_URL,
    HUGGINGFACE_API_KEY,
    HUGGINGFACE_API_KEY_SECRET,
    OLLAMA_BASE_URL,
    COMPATIBLE_BASE_URL,
    COMPATIBLE_API_KEY,
    COMPATIBLE_API_KEY_SECRET,
    MESH_MODEL_HOSTS,
    MESH_MODEL_REQUESTS_PER_MINUTE,
    TIMEOUT_SECONDS,
    PROMPT_TEMPLATE,
    MESH_TEXT_MODEL,
    MESH_IMAGE_MODEL,
    MESH_ATTEMPTS,
    MESH_BACKOFF_SCALE,
    MESH_SITE_URL,
    MESH_SITE_NAME,
    MESH_ALLOWED_TOPICS,
    MESH_CORS_ORIGINS,
    MESH_SYNC,
    MESH_HOME,
    MESH_LOG,
    MESH_PREFIX,
    MESH_ENVIRONMENT,
    MESH_ACCOUNT,
    MESH_OBJECTS_BUCKET,
    MESH_SITE_BUCKET,
    MESH_QUEUE_URL,
    MESH_DLQ_URL,
];

/// How an agent's declaration says that it takes all of [`MODELS`].
pub const MODELS_GROUP: &str = "@models";

/// What tells a deployed process which models there are. Keys are none of them: those are secrets.
pub const MODELS: &[&str] = &[
    MESH_TEXT_MODEL,
    MESH_IMAGE_MODEL,
    OPENAI_MODEL,
    OPENAI_BASE_URL,
    OPENAI_API_KEY_SECRET,
    AZURE_OPENAI_BASE_URL,
    AZURE_OPENAI_API_KEY_SECRET,
    AZURE_OPENAI_API_VERSION,
    ANTHROPIC_BASE_URL,
    ANTHROPIC_API_KEY_SECRET,
    GEMINI_BASE_URL,
    GEMINI_API_KEY_SECRET,
    HUGGINGFACE_BASE_URL,
    HUGGINGFACE_API_KEY_SECRET,
    OLLAMA_BASE_URL,
    COMPATIBLE_BASE_URL,
    COMPATIBLE_API_KEY_SECRET,
    MESH_MODEL_HOSTS,
    MESH_MODEL_REQUESTS_PER_MINUTE,
];

/// Refuses a `MESH_` name that does not exist.
pub(crate) fn check_known<'a>(names: impl Iterator<Item = &'a String>) -> Result<(), ConfigError> {
    for name in names.filter(|name| name.starts_with("MESH_")) {
        if !ALL.contains(&name.as_str()) {
            let closest =
                ALL.iter().min_by_key(|known| distance(known, name)).filter(|known| distance(known, name) <= 3);
            return Err(ConfigError::Unknown { name: name.clone(), closest: closest.map(|known| (*known).to_owned()) });
        }
    }
    Ok(())
}

/// Edit distance (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
