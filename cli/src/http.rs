//! The HTTP interface of a mesh on this machine.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, bail};
use mesh_contracts::{Int, Text, records::Scope};
use mesh_gateway::{
    Gateway, GatewayConfig, PageRequest, SOURCE,
    keys::{self, NewKey},
    posts, router,
};
use tokio::net::TcpListener;

use crate::mesh::Mesh;

/// Where it listens when nobody says otherwise.
const PORT: u16 = 8480;
/// What the key of a running `mesh up` is called.
const KEY_NAME: &str = "mesh up";
/// How often what could not be sent at once is sent.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// A listening interface, and the key that opens it while it runs.
#[derive(Debug)]
pub(crate) struct Interface {
    listener: TcpListener,
    key_id: String,
    /// The key in full.
    pub(crate) key: String,
    /// Its address: `http://127.0.0.1:8480`.
    pub(crate) url: String,
}

impl Interface {
    /// Listens; on another port when the usual one is taken and none was asked for.
    pub(crate) async fn open(mesh: &Mesh, asked: Option<SocketAddr>) -> anyhow::Result<Self> {
        if let Some(address) = asked.filter(|address| !address.ip().is_loopback()) {
            bail!(
                "{address} is not on this machine alone; keys travel in the clear: listen on 127.0.0.1, behind a proxy with TLS"
            );
        }
        let listener = listen(asked).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let new = NewKey {
            name: Text::clip(KEY_NAME),
            website_id: None,
            scopes: [Scope::Read, Scope::Generate, Scope::Write].into(),
            requests_per_minute: Int::clamp(6_000),
        };
        let created = keys::create(&mesh.ports(), new).await.context("cannot make a key")?;
        let (key_id, key) = (created.record.key_id.to_string(), created.token.reveal().to_owned());
        Ok(Self { listener, key_id, key, url })
    }

    /// A command that works as it is printed.
    pub(crate) async fn example(&self, mesh: &Mesh) -> String {
        let (url, key) = (&self.url, &self.key);
        let one = PageRequest { limit: 1, cursor: None };
        let post = posts::list(&mesh.ports(), &one, None).await.ok().and_then(|page| page.items.into_iter().next());
        match post {
            Some(post) => format!(
                "curl -H 'Authorization: Bearer {key}' --json '{{\"postId\": \"{}\"}}' {url}/generate",
                post.value.post_id
            ),
            None => format!("curl -H 'Authorization: Bearer {key}' {url}/sites"),
        }
    }

    /// Serves until `shutdown` ends, then lets requests finish.
    pub(crate) async fn serve(
        self,
        mesh: &Mesh,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let ports = mesh.ports();
        let config = GatewayConfig { cors_origins: mesh.settings.cors_origins.clone(), ..GatewayConfig::default() };
        let router = router(Gateway { ports: ports.clone(), settings: mesh.settings.clone(), config });
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let sweeping = async {
            loop {
                if let Err(error) = mesh_core::submit::sweep(&ports, SOURCE).await {
                    tracing::warn!(%error, "What was submitted could not all be sent; it is tried again.");
                }
                ports.clock.sleep_until(ports.clock.now().plus(SWEEP_EVERY)).await;
            }
        };
        let served = tokio::select! {
            served = axum::serve(self.listener, service).with_graceful_shutdown(shutdown) => served,
            () = sweeping => Ok(()),
        };
        if let Err(problem) = keys::revoke(&ports, &self.key_id).await {
            tracing::warn!(%problem, key = self.key_id, "The key of this run could not be revoked.");
        }
        served
    }
}

async fn listen(asked: Option<SocketAddr>) -> anyhow::Result<TcpListener> {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let address = asked.unwrap_or(usual);
    match TcpListener::bind(address).await {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && asked.is_none() => {
            Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?)
        }
        bound => bound.with_context(|| format!("cannot listen on {address}")),
    }
}
