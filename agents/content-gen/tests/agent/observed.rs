//! Metrics by the names of the specification.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use mesh_core::ports::ModelErrorKind;
use mesh_testkit::model::ScriptedTextModel;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use crate::support::{Bench, article, request};

type Values = Arc<Mutex<BTreeMap<String, Vec<f64>>>>;

/// Keeps every value under `name{label=value}`.
#[derive(Default)]
struct Kept(Values);

struct Series(Values, String);

impl Series {
    fn push(&self, value: f64) {
        self.0.lock().expect("one thread").entry(self.1.clone()).or_default().push(value);
    }
}

impl CounterFn for Series {
    fn increment(&self, value: u64) {
        self.push(f64::from(u32::try_from(value).expect("a small step")));
    }

    fn absolute(&self, value: u64) {
        self.increment(value);
    }
}

impl HistogramFn for Series {
    fn record(&self, value: f64) {
        self.push(value);
    }
}

impl Kept {
    fn series(&self, key: &Key) -> Arc<Series> {
        let labels: Vec<String> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name =
            if labels.is_empty() { key.name().into() } else { format!("{}{{{}}}", key.name(), labels.join(",")) };
        Arc::new(Series(Arc::clone(&self.0), name))
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.series(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.series(key))
    }
}

fn measured(work: impl FnOnce()) -> BTreeMap<String, Vec<f64>> {
    let kept = Kept::default();
    metrics::with_local_recorder(&kept, work);
    kept.0.lock().expect("one thread").clone()
}

#[test]
fn an_article_counts_once_and_its_latency_is_measured() {
    let values = measured(|| {
        let bench = Bench::new(ScriptedTextModel::new().answering(article(300)));
        bench.ask(&request("Tea", 300));
        bench.ask(&request("Tea", 300));
    });
    assert_eq!(values.get("ContentGen.SuccessCount"), Some(&vec![1.0]), "a repeated delivery is no second article");
    assert_eq!(values.get("ContentGen.LatencyMs").map(Vec::len), Some(1));
    assert!(!values.keys().any(|name| name.starts_with("ContentGen.FailureCount")), "{values:?}");
}

#[test]
fn failures_count_by_their_type() {
    let values = measured(|| {
        Bench::new(ScriptedTextModel::new()).ask(&request("Tea", 299));
        Bench::new(ScriptedTextModel::new().failing(ModelErrorKind::Auth)).ask(&request("Tea", 300));
    });
    assert_eq!(values.get("ContentGen.FailureCount{ErrorType=ValidationError}"), Some(&vec![1.0]));
    assert_eq!(values.get("ContentGen.FailureCount{ErrorType=GenFailure}"), Some(&vec![1.0]));
    assert_eq!(values.get("ContentGen.SuccessCount"), None);
}

#[test]
fn tokens_are_counted_by_provider_once_an_answer() {
    let values = measured(|| {
        let bench = Bench::new(ScriptedTextModel::named("openai/some-model").answering(article(300)));
        bench.ask(&request("Tea", 300));
        bench.ask(&request("Tea", 300));
    });
    let output = 1 + u32::try_from(article(300).len() / 4).expect("a few");
    assert_eq!(values.get("ContentGen.OpenAI.TokensUsed"), Some(&vec![f64::from(100 + output)]));
}
