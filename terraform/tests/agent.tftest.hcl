# The module of one agent: what must not be forgotten.

mock_provider "aws" {
  # Arguments that are checked for the shape of an ARN.
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-central-1:123456789012:mock" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:mock:live" }
  }
}

variables {
  deployment = {
    prefix              = "va-phase1"
    environment         = "prod"
    region              = "eu-central-1"
    account             = "123456789012"
    partition           = "aws"
    architecture        = "arm64"
    buckets             = { objects = "va-phase1-content-objects", site = "va-phase1-site" }
    network             = null
    tracing             = false
    reserve_concurrency = true
    live_follows_apply  = false
    recovery            = true
    durable             = true
    alarms              = true
    tls                 = true
    secrets             = { OPENAI_API_KEY_SECRET = "/va/prod/openai-api-key" }
    bedrock             = false
    ops_topic_arn       = "arn:aws:sns:eu-central-1:123456789012:va-phase1-ops"
  }
  agent = {
    name            = "content-gen"
    asks            = true
    reads           = ["review"]
    writes          = ["content"]
    blob_reads      = ["site/"]
    blob_writes     = ["drafts/"]
    settings        = ["MAX_WORDS", "OPENAI_API_KEY_SECRET"]
    timeout_seconds = 30
    memory_mb       = 256
    concurrency     = 2
  }
  listens_on     = ["arn:aws:sns:eu-central-1:123456789012:va-phase1-content-request"]
  topics         = { "arn:aws:sns:eu-central-1:123456789012:va-phase1-content-request" = "arn:aws:sns:eu-central-1:123456789012:va-phase1-content-request" }
  publishes_on   = ["arn:aws:sns:eu-central-1:123456789012:va-phase1-content-ready"]
  package        = "content-gen.zip"
  environment    = { TIMEOUT_SECONDS = "25" }
  expected_daily = true
}

run "bounds_add_up" {
  command = plan
  module { source = "./modules/agent" }

  assert {
    condition     = aws_lambda_function.this.timeout == 30 && aws_lambda_function.this.memory_size == 256
    error_message = "${aws_lambda_function.this.timeout} s, ${aws_lambda_function.this.memory_size} MB; the design document says 30 and 256"
  }
  assert {
    condition     = aws_sqs_queue.this.visibility_timeout_seconds == 6 * aws_lambda_function.this.timeout
    error_message = "visibility is ${aws_sqs_queue.this.visibility_timeout_seconds} s"
  }
  assert {
    condition = (
      aws_lambda_event_source_mapping.this.scaling_config[0].maximum_concurrency == 2 &&
      aws_lambda_function.this.reserved_concurrent_executions == 3
    )
    error_message = "concurrency is not 2, and one more for the sweep"
  }
  assert {
    condition = (
      aws_lambda_event_source_mapping.this.batch_size == 1 &&
      aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"])
    )
    error_message = "an agent that asks models takes one message at a time, and names those that failed"
  }
  assert {
    condition = (
      aws_sqs_queue.this.message_retention_seconds == 1209600 &&
      aws_sqs_queue.dlq.message_retention_seconds == 1209600 &&
      aws_sqs_queue.undelivered.message_retention_seconds == 1209600
    )
    error_message = "queue and dead letters keep 14 days"
  }
  assert {
    condition = (
      jsondecode(aws_sqs_queue.dlq.redrive_allow_policy).sourceQueueArns ==
      ["arn:aws:sqs:eu-central-1:123456789012:va-phase1-content-gen"]
    )
    error_message = "the dead-letter queue takes from ${aws_sqs_queue.dlq.redrive_allow_policy}"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "logs are kept ${aws_cloudwatch_log_group.this.retention_in_days} days; the design document says 30"
  }
}

run "its_environment_is_that_of_env_rs" {
  command = apply
  module { source = "./modules/agent" }

  assert {
    condition = keys(aws_lambda_function.this.environment[0].variables) == tolist([
      "MESH_ACCOUNT", "MESH_DLQ_URL", "MESH_ENVIRONMENT", "MESH_LOG", "MESH_OBJECTS_BUCKET", "MESH_PREFIX", "MESH_QUEUE_URL",
      "MESH_SITE_BUCKET", "OPENAI_API_KEY_SECRET", "TIMEOUT_SECONDS",
    ])
    error_message = "environment: ${jsonencode(keys(aws_lambda_function.this.environment[0].variables))}"
  }
  assert {
    condition     = aws_lambda_function.this.environment[0].variables["TIMEOUT_SECONDS"] == "25"
    error_message = "TIMEOUT_SECONDS is ${aws_lambda_function.this.environment[0].variables["TIMEOUT_SECONDS"]}"
  }
  assert {
    condition = (
      aws_lambda_function.this.environment[0].variables["OPENAI_API_KEY_SECRET"] ==
      "/va/prod/openai-api-key"
    )
    error_message = "the secret is called otherwise"
  }
}

run "the_role_names_what_is_declared" {
  command = plan
  module { source = "./modules/agent" }

  assert {
    condition     = alltrue([for s in local.statements : alltrue([for r in s.Resource : r != "*"])])
    error_message = "something is allowed on every resource"
  }
  assert {
    condition = { for s in local.statements : s.Sid => s.Resource if contains(["WrittenDocuments", "ReadDocuments", "WrittenBlobs", "ReadBlobs"], s.Sid) } == {
      WrittenDocuments = ["arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-content"]
      ReadDocuments    = ["arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-review"]
      ReadBlobs        = ["arn:aws:s3:::va-phase1-site/site/*"]
      WrittenBlobs = [
        "arn:aws:s3:::va-phase1-content-objects/drafts/*", "arn:aws:s3:::va-phase1-content-objects/answers/content-gen/*",
        "arn:aws:s3:::va-phase1-content-objects/quarantine/content-gen/*",
      ]
    }
    error_message = "role: ${jsonencode(local.statements)}"
  }
  assert {
    condition = jsonencode([for s in local.statements : [s.Action, s.Resource] if s.Sid == "Budgets"]) == jsonencode([
      [["dynamodb:GetItem", "dynamodb:PutItem"], ["arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-budgets"]],
    ])
    error_message = "an agent that asks reserves what a call can cost: ${jsonencode(local.statements)}"
  }
  assert {
    condition = (
      !contains(flatten([for s in local.statements : s.Action if s.Sid ==
      "ReadDocuments"]), "dynamodb:PutItem")
    )
    error_message = "what is only read may be written"
  }
}

run "alarms_of_the_design_document" {
  command = plan
  module { source = "./modules/agent" }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["failures"].metric_name == "ContentGen.FailureCount" &&
      aws_cloudwatch_metric_alarm.this["failures"].threshold == 5 && aws_cloudwatch_metric_alarm.this["failures"].period == 600
    )
    error_message = "no alarm for more than 5 failures in 10 minutes"
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["latency"].extended_statistic == "p95" &&
      aws_cloudwatch_metric_alarm.this["latency"].threshold == 10000 && aws_cloudwatch_metric_alarm.this["latency"].period == 900
    )
    error_message = "no alarm for a p95 above 10 s over 15 minutes"
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["silence"].treat_missing_data == "breaching" &&
      aws_cloudwatch_metric_alarm.this["silence"].period == 86400
    )
    error_message = "no alarm for a day without an article"
  }
  assert {
    condition = (
      length(setsubtract(["dead-letters", "undelivered", "age", "errors", "throttles", "duration", "recursion"], keys(aws_cloudwatch_metric_alarm.this))) ==
      0
    )
    error_message = "alarms: ${jsonencode(keys(aws_cloudwatch_metric_alarm.this))}"
  }
  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      can(regex("^(HIGH|MEDIUM|LOW): .*docs/runbook.md#[a-z-]+$", alarm.alarm_description))
    ])
    error_message = "an alarm says neither how bad it is nor where help is"
  }
}

run "one_at_a_time_is_two_for_a_mapping" {
  command = plan
  module { source = "./modules/agent" }
  variables {
    agent = {
      name            = "tiny", asks = false, reads = [], writes = [], blob_reads = [], blob_writes = [], settings = []
      timeout_seconds = 5, memory_mb = 128, concurrency = 1
    }
    expected_daily = false
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.this.scaling_config[0].maximum_concurrency == 2 &&
      aws_lambda_function.this.reserved_concurrent_executions == 3
    )
    error_message = "AWS refuses a maximum below 2"
  }
  assert {
    condition = (
      aws_lambda_event_source_mapping.this.batch_size == 10 &&
      !contains(keys(aws_cloudwatch_metric_alarm.this), "silence")
    )
    error_message = "an agent that asks nobody takes ten, and may be silent"
  }
  assert {
    condition     = length(setintersection(local.statements[*].Sid, ["OwnSecrets", "Bedrock", "WrittenDocuments", "Budgets"])) == 0
    error_message = "it declares neither a secret nor documents, and asks no model: ${jsonencode(local.statements[*].Sid)}"
  }
}

run "tracing_and_network_are_the_only_wildcards" {
  command = plan
  module { source = "./modules/agent" }
  variables {
    deployment = {
      prefix              = "va-phase1"
      environment         = "prod"
      region              = "eu-central-1"
      account             = "123456789012"
      partition           = "aws"
      architecture        = "arm64"
      buckets             = { objects = "va-phase1-content-objects", site = "va-phase1-site" }
      network             = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
      tracing             = true
      reserve_concurrency = false
      live_follows_apply  = true
      recovery            = true
      durable             = true
      alarms              = true
      tls                 = true
      secrets             = { OPENAI_API_KEY_SECRET = "/va/prod/openai-api-key" }
      bedrock             = false
      ops_topic_arn       = "arn:aws:sns:eu-central-1:123456789012:va-phase1-ops"
    }
  }

  assert {
    condition = (
      toset([for s in local.statements : s.Sid if contains(s.Resource, "*")]) ==
      toset(["Tracing", "NetworkInterfaces"])
    )
    error_message = "on every resource: ${jsonencode([for s in local.statements : s.Sid if contains(s.Resource, "*")])}"
  }
  assert {
    condition = (
      aws_lambda_function.this.tracing_config[0].mode == "Active" &&
      length(aws_lambda_function.this.vpc_config) == 1
    )
    error_message = "neither traced nor in the VPC"
  }
  assert {
    condition = (
      aws_lambda_function.this.reserved_concurrent_executions == -1 &&
      length(aws_lambda_alias.follows) == 1 &&
      length(aws_lambda_alias.held) == 0
    )
    error_message = "concurrency is reserved, or the alias is held"
  }
}
