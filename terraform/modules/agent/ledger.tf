# What was begun, done and is to be dispatched: `due` finds what the sweep sends, `by-run` what belongs together.
module "ledger" {
  source = "../table"

  name     = "${local.name}-ledger"
  hash_key = "event_id"
  indexes = {
    due      = { hash_key = "pending", range_key = "due_at", projection = "KEYS_ONLY" }
    "by-run" = { hash_key = "correlation_id", range_key = "begun_at", projection = "KEYS_ONLY" }
  }
  recovery = local.d.recovery
  durable  = local.d.durable
}
