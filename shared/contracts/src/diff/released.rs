//! The contracts as they were released, kept under `contracts/released/`.

use super::Source;

macro_rules! released {
    ($($release:literal)*) => {
        /// Every release of a contract: `<contract>.<n>` and the schema as it was. Releases stay for as long as somebody
        /// may hold events of them.
        pub const RELEASED: &[(&str, &str)] = &[
            $(($release, include_str!(concat!("../../../../contracts/released/", $release, ".json")))),*
        ];
    };
}

released! {
    "content-request-v1.1"
    "content-request-v1.2"
}

/// The releases as schemas.
///
/// # Errors
/// The name of a release that is no JSON, and why.
pub fn released() -> Result<Vec<Source>, String> {
    let read = |(release, text): &(&str, &str)| {
        let schema = serde_json::from_str(text).map_err(|error| format!("{release}: {error}"))?;
        Ok(Source::new(release, schema))
    };
    RELEASED.iter().map(read).collect()
}
