//! Posts, and taking their pages off.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, put},
};
use mesh_contracts::{
    Name,
    records::{Post, Scope},
};

use super::{
    content::{ACCEPTED, answered, reason},
    view::{ListAnswer, PostAnswer},
};
use crate::{
    app::App,
    content,
    extract::{self, Json, Params, Segment},
    generation,
    openapi::{Answer, Operation, names},
    posts,
    principal::Principal,
    problem::{Kind, Problem},
    stored::Stored,
};

const STORED: Answer =
    Answer { status: 200, about: "The post.", media: names::JSON, schema: Some("Post"), headers: &[names::ETAG] };
const CREATED: Answer =
    Answer { status: 201, about: "The new post.", media: names::JSON, schema: Some("Post"), headers: &[names::ETAG] };

pub(crate) fn operations() -> Vec<Operation> {
    vec![list_posts_operation(), get_post_operation(), put_post_operation(), withdraw_post_operation()]
}

fn list_posts_operation() -> Operation {
    Operation {
        method: "get",
        path: "/posts",
        id: "listPosts",
        tag: "Posts",
        summary: "List the posts",
        about: "All posts by id, or those of one site, newest first.",
        scope: Some(Scope::Read),
        params: &[names::OF_SITE, names::LIMIT, names::CURSOR],
        body: None,
        answers: vec![Answer {
            status: 200,
            about: "A page of posts.",
            media: names::JSON,
            schema: Some("PostList"),
            headers: &[],
        }],
        problems: &[Kind::InvalidParameter],
        handler: || get(list),
    }
}

fn get_post_operation() -> Operation {
    Operation {
        method: "get",
        path: "/posts/{postId}",
        id: "getPost",
        tag: "Posts",
        summary: "Read a post",
        about: "The post, with status and Markdown of its latest run.",
        scope: Some(Scope::Read),
        params: &[names::POST],
        body: None,
        answers: vec![STORED],
        problems: &[Kind::InvalidParameter, Kind::NotFound],
        handler: || get(read),
    }
}

fn put_post_operation() -> Operation {
    Operation {
        method: "put",
        path: "/posts/{postId}",
        id: "putPost",
        tag: "Posts",
        summary: "Store a post",
        about: "Replaces the post whole. It stays with its site. What is ours, such as its run and its times, is ignored \
            when it is sent back.",
        scope: Some(Scope::Write),
        params: &[names::POST, names::IF_MATCH, names::IF_NONE_MATCH],
        body: Some("PostInput"),
        answers: vec![STORED, CREATED],
        problems: &[Kind::InvalidParameter, Kind::PostMoved, Kind::PreconditionFailed],
        handler: || put(store),
    }
}

fn withdraw_post_operation() -> Operation {
    Operation {
        method: "delete",
        path: "/posts/{postId}/page",
        id: "withdrawPost",
        tag: "Posts",
        summary: "Take the page of a post off its site",
        about: "Starts a run that puts a notice in the place of the page.",
        scope: Some(Scope::Write),
        params: &[names::POST, names::REASON],
        body: None,
        answers: vec![ACCEPTED],
        problems: &[Kind::InvalidParameter, Kind::NotFound],
        handler: || delete(withdraw),
    }
}

async fn list(State(app): State<App>, principal: Principal, params: Params) -> Result<Response, Problem> {
    let request = params.page()?;
    let asked = params
        .get("websiteId")
        .map(|site| Name::new(site).map_err(|_| Problem::parameter("websiteId", site, "the name of a site")));
    let asked = asked.transpose()?;
    if let Some(site) = &asked {
        principal.act_for(site)?;
    }
    let site = asked.or(principal.tenant);
    let page = posts::list(&app.ports, &request, site.as_ref()).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for Stored { value, .. } in &page.items {
        items.push(shown(&app, value).await?);
    }
    Ok(extract::json(StatusCode::OK, &ListAnswer { items, cursor: page.cursor }))
}

async fn shown(app: &App, post: &Post) -> Result<PostAnswer, Problem> {
    Ok(PostAnswer::of(app, post, generation::of_post(&app.ports, post).await?))
}

async fn read(State(app): State<App>, principal: Principal, post: Segment) -> Result<Response, Problem> {
    let id = post.name("postId")?;
    let stored = posts::get(&app.ports, &id).await?;
    let mine = |stored: &Stored<Post>| principal.act_for(&stored.value.website_id).is_ok();
    let stored = stored.filter(mine).ok_or_else(|| Problem::unknown("post", &id))?;
    answer(&app, StatusCode::OK, &stored).await
}

async fn store(
    State(app): State<App>,
    principal: Principal,
    post: Segment,
    headers: HeaderMap,
    Json(body): Json,
) -> Result<Response, Problem> {
    let id = post.name("postId")?;
    let condition = extract::condition(&headers)?;
    let put = posts::put_if(&app.ports, &id, body, &condition, principal.tenant.as_ref()).await?;
    let status = if put.created { StatusCode::CREATED } else { StatusCode::OK };
    answer(&app, status, &put.stored).await
}

async fn answer(app: &App, status: StatusCode, stored: &Stored<Post>) -> Result<Response, Problem> {
    let body = extract::json(status, &shown(app, &stored.value).await?);
    Ok(([(header::ETAG, extract::etag(stored.version))], body).into_response())
}

async fn withdraw(
    State(app): State<App>,
    principal: Principal,
    post: Segment,
    params: Params,
) -> Result<Response, Problem> {
    let id = post.name("postId")?;
    let withdrawal = content::withdraw_post(&app.ports, &id, reason(&params)?, principal.tenant.as_ref()).await?;
    answered(&app, &withdrawal).await
}
