//! From the records' fields to those of the HTTP interface.

use mesh_contracts::{
    Pointer,
    events::{Cost, ImageFile, ImageItem},
    records::{Cause, TimelineRecord},
};

use super::{File, Image, Line, Object, Reason, Spent};

impl From<Cause> for Reason {
    fn from(cause: Cause) -> Self {
        Self { code: cause.code.to_string(), message: cause.message.to_string(), agent: cause.agent.to_string() }
    }
}

impl From<Cost> for Spent {
    fn from(cost: Cost) -> Self {
        let (input_tokens, output_tokens) = (cost.input_tokens.get(), cost.output_tokens.get());
        let micro_usd = cost.micro_usd.map(|money| money.get());
        Self { tokens: input_tokens.saturating_add(output_tokens), input_tokens, output_tokens, micro_usd }
    }
}

impl From<Pointer> for Object {
    fn from(pointer: Pointer) -> Self {
        let (uri, media_type) = (pointer.uri.to_string(), pointer.media_type.to_string());
        Self { uri, sha256: pointer.sha256.to_string(), bytes: pointer.bytes.get(), media_type }
    }
}

impl From<ImageItem> for Image {
    fn from(item: ImageItem) -> Self {
        Self {
            number: item.number.get(),
            status: item.status,
            section: item.section.get(),
            alt_text: item.alt_text.to_string(),
            image: item.image.map(Object::from),
            files: item.files.iter().cloned().map(File::from).collect(),
            model: item.model.map(|model| model.to_string()),
            offline: item.offline,
            code: item.code.map(|code| code.to_string()),
            reason: item.reason.map(|reason| reason.to_string()),
        }
    }
}

impl From<ImageFile> for File {
    fn from(file: ImageFile) -> Self {
        let (width, height) = (file.width.get(), file.height.get());
        Self { usage: file.usage, path: file.path.to_string(), file: file.file.into(), width, height }
    }
}

impl From<TimelineRecord> for Line {
    fn from(line: TimelineRecord) -> Self {
        Self {
            event_id: line.event_id,
            event_type: line.event_type.to_string(),
            source: line.source.to_string(),
            revision: line.revision.map(|revision| revision.get()),
            code: line.code.map(|code| code.to_string()),
            at: line.at,
        }
    }
}
