//! What all providers over HTTPS have in common: the connection and its key, one call with its tries and its deadline, what
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
mod scrub;

pub(crate) use self::{
    answer::{json, without_answer},
    call::{Call, Exchange},
    connection::{Auth, Connection, Dialect, Way, segment},
    exchange::{Reply, short_id},
    failure::{ErrorBody, Failure, Optional, Wish, by_status},
    pace::Pace,
};
