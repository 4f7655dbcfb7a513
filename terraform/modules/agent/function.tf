resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:no key of our own: no prompt, article or key reaches a log
  #checkov:skip=CKV_AWS_338:30 days, as the design document says; what happened is in the events and the ledger
  name              = "/aws/lambda/${local.name}"
  retention_in_days = 30
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_115:reserved unless the account is too small for it (var.reserve_concurrency)
  #checkov:skip=CKV_AWS_116:messages have the queue's dead-letter queue; a lost sweep is made up for by the next, a minute later
  #checkov:skip=CKV_AWS_117:in a VPC where one is given; it reaches AWS and the model provider over TLS either way
  #checkov:skip=CKV_AWS_173:no secret is in its environment; the key of the provider is in Secrets Manager
  #checkov:skip=CKV_AWS_272:packages are built and applied by the same pipeline
  #checkov:skip=CKV_AWS_50:X-Ray where it is switched on (var.tracing)
  function_name    = local.name
  description      = "Agent ${var.agent.name} of the content mesh ${local.d.prefix}."
  role             = aws_iam_role.this.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [local.d.architecture]
  filename         = var.package
  source_code_hash = fileexists(var.package) ? filebase64sha256(var.package) : null
  memory_size      = var.agent.memory_mb
  timeout          = var.agent.timeout_seconds
  publish          = true

  # One more than the mapping uses, for the sweep. Fewer, and Lambda throttles what the mapping took from the queue:
  # each such message counts as received once more.
  reserved_concurrent_executions = local.d.reserve_concurrency ? local.mapping_maximum + 1 : -1

  environment {
    variables = local.variables
  }

  tracing_config {
    mode = local.d.tracing ? "Active" : "PassThrough"
  }

  dynamic "vpc_config" {
    for_each = local.d.network[*]
    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  # A function that runs before its role can, or before its log group is kept for 30 days, makes both wrong.
  depends_on = [aws_iam_role_policy.this, aws_cloudwatch_log_group.this]
}

# Lambda stops a function that is invoked a seventeenth time in one chain of events, and nobody needs more: an article passes
# content-gen three times and once more for each revision, a build passes site three times, and a due event starts a new
# chain. More is a fault, and models cost money.
resource "aws_lambda_function_recursion_config" "this" {
  function_name  = aws_lambda_function.this.function_name
  recursive_loop = "Terminate"
}

# `live` is what queue and sweep run. Two resources, because what is ignored cannot be a condition.
# README.md says how an existing alias moves from one to the other.
resource "aws_lambda_alias" "follows" {
  count = local.d.live_follows_apply ? 1 : 0

  name             = "live"
  description      = "What runs: the version of the last apply."
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_alias" "held" {
  count = local.d.live_follows_apply ? 0 : 1

  name             = "live"
  description      = "What runs: the version scripts/live.sh chose."
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

locals {
  live_arn = one(concat(aws_lambda_alias.follows[*].arn, aws_lambda_alias.held[*].arn))
  variables = merge({
    MESH_PREFIX         = local.d.prefix
    MESH_ENVIRONMENT    = local.d.environment
    MESH_ACCOUNT        = local.d.account
    MESH_OBJECTS_BUCKET = local.d.buckets.objects
    MESH_SITE_BUCKET    = local.d.buckets.site
    MESH_QUEUE_URL      = aws_sqs_queue.this.url
    MESH_DLQ_URL        = aws_sqs_queue.dlq.url
    MESH_LOG            = "info"
  }, var.agent.asks ? local.d.secrets : {}, var.environment)
}

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn = aws_sqs_queue.this.arn
  function_name    = local.live_arn
  # An answer of a model takes as long as the time-out allows: one message at a time. Nothing waits for a batch to fill.
  batch_size              = var.agent.asks ? 1 : 10
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = local.mapping_maximum
  }
}
