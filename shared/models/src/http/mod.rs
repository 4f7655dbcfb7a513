//! What all providers over HTTPS have in common: the connection and its key, what
//! is read of a reply and shown of it, and JSON Schemas in the subset that every provider takes.

mod answer;
mod base_url;
mod call;
mod connection;
mod exchange;
mod failure;
pub(crate) mod limits;
mod pace;
pub(crate) mod schema;
pub(crate) mod scrub;

pub use self::{
    answer::{json, without_answer},
    base_url::check as check_endpoint,
    exchange::{Reply, short_id},
    failure::{ErrorBody, Failure, Optional, Wish, by_status},
    pace::Pace,
};
pub(crate) use self::{
    call::{Exchange, call},
    connection::{Auth, Connection, Dialect, Way, segment},
};
