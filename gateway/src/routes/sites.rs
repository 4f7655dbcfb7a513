//! Sites and their settings.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use mesh_contracts::records::Scope;

use super::view::SiteList;
use crate::{
    app::App,
    extract::{self, Json, Params, Segment},
    openapi::{Answer, Operation, names},
    principal::Principal,
    problem::{Kind, Problem},
    sites,
};

const STORED: Answer =
    Answer { status: 200, about: "The settings.", media: names::JSON, schema: Some("Site"), headers: &[names::ETAG] };

pub(crate) fn operations() -> Vec<Operation> {
    vec![list_sites_operation(), get_site_operation(), put_site_operation()]
}

fn list_sites_operation() -> Operation {
    Operation {
        method: "get",
        path: "/sites",
        id: "listSites",
        tag: "Sites",
        summary: "List the sites",
        about: "All sites by id; with a key for one site that one alone.",
        scope: Some(Scope::Read),
        params: &[names::LIMIT, names::CURSOR],
        body: None,
        answers: vec![Answer {
            status: 200,
            about: "A page of sites.",
            media: names::JSON,
            schema: Some("SiteList"),
            headers: &[],
        }],
        problems: &[Kind::InvalidParameter],
        handler: || get(list),
    }
}

fn get_site_operation() -> Operation {
    Operation {
        method: "get",
        path: "/sites/{websiteId}",
        id: "getSite",
        tag: "Sites",
        summary: "Read the settings of a site",
        about: "The settings as they are stored, defaults included.",
        scope: Some(Scope::Read),
        params: &[names::SITE],
        body: None,
        answers: vec![STORED],
        problems: &[Kind::InvalidParameter, Kind::NotFound],
        handler: || get(read),
    }
}

fn put_site_operation() -> Operation {
    Operation {
        method: "put",
        path: "/sites/{websiteId}",
        id: "putSite",
        tag: "Sites",
        summary: "Store the settings of a site",
        about: "Replaces the settings whole: what is left out is set to its default. The id in the path, creation and \
            change time are ours, and ignored when they are sent back.",
        scope: Some(Scope::Write),
        params: &[names::SITE, names::IF_MATCH, names::IF_NONE_MATCH],
        body: Some("SiteInput"),
        answers: vec![
            STORED,
            Answer {
                status: 201,
                about: "The settings of a new site.",
                media: names::JSON,
                schema: Some("Site"),
                headers: &[names::ETAG],
            },
        ],
        problems: &[Kind::InvalidParameter, Kind::PreconditionFailed],
        handler: || put(store),
    }
}

async fn list(State(app): State<App>, principal: Principal, params: Params) -> Result<Response, Problem> {
    let page = sites::list(&app.ports, &params.page()?, principal.tenant.as_ref()).await?;
    let items = page.items.into_iter().map(|stored| stored.value).collect();
    Ok(extract::json(StatusCode::OK, &SiteList { items, cursor: page.cursor }))
}

async fn read(State(app): State<App>, principal: Principal, site: Segment) -> Result<Response, Problem> {
    let site = site.name("websiteId")?;
    principal.act_for(&site)?;
    let stored = sites::get(&app.ports, &site).await?.ok_or_else(|| Problem::unknown("site", &site))?;
    let body = extract::json(StatusCode::OK, &stored.value);
    Ok(([(header::ETAG, extract::etag(stored.version))], body).into_response())
}

async fn store(
    State(app): State<App>,
    principal: Principal,
    site: Segment,
    headers: HeaderMap,
    Json(body): Json,
) -> Result<Response, Problem> {
    let site = site.name("websiteId")?;
    principal.act_for(&site)?;
    let condition = extract::condition(&headers)?;
    let put = sites::put_if(&app.ports, &site, body, app.settings.max_words, &condition).await?;
    let status = if put.created { StatusCode::CREATED } else { StatusCode::OK };
    let body = extract::json(status, &put.stored.value);
    Ok(([(header::ETAG, extract::etag(put.stored.version))], body).into_response())
}
