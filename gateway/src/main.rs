//! The process of the HTTP interface: a Lambda function behind API Gateway that also sends what its submissions left over,
//! or a server of its own where there is no Lambda.

use std::{net::SocketAddr, process::ExitCode};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    middleware::map_request,
};
use lambda_http::{
    RequestExt,
    request::{LambdaRequest, RequestContext},
};
use lambda_runtime::{Diagnostic, LambdaEvent, Service as _, service_fn};
use mesh_aws::host::{Service, serve};
use mesh_gateway::{Gateway, GatewayConfig, SOURCE, router};
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// Where the server listens outside Lambda; a proxy with TLS stands before it.
const ADDRESS: &str = "127.0.0.1:8480";

fn main() -> ExitCode {
    serve(SOURCE, |service| async move {
        match service.runtime_api {
            Some(_) => function(service).await,
            None => server(service).await,
        }
    })
}

fn routes(service: &Service) -> Router {
    let Service { ports, settings, .. } = service;
    let config = GatewayConfig { cors_origins: settings.cors_origins.clone(), ..GatewayConfig::default() };
    router(Gateway { ports: ports.clone(), settings: settings.clone(), config })
}

async fn function(service: Service) -> Result<(), String> {
    let routes = routes(&service).layer(map_request(with_caller));
    let adapter = Mutex::new(lambda_http::Adapter::from(routes));
    let (service, adapter) = (&service, &adapter);
    let handler = service_fn(move |event: LambdaEvent<Value>| async move {
        let LambdaEvent { payload, context } = event;
        service.metrics.of_request(&context.request_id);
        let answer = if payload.get("sweep").is_some() {
            sweep(service).await
        } else {
            let request: LambdaRequest =
                serde_json::from_value(payload).map_err(|error| fault("UnknownEvent", error))?;
            let answering = adapter.lock().await.call(LambdaEvent::new(request, context));
            let response = answering.await.map_err(|error| fault("RouterFailed", error))?;
            serde_json::to_value(response).map_err(|error| fault("RouterFailed", error))
        };
        service.metrics.flush();
        answer
    });
    lambda_runtime::run(handler).await.map_err(|error| error.to_string())
}

/// The address that API Gateway saw, where the server of its own has that of the connection: look-ups are counted by it.
async fn with_caller(mut request: Request) -> Request {
    let address = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        _ => None,
    };
    if let Some(address) = address.and_then(|address| address.parse().ok()) {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 0)));
    }
    request
}

async fn sweep(service: &Service) -> Result<Value, Diagnostic> {
    let sent = mesh_core::submit::sweep(&service.ports, SOURCE).await.map_err(|error| fault("SweepFailed", error))?;
    Ok(json!({ "sent": sent }))
}

fn fault(error_type: &str, error: impl std::fmt::Display) -> Diagnostic {
    Diagnostic { error_type: error_type.to_owned(), error_message: error.to_string() }
}

async fn server(service: Service) -> Result<(), String> {
    let listener = tokio::net::TcpListener::bind(ADDRESS).await.map_err(|error| format!("{ADDRESS}: {error}"))?;
    axum::serve(listener, routes(&service).into_make_service_with_connect_info::<SocketAddr>())
        .await
        .map_err(|error| error.to_string())
}
