//! How messages arrive: content, visibility, delay, waiting.

use std::{collections::BTreeMap, time::Duration};

use futures_util::{
    FutureExt,
    future::{self, Either},
};
use mesh_core::ports::OutboundMessage;

use super::fixture::{Fixture, bodies, gather, message};
use crate::suite::{Case, Said, Time, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(a_message_arrives_as_sent, "a message is received with its body and attributes, counted once"),
        case!(received_is_hidden, "a received message is hidden for the visibility time-out"),
        case!(
            hidden_comes_back,
            "a message that was not acked is received again after the time-out, with a new receipt"
        ),
        case!(visibility_can_be_given, "the visibility of a receive replaces the queue's own"),
        case!(no_more_than_asked, "a receive answers at most `max` messages and loses none of the others"),
        case!(ten_arrive_and_are_acked, "ten messages sent in one batch are received and acked in one batch"),
        case!(
            a_large_batch_is_taken,
            "more than ten messages, and more bytes than one request takes, are sent and acked"
        ),
        case!(a_delayed_message_waits, "a message sent with a delay is hidden until the delay is over"),
        case!(a_receive_waits_for_the_first, "a receive that may wait answers a message sent meanwhile"),
        case!(an_idle_receive_ends, "a receive answers nothing when its wait is over and nothing came"),
        case!(depth_tells_the_three_apart, "depth counts visible, in flight and delayed messages"),
    ]
}

async fn a_message_arrives_as_sent(f: &Fixture) -> Verdict {
    let attributes: BTreeMap<_, _> = (0..10).map(|n| (format!("name-{n}"), format!("na\u{ef}ve {n}"))).collect();
    let body = "{\"text\": \"na\u{ef}ve \u{1F980}\",\r\n\t\"end\": \"\u{fffd}\u{10ffff}\"}";
    let before = f.time.now();
    f.send_all(&[OutboundMessage { body: body.to_owned(), attributes: attributes.clone(), delay: Duration::ZERO }])
        .await?;
    let got = f.one(None).await?;
    ensure_eq("body", got.body.as_str(), body)?;
    ensure_eq("attributes", &got.attributes, &attributes)?;
    ensure_eq("receive count", &got.receive_count, &1)?;
    ensure!(!got.message_id.is_empty() && !got.receipt.0.is_empty(), "message id or receipt is empty: {got:?}");
    let slack = f.time.units(1) + Duration::from_secs(5);
    let (earliest, latest) = (before.minus(slack), f.time.now().plus(slack));
    ensure!((earliest..=latest).contains(&got.sent_at), "sent_at is {} instead of about {before}", got.sent_at);
    ensure!(!f.queue.name().is_empty() && f.queue.name() != f.dlq.name(), "queue and dead-letter queue need names");
    Ok(())
}

async fn received_is_hidden(f: &Fixture) -> Verdict {
    f.send(&["m"]).await?;
    f.one(None).await?;
    f.nothing("at once after the receive").await?;
    f.time.pass(f.visibility / 2).await;
    f.nothing("at half of the visibility time-out").await
}

async fn hidden_comes_back(f: &Fixture) -> Verdict {
    f.send(&["m"]).await?;
    let first = f.one(None).await?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    let second = f.one(None).await?;
    ensure_eq("message id", &second.message_id, &first.message_id)?;
    ensure_eq("body", &second.body, &first.body)?;
    ensure_eq("sent_at", &second.sent_at, &first.sent_at)?;
    ensure_eq("receive count", &second.receive_count, &2)?;
    ensure!(second.receipt != first.receipt, "two deliveries have one receipt");
    Ok(())
}

async fn visibility_can_be_given(f: &Fixture) -> Verdict {
    f.send(&["m"]).await?;
    let long = f.visibility + f.time.units(4);
    f.one(Some(long)).await?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    f.nothing("after the queue's own time-out, before the one given").await?;
    f.time.pass(f.time.units(4)).await;
    f.one(Some(f.time.units(1))).await?;
    f.time.pass(f.time.units(1) + f.time.units(1) / 2).await;
    f.one(None).await.map(drop)
}

async fn no_more_than_asked(f: &Fixture) -> Verdict {
    f.send(&["a", "b", "c", "d", "e"]).await?;
    let mut got = f.receive(2, None).await?;
    got.extend(gather(f.queue.as_ref(), &f.time, 5 - got.len(), None).await?);
    ensure_eq("bodies", &bodies(&got), &["a", "b", "c", "d", "e"].map(str::to_owned).to_vec())
}

async fn ten_arrive_and_are_acked(f: &Fixture) -> Verdict {
    let sent: Vec<String> = (0..10).map(|n| format!("message {n}")).collect();
    f.send(&sent.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let got = gather(f.queue.as_ref(), &f.time, 10, None).await?;
    ensure_eq("bodies", &bodies(&got), &sent)?;
    let receipts: Vec<_> = got.into_iter().map(|delivery| delivery.receipt).collect();
    f.ack(&receipts).await?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    f.nothing("after all were acked").await
}

async fn a_large_batch_is_taken(f: &Fixture) -> Verdict {
    let padding = " ".repeat(100 * 1024);
    let sent: Vec<String> = (0..25).map(|n| format!("{n:02}{padding}")).collect();
    f.send(&sent.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let got = gather(f.queue.as_ref(), &f.time, 25, None).await?;
    let seen: Vec<String> = bodies(&got).iter().map(|body| body.chars().take(2).collect()).collect();
    ensure_eq("the first letters of the bodies", &seen, &(0..25).map(|n| format!("{n:02}")).collect())?;
    let receipts: Vec<_> = got.into_iter().map(|delivery| delivery.receipt).collect();
    f.ack(&receipts).await?;
    f.depth("after all were acked", (0, 0, 0)).await
}

async fn a_delayed_message_waits(f: &Fixture) -> Verdict {
    let delayed = OutboundMessage { delay: f.time.units(3), ..message("later") };
    f.send_all(&[delayed, message("now")]).await?;
    ensure_eq("body before the delay is over", f.one(None).await?.body.as_str(), "now")?;
    f.time.pass(f.time.units(1)).await;
    let early = f.queue.receive(10, Duration::ZERO, None).await.said("receive")?;
    ensure_eq("bodies during the delay", &bodies(&early), &vec![])?;
    f.time.pass(f.time.units(2) + f.time.units(1) / 2).await;
    let got = gather(f.queue.as_ref(), &f.time, 2, None).await?;
    ensure!(bodies(&got).contains(&"later".to_owned()), "the delayed message is not there after its delay");
    Ok(())
}

async fn a_receive_waits_for_the_first(f: &Fixture) -> Verdict {
    let wait = match &f.time {
        Time::Manual(_) => Duration::from_secs(20),
        Time::Real { .. } => Duration::from_secs(10),
    };
    let receive = f.queue.receive(1, wait, None);
    let send = async {
        f.time.pass(f.time.units(1) / 2).await;
        f.send(&["m"]).await?;
        tick(f, Duration::from_secs(10)).await;
        Ok::<_, String>(())
    };
    let got = match future::select(receive, send.boxed()).await {
        Either::Left((got, _)) => got.said("receive")?,
        Either::Right((sent, receive)) => {
            sent?;
            receive.now_or_never().ok_or("the receive still waits long after a message was sent")?.said("receive")?
        }
    };
    ensure_eq("bodies", &bodies(&got), &vec!["m".to_owned()])
}

async fn an_idle_receive_ends(f: &Fixture) -> Verdict {
    let receive = f.queue.receive(1, f.time.units(1), None);
    let passing = tick(f, f.time.units(1) + Duration::from_secs(5));
    let got = match future::select(receive, passing.boxed()).await {
        Either::Left((got, _)) => got.said("receive")?,
        Either::Right(((), receive)) => {
            receive.now_or_never().ok_or("the receive still waits long after its wait was over")?.said("receive")?
        }
    };
    ensure_eq("bodies", &bodies(&got), &vec![])
}

/// Lets time pass in small steps, so that whoever waits, here or on a thread of the adapter's, gets to look around.
async fn tick(f: &Fixture, span: Duration) {
    let Time::Manual(_) = f.time else {
        return f.time.pass(span).await;
    };
    let step = Duration::from_millis(250);
    for _ in 0..span.as_millis() / step.as_millis() {
        f.time.pass(step).await;
        std::thread::sleep(Duration::from_micros(500));
        yield_once().await;
    }
}

/// Lets the other futures of this task run.
async fn yield_once() {
    let mut yielded = false;
    future::poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

async fn depth_tells_the_three_apart(f: &Fixture) -> Verdict {
    f.depth("of an empty queue", (0, 0, 0)).await?;
    let long = f.time.units(20);
    f.send(&["a", "b", "c"]).await?;
    f.send_all(&[OutboundMessage { delay: long, ..message("later") }]).await?;
    f.depth("before a receive", (3, 0, 1)).await?;
    let got = f.one(Some(long)).await?;
    f.depth("after one receive", (2, 1, 1)).await?;
    f.ack(&[got.receipt]).await?;
    f.depth("after the ack", (2, 0, 1)).await
}
