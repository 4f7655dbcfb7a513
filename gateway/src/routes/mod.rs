//! One file per system. A route reads a request, calls one function, and writes its answer; it never decides.

pub(crate) mod content;
pub(crate) mod docs;
pub(crate) mod generate;
pub(crate) mod posts;
pub(crate) mod sites;
pub(crate) mod view;

use axum::{
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};

use crate::problem::{Kind, Problem};

/// A path we do not have.
pub(crate) async fn nowhere() -> Problem {
    Problem::new(Kind::NotFound, "there is no such path")
}

/// A method that the path does not take; `Allow` says which it does. Asking for the options is no fault.
pub(crate) async fn wrong_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let method: String = method.as_str().chars().take(20).collect();
    Problem::new(Kind::MethodNotAllowed, format!("the path does not take {method}")).into_response()
}
