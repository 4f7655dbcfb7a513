//! Writing one document by itself.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use mesh_core::ports::{PortError, Write, WriteMode, state_limits};

use super::{
    DynamoState, PORT, documents,
    transaction::{condition, next_version},
};

impl DynamoState {
    /// One PutItem under the condition a transaction would have; a check is one strong GetItem.
    pub(super) async fn put_document(&self, write: &Write) -> Result<bool, PortError> {
        let document = &write.document;
        let json = serde_json::to_string(&document.body)
            .map_err(|error| PortError::unavailable(PORT, "a document cannot be encoded", error))?;
        state_limits::document(document, &json)?;
        if let WriteMode::Check(version) = write.mode {
            let stored = self.read_document(&document.key).await?;
            return Ok(stored.map_or(0, |stored| stored.version) == version);
        }
        let table = self.names.table(&document.key.kind);
        let (condition, values) = condition(write.mode, self.clock.now());
        let request = self.client.put_item().table_name(&table);
        let request = request
            .set_item(Some(documents::item(document, next_version(write.mode))))
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(refusal)) if refusal.err().code() == Some("ConditionalCheckFailedException") => {
                Ok(false)
            }
            Err(error) => Err(self.failed("PutItem", &table, error)),
        }
    }
}
