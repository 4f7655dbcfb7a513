locals {
  d     = var.deployment
  name  = "${local.d.prefix}-gateway"
  place = "${local.d.region}:${local.d.account}"
  table = "arn:${local.d.partition}:dynamodb:${local.place}:table/${local.d.prefix}"
  logs  = "arn:${local.d.partition}:logs:${local.place}:log-group"

  variables = merge({
    MESH_PREFIX         = local.d.prefix
    MESH_ENVIRONMENT    = local.d.environment
    MESH_ACCOUNT        = local.d.account
    MESH_OBJECTS_BUCKET = local.d.buckets.objects
    MESH_SITE_BUCKET    = local.d.buckets.site
    MESH_LOG            = "info"
  }, { for setting, value in var.environment : setting => value if value != "" && value != null })
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:no key of our own: no body and no key of the interface reaches a log
  #checkov:skip=CKV_AWS_338:30 days, as the design document says; what happened is in the events and the ledger
  name              = "/aws/lambda/${local.name}"
  retention_in_days = 30
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_115:its requests are bounded by the stage, and by each key
  #checkov:skip=CKV_AWS_116:it is called by API Gateway, which tells the caller; a lost sweep is made up for by the next
  #checkov:skip=CKV_AWS_117:in a VPC where one is given
  #checkov:skip=CKV_AWS_173:no secret is in its environment
  #checkov:skip=CKV_AWS_272:packages are built and applied by the same pipeline
  #checkov:skip=CKV_AWS_50:X-Ray where it is switched on (var.tracing)
  function_name    = local.name
  description      = "HTTP interface of the content mesh ${local.d.prefix}."
  role             = aws_iam_role.this.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [local.d.architecture]
  filename         = var.package
  source_code_hash = fileexists(var.package) ? filebase64sha256(var.package) : null
  memory_size      = var.options.memory_mb
  # API Gateway waits 30 s; a request waits at most 25 s of them (Prefer: wait).
  timeout = 29

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

  depends_on = [aws_iam_role_policy.this, aws_cloudwatch_log_group.this]
}

# What it has begun and is to send, as an agent's.
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
