//! A burst of requests in the embedded host: two at a time, all of them fulfilled.

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        time::Duration,
    };

    use async_trait::async_trait;
    use mesh_core::{
        Policy, Settings, Timestamp,
        ports::{ChatRequest, ChatResponse, Clock, Entropy, ModelError, Models, Publisher, TextModel},
    };
    use mesh_embedded::{
        Store, SystemClock, SystemEntropy,
        host::{self, Host},
    };
    use mesh_testkit::model::response;
    use serde_json::json;

    use crate::support::article;

    /// Takes its time, and remembers how many asked at once.
    #[derive(Debug, Default)]
    struct Slow {
        asking: AtomicUsize,
        most: AtomicUsize,
    }

    #[async_trait]
    impl TextModel for Slow {
        fn name(&self) -> &str {
            "slow/test"
        }

        fn is_offline(&self) -> bool {
            false
        }

        async fn complete(&self, _: &ChatRequest, _: Timestamp) -> Result<ChatResponse, ModelError> {
            let asking = self.asking.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(asking, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.asking.fetch_sub(1, Ordering::SeqCst);
            Ok(response(article(300)))
        }
    }

    #[tokio::test]
    async fn five_requests_at_once_are_handled_two_at_a_time_and_all_succeed() {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let store = Store::in_memory(Arc::clone(&clock), Arc::clone(&entropy)).expect("a store");
        let settings = Settings::default();
        let agents = vec![agent_content_gen::agent(&settings).expect("an agent")];
        let model = Arc::new(Slow::default());
        let models = Models::none().with_text(Arc::clone(&model) as Arc<dyn TextModel>);
        let ports = host::ports(&store, clock, entropy, models, &settings);
        let host = Host::new(store.clone(), &ports, agents, Policy::default()).await.expect("a host");
        for n in 0..5 {
            let message = crate::support::message(
                "ContentRequest",
                &json!({"content_topic": format!("Topic {n}"), "word_count": 300, "request_id": format!("r{n}")}),
                ports.clock.now(),
            );
            assert_eq!(store.topics().publish(&[message]).await.expect("published"), []);
        }
        let all_ready = async {
            while store.journal().since(0, Some("/content/ready"), 10).await.expect("a journal").len() < 5 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let in_time = async { tokio::time::timeout(Duration::from_secs(30), all_ready).await.expect("in time") };
        host.run(in_time, Duration::from_secs(5)).await.expect("a clean end");
        assert_eq!(model.most.load(Ordering::SeqCst), 2, "the manifest's concurrency");
        assert_eq!(store.journal().since(0, Some("/content/ready"), 10).await.expect("a journal").len(), 5);
        assert_eq!(store.journal().since(0, Some("/content/errors"), 10).await.expect("a journal").len(), 0);
    }
}
