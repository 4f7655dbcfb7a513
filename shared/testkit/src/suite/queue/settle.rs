//! Ack and nack: what ends or reopens a delivery, and what is too late to do so.

use std::time::Duration;

use mesh_core::ports::Receipt;

use super::fixture::{Fixture, bodies};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq, support::ensure_limit};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(acked_is_gone, "an acked message is never received again"),
        case!(unacked_is_kept, "the ack of one message leaves the others"),
        case!(a_stale_ack_removes_nothing, "an ack with a receipt from before another's receive removes nothing"),
        case!(a_stale_nack_exposes_nothing, "a nack with a receipt from before another's receive changes nothing"),
        case!(
            a_strange_receipt_spares_the_rest,
            "an unknown receipt does not keep the others of its batch from being acked"
        ),
        case!(acking_twice_is_harmless, "an ack repeated after a lost reply is no error of the queue"),
        case!(nack_zero_shows_at_once, "a nack without delay makes the message visible at once"),
        case!(nack_delays, "a nack with a delay hides the message until then, beyond the time-out as well"),
        case!(nack_beyond_twelve_hours_is_refused, "a nack of more than 12 h is a Limit, never cut short silently"),
        case!(deliveries_are_counted, "the receive count rises with every delivery, nacked or timed out"),
    ]
}

async fn acked_is_gone(f: &Fixture) -> Verdict {
    f.send(&["m"]).await?;
    let got = f.one(None).await?;
    f.ack(&[got.receipt]).await?;
    f.nothing("at once after the ack").await?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    f.nothing("after the ack and the visibility time-out").await
}

async fn unacked_is_kept(f: &Fixture) -> Verdict {
    f.send(&["a", "b"]).await?;
    let first = f.one(None).await?;
    let second = f.one(None).await?;
    f.ack(std::slice::from_ref(&first.receipt)).await?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    let left = f.one(None).await?;
    ensure_eq("the message that is left", &left.body, &second.body)
}

async fn a_stale_ack_removes_nothing(f: &Fixture) -> Verdict {
    if !f.stale_receipts_are_dead {
        return Ok(());
    }
    f.send(&["m"]).await?;
    let first = f.one(None).await?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    let second = f.one(None).await?;
    f.queue.ack(std::slice::from_ref(&first.receipt)).await.said("ack with a stale receipt")?;
    f.queue.nack(&second.receipt, Duration::ZERO).await.said("nack")?;
    let third = f.one(None).await?;
    ensure_eq("the message after the stale ack", third.body.as_str(), "m")?;
    f.ack(&[third.receipt]).await?;
    f.nothing("after the ack with the right receipt").await
}

async fn a_stale_nack_exposes_nothing(f: &Fixture) -> Verdict {
    if !f.stale_receipts_are_dead {
        return Ok(());
    }
    f.send(&["m"]).await?;
    let first = f.one(None).await?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    let second = f.one(None).await?;
    let _refused_or_ignored = f.queue.nack(&first.receipt, Duration::ZERO).await;
    f.nothing("after a stale nack, while another holds the message").await?;
    f.ack(&[second.receipt]).await
}

async fn a_strange_receipt_spares_the_rest(f: &Fixture) -> Verdict {
    f.send(&["m"]).await?;
    let got = f.one(None).await?;
    let strange = Receipt("no receipt of this queue".to_owned());
    let failed = f.queue.ack(&[strange, got.receipt]).await.said("ack with an unknown receipt among others")?;
    ensure!(failed.iter().all(|entry| entry.index == 0), "entries of valid receipts are named as failed: {failed:?}");
    f.time.pass(f.visibility + f.time.units(1)).await;
    f.nothing("after the ack of its receipt").await
}

async fn acking_twice_is_harmless(f: &Fixture) -> Verdict {
    f.send(&["a", "b"]).await?;
    let first = f.one(None).await?;
    f.ack(std::slice::from_ref(&first.receipt)).await?;
    f.queue.ack(std::slice::from_ref(&first.receipt)).await.said("the second ack")?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    let left = f.receive(10, None).await?;
    ensure_eq("how many messages are left", &bodies(&left).len(), &1)
}

async fn nack_zero_shows_at_once(f: &Fixture) -> Verdict {
    f.send(&["m"]).await?;
    let first = f.one(None).await?;
    f.queue.nack(&first.receipt, Duration::ZERO).await.said("nack")?;
    let second = f.one(None).await?;
    ensure_eq("message id", &second.message_id, &first.message_id)
}

async fn nack_delays(f: &Fixture) -> Verdict {
    f.send(&["m"]).await?;
    let got = f.one(None).await?;
    // Where time is real, each look takes a unit as well.
    let delay = f.visibility + f.time.units(4);
    f.queue.nack(&got.receipt, delay).await.said("nack")?;
    f.nothing("at once after the nack").await?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    f.nothing("after the time-out, before the delay of the nack is over").await?;
    f.time.pass(f.time.units(4)).await;
    f.one(None).await.map(drop)
}

async fn nack_beyond_twelve_hours_is_refused(f: &Fixture) -> Verdict {
    f.send(&["m"]).await?;
    let got = f.one(None).await?;
    let twelve = Duration::from_secs(12 * 60 * 60);
    ensure_limit("a nack of 12 h and 1 s", f.queue.nack(&got.receipt, twelve + Duration::from_secs(1)).await)?;
    f.queue.nack(&got.receipt, Duration::ZERO).await.said("nack after the refused one")?;
    f.one(None).await.map(drop)
}

async fn deliveries_are_counted(f: &Fixture) -> Verdict {
    f.send(&["m"]).await?;
    let first = f.one(None).await?;
    ensure_eq("the first count", &first.receive_count, &1)?;
    f.queue.nack(&first.receipt, Duration::ZERO).await.said("nack")?;
    ensure_eq("the count after a nack", &f.one(None).await?.receive_count, &2)?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    ensure_eq("the count after a time-out", &f.one(None).await?.receive_count, &3)
}
