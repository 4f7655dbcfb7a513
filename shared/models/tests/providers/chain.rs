//! Models behind models: who is asked when one cannot answer, by settings as a host reads them.

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Settings,
    ports::{Clock, ModelErrorKind, ModelSources, Models, TextModel},
};
use mesh_models::text_model;
use mesh_testkit::clock::ManualClock;

use crate::{
    case::Case,
    provider::secrets,
    server::{Answer, Server},
    world::chat_request,
};

/// A mesh with OpenAI's format at one server and Anthropic's at the other, and its clock.
fn models(first: &Server, second: &Server, pairs: &[(&str, &str)]) -> (Models, Arc<ManualClock>) {
    let own = [
        ("OPENAI_BASE_URL", first.base.as_str()),
        ("OPENAI_API_KEY_SECRET", "key-name"),
        ("ANTHROPIC_BASE_URL", second.base.as_str()),
        ("ANTHROPIC_API_KEY_SECRET", "key-name"),
    ];
    let pairs = own.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let settings = Settings::from_pairs(pairs).unwrap();
    let clock = Arc::new(ManualClock::new());
    let sources = ModelSources { secrets: secrets(), clock: Arc::clone(&clock) as Arc<dyn Clock>, others: None };
    (text_model(&settings, sources).unwrap(), clock)
}

fn answers(provider: &str, case: &str, times: usize) -> Vec<Answer> {
    (0..times).map(|_| Case::of(provider, case).script("").remove(0)).collect()
}

const CHAIN: [(&str, &str); 1] = [("MESH_TEXT_MODEL", "openai/gpt-5-mini anthropic/claude-sonnet-4-6")];

async fn ask(model: &Arc<dyn TextModel>, clock: &ManualClock) -> Result<String, ModelErrorKind> {
    let deadline = clock.now().plus(Duration::from_secs(20));
    let answer = model.complete(&chat_request(None, false), deadline).await;
    answer.map(|answer| answer.model).map_err(|error| error.kind)
}

#[tokio::test]
async fn a_provider_that_fails_three_times_is_passed_over_for_a_minute() {
    let (first, second) = (Server::start(answers("openai", "quota", 9)), Server::start(answers("anthropic", "ok", 9)));
    let (models, clock) = models(&first, &second, &CHAIN);
    let model = models.text.unwrap();
    for asked in [1, 2, 3, 3, 3] {
        assert_eq!(ask(&model, &clock).await.as_deref(), Ok("anthropic/claude-sonnet-4-6"));
        assert_eq!(first.received().len(), asked);
    }
    clock.advance(Duration::from_secs(61));
    ask(&model, &clock).await.unwrap();
    assert_eq!(first.received().len(), 4, "one call tries whether it is back");
    assert_eq!(second.received().len(), 6);
}

#[tokio::test]
async fn what_is_wrong_with_the_request_is_not_taken_elsewhere() {
    for (case, kind) in [("context_length", ModelErrorKind::ContextLength), ("policy", ModelErrorKind::ContentPolicy)] {
        let Some(found) = Case::all("openai").into_iter().find(|one| one.name == case) else { continue };
        let (first, second) = (Server::start(found.script("")), Server::start(answers("anthropic", "ok", 1)));
        let (models, clock) = models(&first, &second, &CHAIN);
        assert_eq!(ask(&models.text.unwrap(), &clock).await, Err(kind), "{case}");
        assert_eq!(second.received().len(), 0, "{case}");
    }
}

#[tokio::test]
async fn when_all_fail_the_one_that_heals_decides() {
    let (first, second) = (
        Server::start(answers("openai", "quota", 1)),
        Server::start(answers("anthropic", "rate_limit_past_deadline", 1)),
    );
    let (models, clock) = models(&first, &second, &CHAIN);
    assert_eq!(ask(&models.text.unwrap(), &clock).await, Err(ModelErrorKind::RateLimited));
}

#[tokio::test]
async fn a_task_and_a_site_have_orders_of_their_own() {
    let (first, second) = (Server::start(answers("openai", "ok", 2)), Server::start(answers("anthropic", "ok", 2)));
    let chain = [("MESH_TEXT_MODEL", "openai/gpt-5-mini; draft=anthropic/claude-sonnet-4-6")];
    let (models, clock) = models(&first, &second, &chain);
    let drafted = ask(models.text.as_ref().unwrap(), &clock).await;
    assert_eq!(drafted.as_deref(), Ok("anthropic/claude-sonnet-4-6"), "the request's task is draft");
    let preferred = models.text_named("openai/gpt-5-mini").unwrap();
    assert!(ask(&preferred, &clock).await.unwrap().starts_with("openai/"), "a site's choice holds for all tasks");
    assert_eq!((first.received().len(), second.received().len()), (1, 1));
    assert!(models.text_named("gemini/gemini-2.5-flash").is_err());
}

#[tokio::test]
async fn a_chain_is_quoted_by_the_sum_of_its_models() {
    let (first, second) = (Server::start(Vec::new()), Server::start(Vec::new()));
    let (models, _) = models(&first, &second, &CHAIN);
    let request = chat_request(None, false);
    let of = |name: &str| models.text_named(name).unwrap().quote(&request).unwrap();
    let sum = of("openai/gpt-5-mini") + of("anthropic/claude-sonnet-4-6");
    assert_eq!(models.text.as_ref().unwrap().quote(&request), Some(sum), "whoever fails may have been paid");
}
