//! Several models in an order: the next is asked when one cannot answer.

mod image;
mod text;

use std::{fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{Clock, ModelError, ModelErrorKind, Usage},
    runner::Circuits,
};

pub(crate) use self::{
    image::{ImageChain, Named as NamedImage},
    text::{Named as NamedText, TextChain},
};

/// Of the time that is left, the part a model gets when another one stands behind it.
const SHARE: f64 = 0.6;

/// What all chains of a process share.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) clock: Arc<dyn Clock>,
    /// By the provider's word.
    pub(crate) circuits: Arc<Circuits>,
}

/// A model as a member of a chain.
#[async_trait]
trait Member<Request>: Send + Sync {
    type Answer;

    fn name(&self) -> &str;

    async fn ask(&self, request: &Request, deadline: Timestamp) -> Result<Self::Answer, ModelError>;
}

/// What calls used that came to nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Wasted {
    usage: Usage,
    /// `None`: something was used, and its price is not known.
    cost_micro_usd: Option<u64>,
}

/// Asks one after the other until one answers. Answers what the others used as well.
async fn first_answer<Request: Sync, M: Member<Request> + ?Sized>(
    members: &[Arc<M>],
    request: &Request,
    deadline: Timestamp,
    shared: &Shared,
) -> Result<(M::Answer, Wasted), ModelError> {
    let mut failures = Vec::new();
    let mut wasted = Wasted { cost_micro_usd: Some(0), ..Wasted::default() };
    for (index, member) in members.iter().enumerate() {
        let others = members.len() - index - 1;
        if let Some(wait) = shared.closed(member.name(), members.len()) {
            failures.push(passed_over(member.name(), wait));
            continue;
        }
        let error = match member.ask(request, shared.share(deadline, others)).await {
            Ok(answer) => {
                shared.circuits.succeeded(std::iter::once(provider(member.name())));
                return Ok((answer, wasted));
            }
            Err(error) => error,
        };
        if is_the_providers(error.kind) {
            shared.circuits.failed(provider(member.name()), shared.clock.now(), 1.0);
        }
        wasted.add(&error);
        let falls_over = falls_over(error.kind);
        failures.push(error);
        if !falls_over {
            break;
        }
        if let Some(next) = members.get(index + 1) {
            let code = failures.last().map_or("", |error| error.kind.code());
            tracing::warn!(event = "ModelFellOver", from = member.name(), to = next.name(), code);
        }
    }
    Err(telling(failures, wasted))
}

/// The failure that decides: one that says that no other model is to be asked, else one that heals, else the first.
fn telling(failures: Vec<ModelError>, wasted: Wasted) -> ModelError {
    let final_word = failures.iter().position(|error| !falls_over(error.kind));
    let heals = || failures.iter().position(|error| error.kind.is_transient());
    let index = final_word.or_else(heals).unwrap_or_default();
    let none = || failure(ModelErrorKind::ModelNotFound, "none", "the chain has no model", None);
    let error = failures.into_iter().nth(index).unwrap_or_else(none);
    let cost_micro_usd = wasted.cost_micro_usd.filter(|_| wasted.usage != Usage::default());
    ModelError { usage: wasted.usage, cost_micro_usd, ..error }
}

/// A call that was not made.
fn passed_over(model: &str, wait: Duration) -> ModelError {
    let why = "the last calls of this provider failed; it is tried again later";
    failure(ModelErrorKind::Overloaded, model, why, Some(wait))
}

fn failure(kind: ModelErrorKind, model: &str, message: &str, retry_after: Option<Duration>) -> ModelError {
    let (model, message) = (model.to_owned(), message.to_owned());
    let (usage, cost_micro_usd) = (Usage::default(), None);
    ModelError { kind, model, message, retry_after, provider_request_id: None, usage, cost_micro_usd }
}

/// Whether another model may do better. What is wrong with the request, or forbidden, is not taken elsewhere.
fn falls_over(kind: ModelErrorKind) -> bool {
    use ModelErrorKind::{Auth, ModelNotFound, Permission, QuotaExhausted};
    kind.is_transient() || matches!(kind, QuotaExhausted | Auth | Permission | ModelNotFound)
}

/// Whether all models of the provider are concerned.
fn is_the_providers(kind: ModelErrorKind) -> bool {
    falls_over(kind) && kind != ModelErrorKind::ModelNotFound
}

/// The word before the slash.
fn provider(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

impl Shared {
    /// For how long a provider is passed over because its last calls failed. Where there is only one model, the runner's
    /// circuit sees to that.
    fn closed(&self, name: &str, members: usize) -> Option<Duration> {
        let ask = || self.circuits.admit(std::iter::once(provider(name)), 1, self.clock.now(), 1.0).err();
        if members < 2 { None } else { ask() }
    }

    /// Until when a model may take, with `others` behind it.
    fn share(&self, deadline: Timestamp, others: usize) -> Timestamp {
        let now = self.clock.now();
        if others == 0 { deadline } else { now.plus(now.until(deadline).mul_f64(SHARE)) }
    }
}

impl Wasted {
    fn add(&mut self, error: &ModelError) {
        if error.usage == Usage::default() {
            return;
        }
        self.usage = sum(&self.usage, &error.usage);
        self.cost_micro_usd = self.cost_micro_usd.zip(error.cost_micro_usd).map(|(a, b)| a.saturating_add(b));
    }

    /// The answer's own figures, with these.
    fn and(&self, usage: &mut Usage, cost_micro_usd: &mut Option<u64>) {
        if self.usage != Usage::default() {
            *usage = sum(usage, &self.usage);
            *cost_micro_usd = cost_micro_usd.zip(self.cost_micro_usd).map(|(a, b)| a.saturating_add(b));
        }
    }
}

fn sum(a: &Usage, b: &Usage) -> Usage {
    let some = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (None, None) => None,
        _ => Some(a.unwrap_or_default().saturating_add(b.unwrap_or_default())),
    };
    Usage {
        input_tokens: a.input_tokens.saturating_add(b.input_tokens),
        output_tokens: a.output_tokens.saturating_add(b.output_tokens),
        cached_tokens: a.cached_tokens.saturating_add(b.cached_tokens),
        cache_write_tokens: some(a.cache_write_tokens, b.cache_write_tokens),
        cache_write_hour_tokens: some(a.cache_write_hour_tokens, b.cache_write_hour_tokens),
        reasoning_tokens: a.reasoning_tokens.saturating_add(b.reasoning_tokens),
        estimated: a.estimated || b.estimated,
    }
}

/// The sum of what each could cost: whoever fails may have been paid.
fn sum_of_quotes(mut quotes: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    quotes.try_fold(0u64, |sum, quote| quote.map(|quote| sum.saturating_add(quote)))
}

/// The name under which an answer is recorded: the provider's own word for the model, behind the provider's.
fn recorded(asked: &str, answered: String) -> String {
    let provider = provider(asked);
    if answered.split('/').next() == Some(provider) { answered } else { format!("{provider}/{answered}") }
}
