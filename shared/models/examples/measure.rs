#![allow(warnings)]
#[path = "../tests/support/measure.rs"]
mod measure;
use measure::*;
use mesh_core::{Timestamp, ports::*};
use mesh_models::OfflineTextModel;
use serde_json::{Value, json};
fn ask(input: Value) -> String {
    let m = OfflineTextModel::new();
    let r = ChatRequest {
        task: Task { name: "draft".into(), input },
        system: None,
        messages: vec![],
        max_output_tokens: 100000,
        hints: Hints::default(),
        json_schema: None,
    };
    let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
    rt.block_on(m.complete(&r, Timestamp(0))).unwrap().text
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.len() > 2 {
        let v: Value = serde_json::from_str(&args[2]).unwrap();
        println!("{}", ask(v));
        return;
    }
    let topics = [
        "Sustainable gardening in small cities",
        "Remote work for small teams",
        "Sourdough bread at home",
        "Kubernetes",
        "Gardening",
        "How do solar panels work?",
        "Winter cycling",
        "Choosing a first telescope",
        "Cloud cost control",
        "Learning the violin as an adult",
    ];
    for n in [300usize, 500, 800, 1200, 2000] {
        let (mut worst, mut minf, mut maxf, mut ws, mut lo, mut hi, mut tr, mut lg) =
            (0f64, 999f64, 0f64, 0f64, 99f64, 0f64, 1f64, 0f64);
        let texts: Vec<String> = topics.iter().map(|t| ask(json!({"topic": t, "word_count": n}))).collect();
        for (i, t) in texts.iter().enumerate() {
            let w = words(t).len() as f64;
            worst = worst.max((w - n as f64).abs() / n as f64 * 100.0);
            let f = flesch(t);
            minf = minf.min(f);
            maxf = maxf.max(f);
            let p = prose(t, true);
            ws += p.iter().map(|s| words(s).len()).sum::<usize>() as f64 / p.len() as f64 / 10.0;
            lg = lg.max(p.iter().filter(|s| words(s).len() > 20).count() as f64 / p.len() as f64);
            let ph = [
                "sustainable gardening in small cities",
                "remote work for small teams",
                "sourdough bread at home",
                "kubernetes",
                "gardening",
                "solar panels work",
                "winter cycling",
                "telescope",
                "cloud cost control",
                "violin as an adult",
            ][i];
            let d = density(t, ph);
            lo = lo.min(d);
            hi = hi.max(d);
            if n == 800 {
                eprintln!("{:.2} {}", d, t.lines().next().unwrap());
            }
        }
        let sh: Vec<_> = texts.iter().map(|t| shingles(t)).collect();
        let mut maxj = 0f64;
        let mut sum = 0.0;
        let mut c = 0.0;
        for i in 0..sh.len() {
            for j in 0..i {
                let x = jaccard(&sh[i], &sh[j]);
                maxj = maxj.max(x);
                sum += x;
                c += 1.0;
            }
        }
        let a = shingles(&ask(json!({"topic": topics[0], "word_count": n, "fresh_angle": 1})));
        let b = shingles(&ask(json!({"topic": topics[0], "word_count": n, "fresh_angle": 2})));
        println!(
            "{n}: err {worst:.2}% flesch {minf:.1}-{maxf:.1} w/s {ws:.1} long {lg:.2} J mean {:.4} max {maxj:.4} angle {:.4} density {lo:.2}-{hi:.2}",
            sum / c,
            jaccard(&a, &b)
        );
    }
    let m = OfflineTextModel::new();
    let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (n, ctx) in [(300, ""), (800, ""), (800, "x"), (2000, "")] {
        let ctx = if ctx.is_empty() {
            String::new()
        } else {
            "Allotment gardeners in Leeds like cheap tools and old seeds. ".repeat(60)
        };
        let start = std::time::Instant::now();
        let k = 3000;
        let mut total = 0;
        for i in 0..k {
            let r = ChatRequest {
                task: Task {
                    name: "draft".into(),
                    input: json!({"topic": topics[i % 10], "word_count": n, "fresh_angle": i, "context": ctx, "keywords": ["city soil", "balcony"]}),
                },
                system: None,
                messages: vec![],
                max_output_tokens: 100000,
                hints: Hints::default(),
                json_schema: None,
            };
            total += rt.block_on(m.complete(&r, Timestamp(0))).unwrap().text.len();
        }
        println!("{n} words, context {}: {:.1} us", ctx.len(), start.elapsed().as_secs_f64() * 1e6 / k as f64);
    }
}
