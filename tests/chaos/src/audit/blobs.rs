//! Large objects: what is there is whole.

use mesh_core::{
    ids,
    ports::{Blobs, BlobsExt},
};

use super::{Audit, PAGE};

impl Audit<'_> {
    /// Every body has the bytes that its head says.
    pub(super) async fn blobs(&mut self) -> anyhow::Result<()> {
        let (blobs, mut after) = (self.store.blobs(), None::<String>);
        loop {
            let page = blobs.list("", after.as_deref(), PAGE).await?;
            for meta in &page {
                self.counted.blobs += 1;
                match blobs.get_bytes(&meta.key, meta.bytes).await {
                    Ok(Some((_, bytes))) if ids::sha256_hex(&bytes) == *meta.sha256 => {}
                    Ok(Some(_)) => self.wrong(format!("{} has other bytes than its head says", meta.key)),
                    Ok(None) => self.wrong(format!("{} has no body", meta.key)),
                    Err(error) => self.wrong(format!("{} cannot be read: {error}", meta.key)),
                }
            }
            after = page.last().map(|last| last.key.clone());
            if after.is_none() {
                return Ok(());
            }
        }
    }
}
