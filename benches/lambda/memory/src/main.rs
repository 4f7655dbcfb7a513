//! `echo` as a Lambda function whose ports answer from memory: what a record costs when nothing is waited for.
//! The same agent, runner, function, log and metrics as in its bootstrap; only the ports and the start differ.

mod ports;

use std::sync::Arc;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use mesh_aws::{
    host::Function,
    observe::{Metrics, subscriber},
};
use mesh_core::{Policy, Ports, Runner, Settings, Timestamp, ports::Models};
use mesh_system::{SystemClock, SystemEntropy};
use serde_json::Value;

use crate::ports::{Ledger, Nowhere};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::subscriber::set_global_default(subscriber("info", std::io::stdout)?)?;
    let metrics = Metrics::start("echo")?;
    let agent = agent_echo::agent(&Settings::default())?;
    let settings = Settings::default();
    let ports = Ports {
        state: Arc::new(Ledger::default()),
        blobs: Arc::new(Nowhere),
        publisher: Arc::new(Nowhere),
        models: Models::none(),
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
        model_timeout: settings.model_timeout,
    };
    let runner = Arc::new(Runner::new(agent, ports, Arc::new(Nowhere), Policy::default()));
    let function = Function::new(runner, Arc::new(Nowhere));
    let function = &function;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        metrics.of_request(&event.context.request_id);
        let ends_at = Timestamp(i64::try_from(event.context.deadline).unwrap_or(i64::MAX));
        let answer = function.invoke(event.payload, ends_at).await;
        metrics.flush();
        answer.map_err(|refusal| Diagnostic::from(&refusal))
    }))
    .await
}
