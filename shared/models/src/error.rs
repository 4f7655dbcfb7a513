//! What can be wrong with the settings of a model.

/// A model that cannot be built from its settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The offline model has another name.
    #[error("there is no offline model `{name}`; the one there is is `offline/text-v1`, with `+fault=` if wanted")]
    UnknownOfflineModel {
        /// The name asked for.
        name: String,
    },
    /// The offline image model has another name.
    #[error(
        "there is no offline image model `{name}`; the one there is is `offline/image-v1`, with `+fault=` if wanted"
    )]
    UnknownOfflineImageModel {
        /// The name asked for.
        name: String,
    },
    /// A fault that the offline model does not know.
    #[error("`{name}` is no fault of the offline model")]
    UnknownFault {
        /// The name asked for.
        name: String,
    },
    /// A number of times that is none.
    #[error("`{entry}`: a fault happens from 1 to 1000 times")]
    FaultTimes {
        /// The entry of the list.
        entry: String,
    },
    /// The base URL cannot be used.
    #[error("the base URL of the model {reason}")]
    BaseUrl {
        /// What is wrong with it; never the URL itself, which may hold a password.
        reason: &'static str,
    },
    /// The base URL leads to a host that may not be called.
    #[error("the host {host} is not on the list of hosts that models may be asked at")]
    Host {
        /// The host.
        host: String,
    },
    /// Only a server on this machine may go without a key.
    #[error("the model has no API key; only a server on this machine may be asked without one")]
    NoKey,
    /// A setting that may not be empty is.
    #[error("{field} is empty or holds characters that a header cannot carry")]
    Field {
        /// Which one.
        field: &'static str,
    },
    /// A setting that becomes a piece of an address cannot be one.
    #[error("{field} is empty or holds more than letters, digits, `-`, `_` and `.`")]
    Segment {
        /// Which one.
        field: &'static str,
    },
    /// A model of a provider that is not configured.
    #[error("the provider {provider} is not configured in this process")]
    NoProvider {
        /// The provider's word.
        provider: String,
    },
    /// An image model of a provider that makes none.
    #[error("{provider} makes no images")]
    NoImages {
        /// The provider's word.
        provider: &'static str,
    },
    /// A model that the host brings along cannot be made.
    #[error("{message}")]
    Other {
        /// Why.
        message: String,
    },
    /// An image model whose format nobody here speaks.
    #[error(
        "`{model}` is no image model whose format is known; those of Amazon Bedrock are amazon.nova-canvas, amazon.titan-image-generator and stability"
    )]
    UnknownImageFormat {
        /// The model asked for.
        model: String,
    },
    /// The HTTP client cannot start.
    #[error("the HTTP client cannot start: {message}")]
    Client {
        /// Why.
        message: String,
    },
    /// The table of prices cannot be read.
    #[error("the prices of models cannot be read: {what}")]
    Prices {
        /// What is wrong with it.
        what: String,
    },
    /// The table of capabilities cannot be read.
    #[error("the capabilities of models cannot be read: {what}")]
    Capabilities {
        /// What is wrong with it.
        what: String,
    },
}
