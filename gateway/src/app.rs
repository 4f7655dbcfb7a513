//! The router: every operation behind its key, and around all of them the guard.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{from_fn, from_fn_with_state},
    routing::MethodRouter,
};
use mesh_core::{Ports, Settings};
use tower_http::cors::CorsLayer;

use crate::{
    auth::{self, Gate, KeyCache},
    extract, guard,
    limits::Limits,
    openapi::{self, Operation},
    routes,
};

/// How the interface behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayConfig {
    /// Most bytes of a body.
    pub max_body_bytes: usize,
    /// The longest that `Prefer: wait` is honoured.
    pub max_wait: Duration,
    /// The longest that a request may take, waiting included.
    pub timeout: Duration,
    /// Origins whose pages may call it from a browser: `https://example.com`; empty: none.
    pub cors_origins: Vec<String>,
    /// What all paths start with, without a final slash: `/v1`; empty for none.
    pub base_path: String,
    /// True: no key is needed (a laptop). A key that is sent is checked all the same.
    pub open: bool,
    /// Most keys a minute from one address that have to be looked up, so that nobody tries keys all day.
    pub lookups_per_minute: u32,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            max_body_bytes: 64 * 1024,
            max_wait: Duration::from_secs(25),
            timeout: Duration::from_secs(28),
            cors_origins: Vec::new(),
            base_path: String::new(),
            open: false,
            lookups_per_minute: 60,
        }
    }
}

/// What the interface works with.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// State to read, events to submit.
    pub ports: Ports,
    /// The deployment's settings.
    pub settings: Settings,
    /// How it behaves.
    pub config: GatewayConfig,
}

/// What handlers share.
#[derive(Debug, Clone)]
pub(crate) struct App(Arc<Shared>);

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) ports: Ports,
    pub(crate) settings: Settings,
    pub(crate) config: GatewayConfig,
    pub(crate) keys: KeyCache,
    pub(crate) limits: Limits,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    fn new(gateway: Gateway) -> Self {
        let Gateway { ports, settings, config } = gateway;
        let limits = Limits::new(Arc::clone(&ports.clock));
        Self(Arc::new(Shared { ports, settings, config, keys: KeyCache::default(), limits }))
    }

    /// The address of one of our paths.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.config.base_path)
    }
}

/// The whole interface as one router, the same in every host.
pub fn router(gateway: Gateway) -> Router {
    let app = App::new(gateway);
    let mut routes = Router::new();
    for operation in openapi::operations() {
        routes = routes.route(operation.path, guarded(&app, &operation));
    }
    let routes = routes.method_not_allowed_fallback(routes::wrong_method).with_state(app.clone());
    let routes = match app.config.base_path.as_str() {
        "" => routes,
        base => Router::new().nest(base, routes),
    };
    let routes = routes.fallback(routes::nowhere);
    let routes = routes.layer(from_fn(guard::catch)).layer(from_fn_with_state(app.clone(), guard::around));
    if app.config.cors_origins.is_empty() { routes } else { routes.layer(cors(&app.config)) }
}

fn guarded(app: &App, operation: &Operation) -> MethodRouter<App> {
    let handler = (operation.handler)();
    match operation.scope {
        Some(scope) => {
            let gate = Gate { app: app.clone(), scope };
            handler.route_layer(from_fn_with_state(gate, auth::require))
        }
        None => handler,
    }
}

fn cors(config: &GatewayConfig) -> CorsLayer {
    let origins: Vec<HeaderValue> = config.cors_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let asked = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        extract::API_KEY,
        extract::IDEMPOTENCY_KEY,
        extract::PREFER,
    ];
    let told = [header::ETAG, header::LOCATION, header::RETRY_AFTER, extract::PREFERENCE_APPLIED, guard::REQUEST_ID];
    let told: Vec<HeaderName> = told.to_vec();
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(asked)
        .expose_headers(told)
        .max_age(Duration::from_secs(600))
}
