//! What a run has cost: the sum of the answers its agents bought.

use anyhow::Context;
use mesh_contracts::{Int, events::Cost};
use mesh_core::ports::{BlobsExt, Usage};
use serde::{Deserialize, Serialize};

use crate::{journal::Published, mesh::Mesh};

/// Most answers of one event that are counted.
const MOST: usize = 1000;
/// Most bytes of an answer that are read.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// What a run has cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Spent {
    /// Tokens and money.
    pub(crate) cost: Cost,
    /// Answers bought.
    pub(crate) answers: usize,
    /// Who answered, each once.
    pub(crate) models: Vec<String>,
    /// True: no language model was asked, but a rule-based stand-in.
    pub(crate) offline: bool,
}

/// What answers of all models say of their price, texts and images alike.
#[derive(Debug, Deserialize)]
struct Answer {
    response: Bill,
}

#[derive(Debug, Deserialize)]
struct Bill {
    usage: Usage,
    #[serde(default)]
    cost_micro_usd: Option<u64>,
    model: String,
    offline: bool,
}

/// What the answers to these events have cost.
pub(crate) async fn on(mesh: &Mesh, events: &[Published]) -> anyhow::Result<Spent> {
    let mut answers: Vec<Bill> = Vec::new();
    for event in events {
        for manifest in mesh.handlers(event) {
            let prefix = format!("answers/{}/{}/", manifest.name, event.event_id);
            for meta in mesh.blobs.list(&prefix, None, MOST).await? {
                let Some((_, bytes)) = mesh.blobs.get_bytes(&meta.key, MOST_BYTES).await? else { continue };
                let answer: Answer = serde_json::from_slice(&bytes).with_context(|| format!("reading {}", meta.key))?;
                answers.push(answer.response);
            }
        }
    }
    Ok(sum(&answers))
}

fn sum(answers: &[Bill]) -> Spent {
    let mut spent = Spent { answers: answers.len(), offline: !answers.is_empty(), ..Spent::default() };
    let add = |to: &mut Int<0, 9_007_199_254_740_991>, more: u64| {
        *to = Int::clamp(i64::try_from(to.count().saturating_add(more)).unwrap_or(i64::MAX));
    };
    for answer in answers {
        add(&mut spent.cost.input_tokens, answer.usage.input_tokens);
        add(&mut spent.cost.output_tokens, answer.usage.output_tokens);
        if let Some(more) = answer.cost_micro_usd {
            add(spent.cost.micro_usd.get_or_insert_default(), more);
        }
        spent.offline &= answer.offline;
        if !spent.models.contains(&answer.model) {
            spent.models.push(answer.model.clone());
        }
    }
    spent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(output_tokens: u64, cost_micro_usd: Option<u64>, offline: bool) -> Bill {
        let usage = Usage { input_tokens: 10, output_tokens, ..Usage::default() };
        Bill { usage, cost_micro_usd, model: "m".to_owned(), offline }
    }

    #[test]
    fn the_answers_of_a_run_are_summed() {
        let spent = sum(&[answer(5, Some(7), true), answer(6, None, false)]);
        assert_eq!((spent.cost.input_tokens.get(), spent.cost.output_tokens.get()), (20, 11));
        assert_eq!((spent.cost.micro_usd.map(Int::get), spent.answers, spent.offline), (Some(7), 2, false));
        assert_eq!(spent.models, ["m"]);
        assert_eq!(sum(&[]), Spent::default());
    }
}
