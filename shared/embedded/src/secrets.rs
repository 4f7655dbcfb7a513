//! Secrets from settings the host hands over, and from files.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use mesh_core::ports::{PortError, Secrets};
use secrecy::SecretString;

const PORT: &str = "secrets";

/// Secrets by name: values the host hands over (its environment, say), else files of that name in a directory
/// (as Docker and Kubernetes mount them). A file is read once, and again on a refresh.
#[derive(Default)]
pub struct EnvSecrets {
    values: BTreeMap<String, SecretString>,
    directory: Option<PathBuf>,
    cache: Mutex<BTreeMap<String, SecretString>>,
}

impl fmt::Debug for EnvSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.values.keys().collect();
        f.debug_struct("EnvSecrets").field("names", &names).field("directory", &self.directory).finish()
    }
}

impl EnvSecrets {
    /// Secrets with these values; empty values count as absent.
    pub fn new(values: impl IntoIterator<Item = (String, String)>) -> Self {
        let values = values.into_iter().filter(|(_, value)| !value.is_empty());
        Self { values: values.map(|(name, value)| (name, value.into())).collect(), ..Self::default() }
    }

    /// Looks for what has no value in files of this directory.
    #[must_use]
    pub fn with_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    fn read(&self, name: &str) -> Result<SecretString, PortError> {
        let absent = || PortError::NotFound { port: PORT, what: format!("the secret {name}") };
        let directory = self.directory.as_ref().filter(|_| is_path(name)).ok_or_else(absent)?;
        let text = fs::read_to_string(directory.join(name)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => absent(),
            _ => PortError::unavailable(PORT, format!("the file of the secret {name} cannot be read"), error),
        })?;
        let value = text.trim_end_matches(['\r', '\n']);
        if value.is_empty() { Err(absent()) } else { Ok(value.into()) }
    }

    fn cache(&self) -> MutexGuard<'_, BTreeMap<String, SecretString>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the name stays inside the directory: `mesh/openai-key`, but neither `/etc/passwd` nor `../x`.
fn is_path(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let segment = |segment: &str| !segment.is_empty() && !segment.starts_with('.') && segment.bytes().all(plain);
    name.split('/').all(segment)
}

#[async_trait]
impl Secrets for EnvSecrets {
    async fn fetch(&self, name: &str) -> Result<SecretString, PortError> {
        let known = self.values.get(name).cloned().or_else(|| self.cache().get(name).cloned());
        match known {
            Some(value) => Ok(value),
            None => self.refresh(name).await,
        }
    }

    async fn refresh(&self, name: &str) -> Result<SecretString, PortError> {
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        self.cache().remove(name);
        let value = self.read(name)?;
        self.cache().insert(name.to_owned(), value.clone());
        Ok(value)
    }
}
