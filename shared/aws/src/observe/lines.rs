//! Log lines: one JSON object each, with the fields of the spans it was written in, so that every line of an invocation
//! has its request id, and every line about an event its ids.

use std::fmt;

use mesh_core::env::MESH_LOG;
use serde_json::{Map, Value};
use tracing::{Event, Metadata, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, FilterFn},
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter,
        format::{JsonFields, Writer},
        time::{FormatTime, SystemTime},
    },
    layer::SubscriberExt,
    registry::{LookupSpan, Registry},
};

use super::fields::Fields;

/// Who writes the span of an invocation, with its request id and its X-Ray trace id.
const INVOCATION: &str = "lambda_runtime";

/// A filter that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{MESH_LOG} is {filter:?}; allowed is off, error, warn, info, debug, trace, or a filter such as mesh_core=debug"
)]
pub struct FilterError {
    filter: String,
}

/// Writes what `filter` lets through to `writer`.
///
/// # Errors
/// [`FilterError`] when the filter cannot be read.
pub fn subscriber<W>(filter: &str, writer: W) -> Result<impl Subscriber + Send + Sync + use<W>, FilterError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let refused = |_| FilterError { filter: filter.to_owned() };
    let asked = EnvFilter::builder().parse(filter).map_err(refused)?;
    let lines = tracing_subscriber::fmt::layer()
        .fmt_fields(JsonFields::new())
        .event_format(Line)
        .with_writer(writer)
        .with_filter(asked.and(discreet()).or(spans()));
    Ok(Registry::default().with(lines))
}

/// Whether it is ours, so that we know what it says.
fn ours(metadata: &Metadata<'_>) -> bool {
    ["mesh_", "agent_"].iter().any(|prefix| metadata.target().starts_with(prefix))
}

/// Below `info` other libraries write down requests and answers, and with them prompts and keys. Whatever is asked for,
/// those lines are not written.
fn discreet() -> FilterFn {
    fn fits(metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= LevelFilter::INFO || ours(metadata)
    }
    FilterFn::new(fits as fn(&Metadata<'_>) -> bool)
}

/// Spans are never lines, but name those that are: also when only warnings are asked for.
fn spans() -> FilterFn {
    fn fits(metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && (ours(metadata) || metadata.target().starts_with(INVOCATION))
    }
    FilterFn::new(fits as fn(&Metadata<'_>) -> bool).with_max_level_hint(LevelFilter::INFO)
}

/// The format.
struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Map::new();
        let mut fields = Fields(&mut line);
        for span in context.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(formatted) = span.extensions().get::<FormattedFields<N>>() {
                fields.span(&formatted.fields);
            }
        }
        event.record(&mut fields);
        fields.name_content();
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        line.insert("timestamp".to_owned(), Value::String(timestamp));
        line.insert("level".to_owned(), Value::String(event.metadata().level().to_string()));
        line.insert("target".to_owned(), Value::String(event.metadata().target().to_owned()));
        let line = serde_json::to_string(&line).map_err(|_| fmt::Error)?;
        writeln!(to, "{line}")
    }
}
