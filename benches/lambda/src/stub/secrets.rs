//! Secrets Manager: every secret exists.

use serde_json::{Value, json};

pub(super) fn answer(operation: &str, input: &Value) -> Option<Value> {
    let name = &input["SecretId"];
    match operation {
        "GetSecretValue" => Some(json!({
            "Name": name, "SecretString": "sk-of-the-stub", "VersionId": "1", "VersionStages": ["AWSCURRENT"],
            "ARN": format!("arn:aws:secretsmanager:{}:{}:secret:{}", super::REGION, super::ACCOUNT, name.as_str()?),
            "CreatedDate": 1_700_000_000,
        })),
        _ => None,
    }
}
