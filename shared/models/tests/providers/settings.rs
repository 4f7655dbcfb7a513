//! Settings that cannot be used, and servers that are none of the great providers'.

use mesh_core::ports::TextModel;
use mesh_models::{AzureApi, AzureChat, AzureSettings, ConfigError, GeminiChat, OpenAiChat, ServerSettings};

use crate::{
    case::Case,
    provider::{ANTHROPIC, AZURE_CLASSIC, GEMINI, GEMINI_IMAGES, OPENAI, secrets},
    server::Server,
    world::{NOW, chat_request, clock},
};

#[test]
fn only_hosts_on_the_list_are_called() {
    for provider in [&OPENAI, &AZURE_CLASSIC, &ANTHROPIC, &GEMINI, &GEMINI_IMAGES] {
        let settings = provider.settings("https://api.elsewhere.test", provider.model);
        let list = |host: &str| ServerSettings { allowed_hosts: vec![host.into()], ..settings.clone() };
        let refused = provider.make(list("api.provider.test")).err().unwrap();
        assert_eq!(refused, ConfigError::Host { host: "api.elsewhere.test".into() });
        assert!(refused.to_string().contains("api.elsewhere.test"));
        assert!(provider.make(list("api.elsewhere.test")).is_ok());
        assert!(provider.make(settings.clone()).is_ok());
    }
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let good = ServerSettings::new("openai", "https://api.test/v1", "m", "key-name");
    let chat = |settings: ServerSettings| OpenAiChat::new(settings, secrets(), clock()).err();
    assert_eq!(chat(good.clone()), None);
    let field = |field| Some(ConfigError::Field { field });
    for word in ["", "offline", "Open AI", "a/b"] {
        assert_eq!(
            chat(ServerSettings { provider: word.into(), ..good.clone() }),
            field("the provider's word"),
            "{word}"
        );
    }
    assert_eq!(chat(ServerSettings { model: " ".into(), ..good.clone() }), field("the model"));
    let nameless = ServerSettings { api_key_name: Some(String::new()), ..good.clone() };
    assert_eq!(chat(nameless), field("the name of the API key"));
    for (name, value) in [("Authorization", "x"), ("x-api-key", "x"), ("a b", "x"), ("x-y", "a\nb")] {
        let headers = vec![(name.to_owned(), value.to_owned())];
        assert_eq!(chat(ServerSettings { headers, ..good.clone() }), field("a constant header"), "{name}");
    }
    let keyless = ServerSettings::without_key("vllm", "https://api.test/v1", "m");
    assert_eq!(chat(keyless), Some(ConfigError::NoKey));
    let open = ServerSettings { base_url: "http://api.test/v1".into(), ..good };
    assert!(matches!(chat(open), Some(ConfigError::BaseUrl { .. })));
}

#[test]
fn names_that_would_lead_elsewhere_are_refused() {
    for name in ["", "..", "../x", "a/b", "a?b", "a#b", "a%2fb", "a b"] {
        let server = ServerSettings::new("gemini", "https://api.test/v1beta", name, "key-name");
        assert!(GeminiChat::new(server, secrets(), clock()).is_err(), "{name}");
        let server = ServerSettings::new("azure", "https://api.test", "m", "key-name");
        let settings = AzureSettings { server: server.clone(), deployment: name.into(), api: AzureApi::V1 };
        assert!(AzureChat::new(settings, secrets(), clock()).is_err(), "{name}");
        let api = AzureApi::Classic { api_version: name.into() };
        let settings = AzureSettings { server, deployment: "writer".into(), api };
        assert!(AzureChat::new(settings, secrets(), clock()).is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_server_on_this_machine_is_asked_without_a_key_under_its_own_name() {
    let server = Server::start(Case::of("openai", "ok").script(""));
    let settings = ServerSettings::without_key("local", server.base.clone(), "llama3.2:3b");
    let headers = vec![("X-Title".to_owned(), "Content Mesh".to_owned())];
    let model = OpenAiChat::new(ServerSettings { headers, ..settings }, secrets(), clock()).unwrap();
    let request = chat_request(Some(0.5), true);
    let deadline = NOW.plus(std::time::Duration::from_secs(3));
    let answer = model.complete(&request, deadline).await.unwrap();
    assert_eq!((model.name(), answer.cost_micro_usd), ("local/llama3.2:3b", None));
    let received = server.received().remove(0);
    assert_eq!((received.header("authorization"), received.header("x-title")), (None, Some("Content Mesh")));
    // Nothing is known of the model: the minimum is asked.
    assert_eq!(received.body["max_tokens"], 321);
    for absent in ["temperature", "response_format", "max_completion_tokens"] {
        assert_eq!(received.body.get(absent), None, "{absent}");
    }
    let system = received.body["messages"][0]["content"].as_str().unwrap();
    assert!(system.contains("JSON Schema"), "{system}");
}
