//! What is known of a text model at a provider, and a request as it is put to it. Over what wire is somebody else's.

use std::sync::{Mutex, PoisonError};

use mesh_core::ports::{ChatRequest, ChatResponse, ModelErrorKind, Part, Usage};

use crate::{
    ConfigError,
    ask::{self, Ask, Shape},
    capabilities,
    http::Failure,
    prices::PriceTable,
};

/// What is known of a text model: what it costs, and what it takes, as far as that is known.
#[derive(Debug)]
pub struct Known {
    /// The first part of its name.
    provider: String,
    /// `provider/model`, under which the tables have it.
    name: String,
    prices: &'static PriceTable,
    max_output: Option<u32>,
    shape: Mutex<Shape>,
}

impl Known {
    /// What the tables have of the model called `name` there, as `provider/model`.
    ///
    /// # Errors
    /// [`ConfigError`] when a table cannot be read.
    pub fn of(name: &str) -> Result<Self, ConfigError> {
        let known = capabilities::of(name)?;
        Ok(Self {
            provider: name.split('/').next().unwrap_or_default().to_owned(),
            name: name.to_owned(),
            prices: PriceTable::built_in()?,
            max_output: known.max_output,
            shape: Mutex::new(known.shape),
        })
    }

    /// The most a request can cost, in millionths of a US dollar.
    #[must_use]
    pub fn quote(&self, request: &ChatRequest) -> Option<u64> {
        self.prices.text(&self.name)?.quote(request)
    }

    /// With its price: that of the model that answered, or else of the one that was asked.
    #[must_use]
    pub fn priced(&self, response: ChatResponse) -> ChatResponse {
        let price = self.prices.text(&format!("{}/{}", self.provider, response.model));
        let price = price.or_else(|| self.prices.text(&self.name));
        ChatResponse { cost_micro_usd: price.and_then(|price| price.cost(&response.usage)), ..response }
    }

    /// What so much costs at the model that was asked, in millionths of a US dollar.
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> Option<u64> {
        self.prices.text(&self.name)?.cost(usage)
    }

    /// The shape of request it takes, as far as that is known.
    pub fn shape(&self) -> Shape {
        *self.shape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, simpler: Shape) {
        let mut shape = self.shape.lock().unwrap_or_else(PoisonError::into_inner);
        *shape = shape.and(simpler);
    }
}

/// One request, as it is put to a model.
#[derive(Debug)]
pub struct Asking<'a> {
    known: &'a Known,
    request: &'a ChatRequest,
    /// What the request calls the model.
    model: &'a str,
    /// The shape it was put in last.
    shape: Shape,
    /// What this request alone has to do without.
    own: Shape,
}

impl<'a> Asking<'a> {
    /// A request that is to be put to the model, by the id it has at the provider.
    #[must_use]
    pub fn new(known: &'a Known, request: &'a ChatRequest, model: &'a str) -> Self {
        Self { known, request, model, shape: known.shape(), own: Shape::default() }
    }

    /// In the shape that it was put in last.
    #[must_use]
    pub fn ask(&self) -> Ask<'a> {
        Ask { request: self.request, model: self.model, shape: self.shape, max_output: self.known.max_output }
    }

    /// In the shape that the model is known to take by now.
    ///
    /// # Errors
    /// An invalid request when there are images in it.
    pub fn put(&mut self) -> Result<Ask<'a>, Failure> {
        let mut parts = self.request.messages.iter().flat_map(|message| &message.parts);
        if parts.any(|part| matches!(part, Part::Image { .. })) {
            return Err(Failure::new(ModelErrorKind::InvalidRequest, "images are not supported"));
        }
        self.shape = self.known.shape().and(self.own);
        Ok(self.ask())
    }

    /// Takes to a simpler shape when the failure names a field that the model does not take; false when that would change
    /// nothing.
    pub fn reshape(&mut self, failure: &Failure) -> bool {
        let simpler = failure.unsupported.and_then(|(_, wish)| self.shape.without(wish, self.request));
        match simpler {
            Some(simpler) if failure.this_once => self.own = self.own.and(simpler),
            Some(simpler) => self.known.remember(simpler),
            None => return false,
        }
        true
    }

    /// What a failed exchange that used so much cost.
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> Option<u64> {
        self.known.cost(usage)
    }

    /// The texts of the request, which no error may quote.
    #[must_use]
    pub fn texts(&self) -> Vec<&'a str> {
        ask::texts(self.request).collect()
    }
}
