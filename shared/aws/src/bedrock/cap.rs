//! How much of an answer is read.

use std::mem;

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeDeserializationInterceptorContextMut},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag};
use http_body_util::Limited;

/// More than Bedrock explains.
const ERROR: usize = 64 * 1024;

/// Ends an answer that is longer than so many bytes with an error: the SDK reads answers to their end.
#[derive(Debug)]
pub(super) struct Cap(pub(super) usize);

impl Intercept for Cap {
    fn name(&self) -> &'static str {
        "Cap"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        let most = if response.status().is_success() { self.0 } else { ERROR };
        let whole = mem::replace(response.body_mut(), SdkBody::taken());
        *response.body_mut() = SdkBody::from_body_1_x(Limited::new(whole, most));
        Ok(())
    }
}
