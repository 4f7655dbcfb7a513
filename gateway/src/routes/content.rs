//! Taking articles off their site.

use axum::{extract::State, http::StatusCode, response::Response, routing::delete};
use mesh_contracts::{
    Text,
    records::{PostStatus, Scope},
};

use super::{generate::located, view::WithdrawalAnswer};
use crate::{
    app::App,
    content::{self, Withdrawal},
    extract::{self, Params, Segment},
    generation,
    openapi::{Answer, Operation, names},
    principal::Principal,
    problem::{Kind, Problem},
};

pub(super) const ACCEPTED: Answer = Answer {
    status: 202,
    about: "The withdrawal is under way.",
    media: names::JSON,
    schema: Some("Withdrawal"),
    headers: &[names::LOCATION],
};

pub(crate) fn operations() -> Vec<Operation> {
    vec![Operation {
        method: "delete",
        path: "/content/{contentId}",
        id: "withdrawContent",
        tag: "Content",
        summary: "Take an article off its site",
        about: "Starts a run that puts a notice in the place of its page.",
        scope: Some(Scope::Write),
        params: &[names::CONTENT, names::REASON],
        body: None,
        answers: vec![ACCEPTED],
        problems: &[Kind::InvalidParameter, Kind::NotFound],
        handler: || delete(withdraw),
    }]
}

async fn withdraw(
    State(app): State<App>,
    principal: Principal,
    content: Segment,
    params: Params,
) -> Result<Response, Problem> {
    let content = content.id("contentId")?;
    let withdrawal = content::withdraw(&app.ports, content, reason(&params)?, principal.tenant.as_ref()).await?;
    answered(&app, &withdrawal).await
}

pub(super) fn reason(params: &Params) -> Result<Option<Text<1, 300>>, Problem> {
    let read =
        |text: &str| Text::new(text).map_err(|_| Problem::parameter("reason", text, "1 to 300 characters, not blank"));
    params.get("reason").map(read).transpose()
}

pub(super) async fn answered(app: &App, withdrawal: &Withdrawal) -> Result<Response, Problem> {
    let status = generation::status(&app.ports, withdrawal.tracking_id).await?;
    let status = status.map_or(PostStatus::Pending, |status| status.status);
    let mut response = extract::json(StatusCode::ACCEPTED, &WithdrawalAnswer::of(app, withdrawal, status));
    located(app, &mut response, withdrawal.tracking_id);
    Ok(response)
}
