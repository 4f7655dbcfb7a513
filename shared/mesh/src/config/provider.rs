//! Providers of models: what they are called, which settings tell where they are and whose key opens them.

use std::fmt;

use crate::env;

/// A provider, as it stands before the slash of `provider/model`.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its word.
    pub word: &'static str,
    /// The setting of its base URL, where it has one.
    pub base_url: Option<&'static str>,
    /// Its base URL when that setting is empty; without one the setting is needed.
    pub default_url: Option<&'static str>,
    /// The settings of its key: the key itself for local use, and the name of the secret that holds it.
    pub key: Option<KeySettings>,
    /// Whether it may be asked without a key: servers on this machine.
    pub keyless: bool,
}

/// The settings of a key.
#[derive(Debug, PartialEq, Eq)]
pub struct KeySettings {
    /// The key itself, for local use.
    pub value: &'static str,
    /// The name of the secret that holds it.
    pub secret: &'static str,
}

/// All of them; `offline` is none.
pub static PROVIDERS: [Provider; 8] = [
    Provider {
        word: "openai",
        base_url: Some(env::OPENAI_BASE_URL),
        default_url: Some("https://api.openai.com/v1"),
        key: Some(KeySettings { value: env::OPENAI_API_KEY, secret: env::OPENAI_API_KEY_SECRET }),
        keyless: false,
    },
    Provider {
        word: "azure",
        base_url: Some(env::AZURE_OPENAI_BASE_URL),
        default_url: None,
        key: Some(KeySettings { value: env::AZURE_OPENAI_API_KEY, secret: env::AZURE_OPENAI_API_KEY_SECRET }),
        keyless: false,
    },
    Provider {
        word: "anthropic",
        base_url: Some(env::ANTHROPIC_BASE_URL),
        default_url: Some("https://api.anthropic.com/v1"),
        key: Some(KeySettings { value: env::ANTHROPIC_API_KEY, secret: env::ANTHROPIC_API_KEY_SECRET }),
        keyless: false,
    },
    Provider {
        word: "gemini",
        base_url: Some(env::GEMINI_BASE_URL),
        default_url: Some("https://generativelanguage.googleapis.com/v1beta"),
        key: Some(KeySettings { value: env::GEMINI_API_KEY, secret: env::GEMINI_API_KEY_SECRET }),
        keyless: false,
    },
    Provider {
        word: "huggingface",
        base_url: Some(env::HUGGINGFACE_BASE_URL),
        default_url: Some("https://router.huggingface.co/v1"),
        key: Some(KeySettings { value: env::HUGGINGFACE_API_KEY, secret: env::HUGGINGFACE_API_KEY_SECRET }),
        keyless: false,
    },
    Provider { word: "bedrock", base_url: None, default_url: None, key: None, keyless: true },
    Provider {
        word: "ollama",
        base_url: Some(env::OLLAMA_BASE_URL),
        default_url: Some("http://127.0.0.1:11434/v1"),
        key: None,
        keyless: true,
    },
    Provider {
        word: "compatible",
        base_url: Some(env::COMPATIBLE_BASE_URL),
        default_url: None,
        key: Some(KeySettings { value: env::COMPATIBLE_API_KEY, secret: env::COMPATIBLE_API_KEY_SECRET }),
        keyless: true,
    },
];

impl Provider {
    /// The provider of this word.
    #[must_use]
    pub fn find(word: &str) -> Option<&'static Self> {
        PROVIDERS.iter().find(|provider| provider.word == word)
    }
}

/// A model's name, `provider/model`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModelName {
    /// The provider's word; `offline` for the stand-ins.
    pub provider: String,
    /// The model's id there, which may hold slashes itself.
    pub model: String,
}

impl ModelName {
    /// The word of the stand-ins.
    pub const OFFLINE: &'static str = "offline";

    /// Reads `provider/model`; `None` when either is missing, or there is whitespace in it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (provider, model) = name.split_once('/')?;
        let whole = !provider.is_empty() && !model.is_empty() && !name.contains(char::is_whitespace);
        whole.then(|| Self { provider: provider.to_owned(), model: model.to_owned() })
    }

    /// Whether it is a stand-in, which is no model.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.provider == Self::OFFLINE
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, self.model)
    }
}

/// Which models are asked, in their order: the next when one cannot answer. Tasks may have an order of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelChain {
    /// What is asked for whatever has no order of its own; never empty.
    models: Vec<ModelName>,
    /// By the task's name, such as `refine`.
    tasks: Vec<(String, Vec<ModelName>)>,
}

impl ModelChain {
    /// One model for everything.
    #[must_use]
    pub fn of(model: ModelName) -> Self {
        Self { models: vec![model], tasks: Vec::new() }
    }

    /// Reads `a/x b/y; refine=c/z a/x`. `short`: what a word without a slash stands for.
    ///
    /// # Errors
    /// The piece that is no model's name.
    pub(super) fn parse(text: &str, short: impl Fn(&str) -> Option<ModelName>) -> Result<Self, String> {
        let read = |names: &str| -> Result<Vec<ModelName>, String> {
            let name = |name: &str| short(name).or_else(|| ModelName::parse(name)).ok_or_else(|| name.to_owned());
            names.split_whitespace().map(name).collect()
        };
        let (mut models, mut tasks) = (Vec::new(), Vec::new());
        for clause in text.split([';', '\n']).map(str::trim).filter(|clause| !clause.is_empty()) {
            match clause.split_once('=').filter(|(task, _)| is_task(task)) {
                Some((task, names)) => tasks.push((task.trim().to_owned(), read(names)?)),
                None => models.extend(read(clause)?),
            }
        }
        if models.is_empty() || tasks.iter().any(|(_, models)| models.is_empty()) {
            return Err(text.to_owned());
        }
        Ok(Self { models, tasks })
    }

    /// The first model of all.
    ///
    /// # Panics
    /// Never: a chain has a model.
    #[must_use]
    pub fn primary(&self) -> &ModelName {
        &self.models[0]
    }

    /// What is asked for a task, in order.
    #[must_use]
    pub fn for_task(&self, task: &str) -> &[ModelName] {
        let own = self.tasks.iter().find(|(name, _)| name == task);
        own.map_or(&*self.models, |(_, models)| models)
    }

    /// What is asked where no task has an order of its own.
    #[must_use]
    pub fn models(&self) -> &[ModelName] {
        &self.models
    }

    /// The tasks that have an order of their own.
    pub fn tasks(&self) -> impl Iterator<Item = (&str, &[ModelName])> {
        self.tasks.iter().map(|(task, models)| (task.as_str(), models.as_slice()))
    }

    /// Every model it names, once.
    pub fn all(&self) -> impl Iterator<Item = &ModelName> {
        let tasks = self.tasks.iter().flat_map(|(_, models)| models);
        let mut seen = std::collections::BTreeSet::new();
        self.models.iter().chain(tasks).filter(move |name| seen.insert((*name).clone()))
    }
}

impl fmt::Display for ModelChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |models: &[ModelName]| models.iter().map(ModelName::to_string).collect::<Vec<_>>().join(" ");
        f.write_str(&joined(&self.models))?;
        self.tasks.iter().try_for_each(|(task, models)| write!(f, "; {task}={}", joined(models)))
    }
}

/// A task is a word; a model's name has a slash before any `=`.
fn is_task(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '_')
}

/// Where a provider is, as the settings tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Which.
    pub provider: &'static Provider,
    /// Its base URL; empty for a provider that has none.
    pub base_url: String,
    /// The name of the secret that holds the key; `None`: it is asked without one.
    pub api_key_name: Option<String>,
    /// The API version of Azure's older addresses; `None`: the newer ones, which have none.
    pub api_version: Option<String>,
}
