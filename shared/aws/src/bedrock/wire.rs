//! The request of Converse.

use aws_sdk_bedrockruntime::{
    Client,
    error::BuildError,
    operation::converse::builders::ConverseFluentBuilder,
    types::{
        ContentBlock, ConversationRole, InferenceConfiguration, JsonSchemaDefinition, Message, OutputConfig,
        OutputFormat, OutputFormatStructure, OutputFormatType, SystemContentBlock,
    },
};
use mesh_core::ports::Role;
use mesh_models::adapter::{Ask, Json, Optional, Wish};

/// The fields a model can do without, by the names that refusals give them: Converse's own and those of the models behind it.
pub(super) const OPTIONAL: [Optional; 7] = [
    ("temperature", Wish::Temperature),
    ("outputConfig", Wish::Json),
    ("output_config", Wish::Json),
    ("textFormat", Wish::Json),
    ("response_format", Wish::Json),
    ("output format", Wish::Json),
    ("structured output", Wish::Json),
];

/// Higher ones are refused.
const MAX_TEMPERATURE: f64 = 1.0;

/// The request, as far as the model takes it.
pub(super) fn converse(client: &Client, ask: &Ask<'_>) -> Result<ConverseFluentBuilder, BuildError> {
    let turns = ask.request.messages.iter().map(|message| (message.role, message.joined_text()));
    let turns = turns.filter(|(_, text)| !text.trim().is_empty());
    let messages: Vec<Message> = turns.map(|(role, text)| message(role, text)).collect::<Result<_, _>>()?;
    let request = client.converse().model_id(ask.model).set_messages(Some(messages)).inference_config(limits(ask));
    let request = request.set_system(ask.system().map(|text| vec![SystemContentBlock::Text(text)]));
    Ok(match ask.json() {
        Json::Strict(schema) => request.output_config(output(schema.to_string())?),
        Json::Plain | Json::Any | Json::Told => request,
    })
}

fn message(role: Role, text: String) -> Result<Message, BuildError> {
    let role = match role {
        Role::User => ConversationRole::User,
        Role::Assistant => ConversationRole::Assistant,
    };
    Message::builder().role(role).content(ContentBlock::Text(text)).build()
}

fn limits(ask: &Ask<'_>) -> InferenceConfiguration {
    // The wire has 32 bits of it.
    #[allow(clippy::cast_possible_truncation)]
    let temperature = ask.temperature().map(|temperature| temperature.min(MAX_TEMPERATURE) as f32);
    let most = i32::try_from(ask.limit()).unwrap_or(i32::MAX);
    InferenceConfiguration::builder().max_tokens(most).set_temperature(temperature).build()
}

/// An answer that fits the schema, which travels as a text.
fn output(schema: String) -> Result<OutputConfig, BuildError> {
    let schema = JsonSchemaDefinition::builder().schema(schema).name("answer").build()?;
    let structure = OutputFormatStructure::JsonSchema(schema);
    let format = OutputFormat::builder().r#type(OutputFormatType::JsonSchema).structure(structure).build()?;
    Ok(OutputConfig::builder().text_format(format).build())
}
