//! Language models behind the [`TextModel`](mesh_core::ports::TextModel) port: a rule-based one for laptops and tests, and
//! providers over HTTPS. Never an agent, never a prompt, never a rule of the domain.

pub mod adapter;
mod anthropic;
mod ask;
mod azure;
mod call;
mod capabilities;
mod chain;
mod chat;
mod choose;
mod error;
mod faults;
mod gemini;
mod http;
mod image;
mod image_answer;
mod image_prompt;
mod known;
mod offline;
mod openai;
mod prices;
mod retry;
mod server;
mod usage;
mod without;

pub use anthropic::AnthropicChat;
pub use azure::{AzureApi, AzureChat, AzureImages, AzureSettings};
pub use choose::{all_models, image_model, one_image_model, one_text_model, text_model};
pub use error::ConfigError;
pub use gemini::{GeminiChat, GeminiImages};
pub use image::OfflineImageModel;
pub use offline::OfflineTextModel;
pub use openai::{OpenAiChat, OpenAiImages, OpenAiSettings};
pub use prices::{ImagePrice, PriceTable, TextPrice};
pub use server::ServerSettings;
