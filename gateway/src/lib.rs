//! The HTTP interface of the mesh: the same router on a laptop and behind API Gateway, and the functions behind it, which
//! the command line uses too. It submits events and reads state; it never runs an agent, and holds no rule of one.
//!
//! A route is an [operation](openapi) of a table, from which both the router and the OpenAPI document are made.

mod app;
mod auth;
pub mod content;
mod docs;
mod extract;
pub mod generation;
mod guard;
pub mod keys;
mod limits;
mod openapi;
mod page;
pub mod posts;
mod principal;
pub mod problem;
mod routes;
pub mod sites;
pub mod status;
pub mod stored;

pub use app::{Gateway, GatewayConfig, router};
pub use openapi::document;
pub use page::{Page, PageRequest};
pub use principal::{Principal, PrincipalKind};
pub use problem::{Kind, Problem};
pub use stored::{Condition, Put, Stored};

/// What events and documents of the gateway say they come from.
pub const SOURCE: &str = "gateway";
