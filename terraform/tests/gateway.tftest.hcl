# The HTTP interface: where it is called, how much it takes, and what it may touch.

mock_provider "aws" {
  # Arguments that are checked for the shape of an ARN.
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:mock" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mock" }
  }
  mock_resource "aws_apigatewayv2_api" {
    defaults = { id = "a1b2c3", execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3" }
  }
  mock_resource "aws_apigatewayv2_stage" {
    defaults = { invoke_url = "https://a1b2c3.execute-api.eu-central-1.amazonaws.com/" }
  }
}

variables {
  # Of the main folder.
  prefix      = "va-phase1"
  environment = "prod"
  region      = "eu-central-1"
  account     = "123456789012"
  # Of the module.
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
    ops_topic_arn       = "arn:aws:sns:eu-central-1:123456789012:va-phase1-ops"
  }
  options      = { origins = [], memory_mb = 256, requests_second = 50, requests_burst = 100 }
  package      = "gateway.zip"
  publishes_on = ["arn:aws:sns:eu-central-1:123456789012:va-phase1-content-request"]
  writes       = ["posts", "website_settings"]
  reads        = ["generation"]
  models       = { OPENAI_MODEL = "gpt-4o-mini", MESH_IMAGE_MODEL = "openai/gpt-image-1-mini" }
}

run "it_is_called_at_the_root_and_throttled" {
  command = apply
  module { source = "./modules/gateway" }
  variables {
    environment = { MESH_SITE_NAME = "Content Mesh", MESH_SITE_URL = "" }
  }

  assert {
    condition     = output.url == "https://a1b2c3.execute-api.eu-central-1.amazonaws.com" && output.api_id == "a1b2c3"
    error_message = "url is ${output.url}; a path behind it would have two slashes"
  }
  assert {
    condition = (
      aws_apigatewayv2_stage.default.default_route_settings[0].throttling_rate_limit == 50 &&
      aws_apigatewayv2_stage.default.default_route_settings[0].throttling_burst_limit == 100
    )
    error_message = "the stage lets everything through: ${jsonencode(aws_apigatewayv2_stage.default.default_route_settings)}"
  }
  assert {
    condition = (
      aws_lambda_function.this.timeout < aws_apigatewayv2_integration.this.timeout_milliseconds / 1000 &&
      aws_apigatewayv2_integration.this.payload_format_version == "2.0" && aws_apigatewayv2_route.default.route_key == "$default"
    )
    error_message = "API Gateway gives up before the function does, or speaks another format"
  }
  assert {
    condition = output.function.settings == tolist([
      "MESH_ACCOUNT", "MESH_ENVIRONMENT", "MESH_LOG", "MESH_OBJECTS_BUCKET", "MESH_PREFIX", "MESH_SITE_BUCKET", "MESH_SITE_NAME",
    ])
    error_message = "environment: ${jsonencode(output.function.settings)}"
  }
  assert {
    condition     = !can(regex("path|authorization|api-key", aws_apigatewayv2_stage.default.access_log_settings[0].format))
    error_message = "the access log holds paths or keys: ${aws_apigatewayv2_stage.default.access_log_settings[0].format}"
  }
}

run "its_role_names_its_own" {
  command = plan
  module { source = "./modules/gateway" }
  variables { environment = {} }

  assert {
    condition = jsonencode({ for s in local.statements : s.Sid => s.Resource }) == jsonencode({
      ItsEvents        = ["arn:aws:sns:eu-central-1:123456789012:va-phase1-content-request"]
      OwnLedger        = ["arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-gateway-ledger"]
      OwnLedgerIndexes = ["arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-gateway-ledger/index/*"]
      WrittenDocuments = [
        "arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-posts",
        "arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-website-settings",
      ]
      ReadDocuments = ["arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-generation"]
      DocumentIndexes = [
        "arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-posts/index/*",
        "arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-website-settings/index/*",
        "arn:aws:dynamodb:eu-central-1:123456789012:table/va-phase1-generation/index/*",
      ]
      OwnLogs = ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/va-phase1-gateway:*"]
    })
    error_message = "role: ${jsonencode(local.statements)}"
  }
  assert {
    condition     = !contains(flatten([for s in local.statements : s.Action if s.Sid == "ReadDocuments"]), "dynamodb:PutItem")
    error_message = "what is only read may be written"
  }
  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["errors", "faults"])
    error_message = "alarms: ${jsonencode(keys(aws_cloudwatch_metric_alarm.this))}"
  }
}

run "models_reach_whoever_declares_them" {
  command = plan

  assert {
    condition = (
      local.site_settings["content-gen"].OPENAI_MODEL == "gpt-4o-mini" && local.site_settings["metadata"].OPENAI_MODEL == "gpt-4o-mini" &&
      local.site_settings["refine"].OPENAI_MODEL == "gpt-4o-mini" && local.site_settings["image-plan"].OPENAI_MODEL == "gpt-4o-mini" &&
      local.site_settings["image-render"].MESH_IMAGE_MODEL == "openai/gpt-image-1-mini"
    )
    error_message = "an agent that asks has no model: ${jsonencode(local.site_settings)}"
  }
  assert {
    condition     = !contains(keys(local.site_settings["review"]), "OPENAI_MODEL")
    error_message = "an agent gets a model that it does not declare: ${jsonencode(local.site_settings)}"
  }
  assert {
    condition     = keys(local.secrets) == ["OPENAI_API_KEY_SECRET"] && contains(keys(output.tables), "budgets") && output.tables["api_keys"] == "va-phase1-api-keys"
    error_message = "tables: ${jsonencode(output.tables)}"
  }
}

run "none_when_it_is_not_wanted" {
  command = plan
  variables { gateway = null }

  assert {
    condition     = output.gateway == null && !contains(keys(output.tables), "api_keys")
    error_message = "what only it uses is there without it: ${jsonencode(output.tables)}"
  }
}
