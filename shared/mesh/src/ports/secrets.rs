//! Fetching secrets.

use std::fmt::Debug;

use async_trait::async_trait;
use secrecy::SecretString;

use super::PortError;

/// Where API keys come from.
///
/// Implementations
/// * MUST cache a value for its lifetime, so that a warm host does not fetch per message;
/// * MUST fetch anew on [`Secrets::refresh`], which callers use once after an authentication error;
/// * MUST NOT print a value.
#[async_trait]
pub trait Secrets: Debug + Send + Sync {
    /// The current value of the secret called `name`.
    ///
    /// # Errors
    /// [`PortError::NotFound`] when there is no such secret.
    async fn fetch(&self, name: &str) -> Result<SecretString, PortError>;

    /// Drops a cached value and fetches it again.
    ///
    /// # Errors
    /// As [`Secrets::fetch`].
    async fn refresh(&self, name: &str) -> Result<SecretString, PortError>;
}
