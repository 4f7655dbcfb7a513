//! Who pays for a handler's calls, and the models somebody prefers.
//!
//! An account with a bound has a [budget](super::budget) a month. A call takes out of it what it can cost at most, before
//! it is made; afterwards that is replaced by what it did cost. What an attempt that died, or lost its answer, had reserved
//! waits for the next attempt at the same step, which goes on with it. When there is none (the event was suspended, and
//! nobody replays it) it stays reserved until the month is over, since it may have been paid. One reservation stands for
//! all attempts at a step, so a call whose answer was lost and that was made again is counted once.

use std::{collections::BTreeMap, sync::Arc};

use mesh_contracts::events::ErrorType;

use super::{
    Context,
    budget::{self, Budget, Month, Reserved, usd},
};
use crate::{
    agent::AgentError,
    config::NotConfigured,
    ports::{DocKey, ImageModel, TextModel},
};

/// How often a budget is read again because somebody else changed it in between.
const RACES: u32 = 20;

/// Whose money is spent, and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who pays, such as a site.
    pub name: String,
    /// Most in a calendar month (UTC), in millionths of a US dollar; `None`: no bound, and nothing is reserved.
    pub monthly_micro_usd: Option<u64>,
}

/// The models that somebody prefers, during one attempt.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    text: Option<Arc<dyn TextModel>>,
    image: Option<Arc<dyn ImageModel>>,
}

/// Who pays during one attempt, and where what it reserved lies.
#[derive(Debug, Default)]
pub(super) struct Purse {
    account: Option<Account>,
    /// By step.
    reserved: BTreeMap<String, Place>,
}

#[derive(Debug, Clone)]
struct Place {
    /// The budget: that of the month in which it was reserved.
    key: DocKey,
    /// An earlier attempt reserved it, and may have been charged.
    earlier: bool,
}

impl Context<'_> {
    /// From here on calls are paid by this account: each call reserves what it can cost at most, and is not made when the
    /// month's budget does not hold it. A call then may fail with `BUDGET_EXCEEDED`, or with `PRICE_UNKNOWN` when the model
    /// cannot say what it will cost.
    pub fn charge(&self, account: Account) {
        if let Ok(mut purse) = self.purse.lock() {
            purse.account = Some(account);
        }
    }

    /// From here on this text model is asked, when somebody prefers one; what was answered before stays.
    ///
    /// # Errors
    /// [`AgentError::Fail`] with `MODEL_NOT_CONFIGURED` when this process does not have it, by its name.
    pub fn prefer_text_model(&self, preferred: Option<&str>) -> Result<(), AgentError> {
        let Some(name) = preferred else { return Ok(()) };
        let model = self.ports.models.text_named(name).map_err(|error| not_configured(&error))?;
        if let Ok(mut chosen) = self.chosen.lock() {
            chosen.text = Some(model);
        }
        Ok(())
    }

    /// The same for the image model.
    ///
    /// # Errors
    /// [`AgentError::Fail`] with `MODEL_NOT_CONFIGURED` when this process does not have it, by its name.
    pub fn prefer_image_model(&self, preferred: Option<&str>) -> Result<(), AgentError> {
        let Some(name) = preferred else { return Ok(()) };
        let model = self.ports.models.image_named(name).map_err(|error| not_configured(&error))?;
        if let Ok(mut chosen) = self.chosen.lock() {
            chosen.image = Some(model);
        }
        Ok(())
    }

    /// The text model to ask.
    pub(super) fn text_model(&self) -> Result<Arc<dyn TextModel>, AgentError> {
        let chosen = self.chosen.lock().ok().and_then(|chosen| chosen.text.clone());
        chosen.or_else(|| self.ports.models.text.clone()).ok_or_else(|| no_model("text"))
    }

    /// The image model to ask.
    pub(super) fn image_model(&self) -> Result<Arc<dyn ImageModel>, AgentError> {
        let chosen = self.chosen.lock().ok().and_then(|chosen| chosen.image.clone());
        chosen.or_else(|| self.ports.models.image.clone()).ok_or_else(|| no_model("image"))
    }

    /// Takes what the call can cost out of the account, unless an earlier attempt at this step did.
    pub(super) async fn reserve(&self, step: &str, quote: impl FnOnce() -> Option<u64>) -> Result<(), AgentError> {
        let Some((account, limit)) = self.bound() else { return Ok(()) };
        let quote = quote().ok_or_else(|| price_unknown(&account))?;
        if quote == 0 {
            return Ok(());
        }
        let month = Month::of(self.now());
        let (key, call) = (budget::key(&account, month), self.call(step));
        let reserved = self.change(&key, |budget| budget.reserve(&call, limit, quote)).await?;
        let earlier = match reserved {
            Reserved::Now => false,
            Reserved::Earlier => true,
            Reserved::Short(left) => return Err(exceeded(&account, month, limit, left, quote)),
        };
        if let Ok(mut purse) = self.purse.lock() {
            purse.reserved.insert(step.to_owned(), Place { key, earlier });
        }
        Ok(())
    }

    /// Replaces what this attempt reserved for a step by what it cost.
    pub(super) async fn settle(&self, step: &str, cost_micro_usd: Option<u64>) -> Result<(), AgentError> {
        let Some(place) = self.place(step) else { return Ok(()) };
        let call = self.call(step);
        self.change(&place.key, |budget| budget.settle(&call, cost_micro_usd)).await?;
        self.forget(step);
        Ok(())
    }

    /// The same for an answer that an earlier attempt stored, which may have ended before it settled, in this month or in
    /// the last.
    pub(super) async fn settle_earlier(&self, step: &str, cost_micro_usd: Option<u64>) -> Result<(), AgentError> {
        let Some((account, _)) = self.bound() else { return Ok(()) };
        let (month, call) = (Month::of(self.now()), self.call(step));
        for month in [month, month.previous()] {
            let key = budget::key(&account, month);
            if self.change(&key, |budget| budget.settle(&call, cost_micro_usd)).await? {
                break;
            }
        }
        self.forget(step);
        Ok(())
    }

    /// Gives back what this attempt reserved for a step whose call was not charged. What an earlier attempt reserved
    /// stays: its call may have been.
    pub(super) async fn release(&self, step: &str) -> Result<(), AgentError> {
        let Some(place) = self.place(step).filter(|place| !place.earlier) else { return Ok(()) };
        let call = self.call(step);
        self.change(&place.key, |budget| budget.release(&call)).await?;
        self.forget(step);
        Ok(())
    }

    /// Changes a budget by a conditional write, again on what somebody else made of it in between. What `edit` leaves as
    /// it was is not written.
    async fn change<T>(&self, key: &DocKey, edit: impl Fn(&mut Budget) -> T) -> Result<T, AgentError> {
        for _ in 0..RACES {
            let stored = self.ports.state.get(key).await?;
            let before = stored.as_ref().map(Budget::read).transpose()?.unwrap_or_default();
            let mut after = before.clone();
            let answer = edit(&mut after);
            if after == before {
                return Ok(answer);
            }
            let version = stored.map_or(0, |stored| stored.version);
            if self.ports.state.put(&after.write(key.clone(), version, self.now())?).await? {
                return Ok(answer);
            }
        }
        Err(AgentError::Retry {
            code: "BUDGET_BUSY",
            error_type: ErrorType::Infrastructure,
            message: format!("others changed the budget {} first, {RACES} times", key.id),
            after: None,
            dependency: None,
            counted: false,
        })
    }

    /// What a reservation is kept under: one handling of one event, one step.
    fn call(&self, step: &str) -> String {
        format!("{}/{}/{step}", self.manifest.name, self.event_id)
    }

    /// The account, and its bound, if it has one.
    fn bound(&self) -> Option<(String, u64)> {
        let purse = self.purse.lock().ok()?;
        let account = purse.account.as_ref()?;
        Some((account.name.clone(), account.monthly_micro_usd?))
    }

    fn place(&self, step: &str) -> Option<Place> {
        self.purse.lock().ok()?.reserved.get(step).cloned()
    }

    fn forget(&self, step: &str) {
        if let Ok(mut purse) = self.purse.lock() {
            purse.reserved.remove(step);
        }
    }
}

fn price_unknown(account: &str) -> AgentError {
    let message = format!("the model tells no price, and the budget of {account} has a bound");
    AgentError::fail("PRICE_UNKNOWN", ErrorType::Model, message)
}

fn exceeded(account: &str, month: Month, limit: u64, left: u64, quote: u64) -> AgentError {
    let (limit, left, quote) = (usd(limit), usd(left), usd(quote));
    let message =
        format!("{account} may spend {limit} in {month}, of which {left} are left; this call can cost {quote}");
    AgentError::fail("BUDGET_EXCEEDED", ErrorType::Model, message)
}

fn not_configured(error: &NotConfigured) -> AgentError {
    AgentError::fail("MODEL_NOT_CONFIGURED", ErrorType::Model, error.to_string())
}

/// The process was built without the model its handler asks.
fn no_model(kind: &str) -> AgentError {
    let message = format!("no {kind} model is configured in this process");
    AgentError::fail("MODEL_NOT_CONFIGURED", ErrorType::Model, message)
}
