//! Settings that cannot be used, credentials and servers that are not there, and the limit of the settings.

use std::{num::NonZeroU32, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use mesh_aws::{BedrockChat, BedrockImages, BedrockSettings};
use mesh_core::ports::{ChatResponse, ImageModel, ModelError, ModelErrorKind, RenderRequest, TextModel};
use mesh_models::ConfigError;
use tokio::time::Instant;

use crate::{
    case::Case,
    provider::{BEDROCK, BEDROCK_IMAGES, config},
    server::Server,
    world::{NOW, chat_request, clock, render_request},
};

fn chat(settings: BedrockSettings) -> Result<BedrockChat, ConfigError> {
    BedrockChat::new(settings, &config(), clock())
}

async fn ask(model: &BedrockChat, millis: u64) -> Result<ChatResponse, ModelError> {
    model.complete(&chat_request(None, false), NOW.plus(Duration::from_millis(millis))).await
}

/// A server that answers well so many times, and the settings for it.
fn well(times: usize) -> (Server, BedrockSettings) {
    let server = Server::start((0..times).map(|_| Case::of("bedrock", "ok").script("").remove(0)).collect());
    let settings = BEDROCK.settings(server.base.strip_suffix("/v1").unwrap(), BEDROCK.model);
    (server, settings)
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let good = BedrockSettings::new("amazon.nova-pro-v1:0");
    assert!(chat(good.clone()).is_ok());
    for model in ["", " ", "a b", "a?b", "a#b", "a%2fb"] {
        let error = chat(BedrockSettings { model: model.into(), ..good.clone() }).unwrap_err();
        assert_eq!(error, ConfigError::Field { field: "the model" }, "{model}");
    }
    let nowhere = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
    let error = BedrockChat::new(good.clone(), &nowhere, clock()).unwrap_err();
    assert_eq!(error, ConfigError::Field { field: "the region" });
    let somewhere = BedrockSettings { region: Some("us-east-1".into()), ..good.clone() };
    assert!(BedrockChat::new(somewhere, &nowhere, clock()).is_ok());
    let open = BedrockSettings { endpoint: Some("http://bedrock.test".into()), ..good.clone() };
    assert!(matches!(chat(open), Err(ConfigError::BaseUrl { .. })));
    let error = BedrockImages::new(good, &config(), clock()).unwrap_err();
    assert!(matches!(error, ConfigError::UnknownImageFormat { .. }), "{error}");
}

#[test]
fn only_hosts_on_the_list_are_called() {
    let listed = |host: &str, endpoint: Option<&str>| {
        let settings = BedrockSettings::new("amazon.nova-pro-v1:0");
        let endpoint = endpoint.map(str::to_owned);
        chat(BedrockSettings { allowed_hosts: vec![host.into()], endpoint, ..settings })
    };
    assert!(listed("bedrock-runtime.eu-central-1.amazonaws.com", None).is_ok());
    assert!(listed("bedrock.test", Some("https://bedrock.test")).is_ok());
    let own = ConfigError::Host { host: "bedrock-runtime.eu-central-1.amazonaws.com".into() };
    assert_eq!(listed("bedrock.test", None).unwrap_err(), own);
    let other = ConfigError::Host { host: "elsewhere.test".into() };
    assert_eq!(listed("bedrock.test", Some("https://elsewhere.test")).unwrap_err(), other);
}

/// Has credentials, or says why not.
#[derive(Debug)]
struct Provider(fn() -> Result<Credentials, CredentialsError>);

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready((self.0)())
    }
}

#[tokio::test]
async fn without_credentials_nobody_is_called() {
    let provided = |provider: fn() -> Result<Credentials, CredentialsError>| {
        Some(SharedCredentialsProvider::new(Provider(provider)))
    };
    for (provider, kind) in [
        (None, ModelErrorKind::Auth),
        (provided(|| Err(CredentialsError::not_loaded("none in /home/somebody"))), ModelErrorKind::Auth),
        // May be there the next time.
        (provided(|| Err(CredentialsError::provider_error("no answer of 169.254.170.2"))), ModelErrorKind::Transport),
    ] {
        let (server, settings) = well(1);
        let mut config = SdkConfig::builder().behavior_version(BehaviorVersion::latest());
        config.set_region(Region::from_static("eu-central-1")).set_credentials_provider(provider);
        let config = config.build();
        let model = BedrockChat::new(settings, &config, clock()).unwrap();
        let error = ask(&model, 300).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(!error.message.contains("somebody") && !error.message.contains("169"), "{error}");
        assert!(server.received().is_empty());
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_transport_error_tried_again_in_time() {
    // Bound and dropped: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let model = chat(BEDROCK.settings(&format!("http://127.0.0.1:{port}"), BEDROCK.model)).unwrap();
    let before = Instant::now();
    let error = ask(&model, 800).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Transport, "{error}");
    assert!(before.elapsed() < Duration::from_millis(900), "{:?}", before.elapsed());
}

#[tokio::test]
async fn the_limit_of_the_settings_holds() {
    let (server, settings) = well(3);
    let model = chat(BedrockSettings { requests_per_minute: NonZeroU32::new(2), ..settings }).unwrap();
    ask(&model, 3_000).await.unwrap();
    ask(&model, 3_000).await.unwrap();
    let error = ask(&model, 3_000).await.unwrap_err();
    assert_eq!((error.kind, server.received().len()), (ModelErrorKind::RateLimited, 2));
    assert!(error.retry_after.is_some_and(|after| after > Duration::from_secs(20)), "{error:?}");
}

#[tokio::test]
async fn what_a_model_does_not_take_is_remembered() {
    let mut script = Case::of("bedrock", "unsupported_then_ok").script("");
    script.push(script[1].clone());
    let server = Server::start(script);
    let model = chat(BEDROCK.settings(server.base.strip_suffix("/v1").unwrap(), BEDROCK.model)).unwrap();
    let request = chat_request(Some(0.5), false);
    for attempts in [2, 1] {
        let answer = model.complete(&request, NOW.plus(Duration::from_secs(3))).await.unwrap();
        assert_eq!(answer.attempts, attempts);
    }
    let without = |one: &crate::server::Received| one.body["inferenceConfig"]["temperature"].is_null();
    assert_eq!(server.received().iter().map(without).collect::<Vec<_>>(), [false, true, true]);
}

#[tokio::test]
async fn the_quote_covers_what_it_costs() {
    let (_server, settings) = well(1);
    let model = chat(settings).unwrap();
    // 321 tokens to be written at 16.50 dollars a million, and the prompt.
    let quote = model.quote(&chat_request(None, false)).unwrap();
    assert!((5_297..5_600).contains(&quote), "{quote}");
    let images =
        BedrockImages::new(BEDROCK_IMAGES.settings("http://127.0.0.1:1", BEDROCK_IMAGES.model), &config(), clock());
    assert_eq!(images.unwrap().quote(&render_request()), Some(40_000));
}

#[tokio::test]
async fn what_must_not_be_seen_has_a_field_of_its_own() {
    let server = Server::start(Case::of("bedrock_images", "ok").script(""));
    let settings = BEDROCK_IMAGES.settings(server.base.strip_suffix("/v1").unwrap(), BEDROCK_IMAGES.model);
    let model = BedrockImages::new(settings, &config(), clock()).unwrap();
    let request =
        RenderRequest { negative_prompt: Some("people".into()), style: Some("calm".into()), ..render_request() };
    model.render(&request, NOW.plus(Duration::from_secs(3))).await.unwrap();
    let text = server.received()[0].body["textToImageParams"].clone();
    assert_eq!(text["negativeText"], "people");
    let prompt = text["text"].as_str().unwrap();
    assert!(prompt.ends_with("Style: calm.") && !prompt.contains("people"), "{prompt}");
}
