//! What an adapter in another crate shares with those here, such as one that speaks through a provider's own SDK: how a
//! request is put, what a failure means, when it is tried again, and what an answer costs.

pub use crate::{
    ask::{Ask, Format, Json, Shape},
    call::{Attempt, Call, in_time},
    chat::BODY_CAP,
    http::{
        ErrorBody, Failure, Optional, Pace, Reply, Wish, by_status, check_endpoint, json, short_id, without_answer,
    },
    image_answer::{decoded, estimated as estimated_image, nearest},
    image_prompt::prompt as image_prompt,
    known::{Asking, Known},
    usage::estimated,
    without::Without,
};
