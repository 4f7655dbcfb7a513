# What the design document and shared/aws/src/names.rs call things.

mock_provider "aws" {}

variables {
  prefix      = "va-phase1"
  environment = "prod"
  region      = "eu-central-1"
  account     = "123456789012"
}

run "names_are_those_of_the_design_document" {
  command = plan

  assert {
    condition = (
      output.tables["content"] == "va-phase1-content" &&
      output.tables["site_build"] == "va-phase1-site-build"
    )
    error_message = "tables: ${jsonencode(output.tables)}"
  }
  assert {
    condition     = output.tables["fates"] == "va-phase1-fates"
    error_message = "the fates of runs have no table"
  }
  assert {
    condition     = local.names.bucket == { objects = "va-phase1-content-objects", site = "va-phase1-site" }
    error_message = "buckets: ${jsonencode(local.names.bucket)}"
  }
  assert {
    condition     = output.secrets == { OPENAI_API_KEY_SECRET = "/va/prod/openai-api-key" }
    error_message = "secrets: ${jsonencode(output.secrets)}"
  }
  assert {
    condition = (
      local.topic_arn["/content/request"] ==
      "arn:aws:sns:eu-central-1:123456789012:va-phase1-content-request"
    )
    error_message = "topic: ${local.topic_arn["/content/request"]}"
  }
  assert {
    condition     = output.functions["content-gen"].name == "va-phase1-content-gen"
    error_message = "function: ${output.functions["content-gen"].name}"
  }
  assert {
    condition     = output.ledgers["content-gen"] == "va-phase1-content-gen-ledger"
    error_message = "ledger: ${output.ledgers["content-gen"]}"
  }
  assert {
    condition     = output.log_groups["content-gen"] == "/aws/lambda/va-phase1-content-gen"
    error_message = "log group: ${output.log_groups["content-gen"]}"
  }
  assert {
    condition     = aws_sns_topic.ops.name == "va-phase1-ops"
    error_message = "ops topic: ${aws_sns_topic.ops.name}"
  }
}

run "every_channel_of_an_event_has_its_topic" {
  command = plan

  assert {
    condition = alltrue([
      for agent in local.agents :
      alltrue([for channel in agent.listens_on : contains(keys(output.channels), channel)])
    ])
    error_message = "somebody listens to a channel without a topic: ${jsonencode(keys(output.channels))}"
  }
  assert {
    condition     = contains(keys(output.channels), "/content/revise") && contains(keys(output.channels), "/site/built")
    error_message = "a channel that is only published to has no topic"
  }
}

run "agents_that_are_not_deployed_have_nothing" {
  command = plan

  assert {
    condition     = length(local.declared) > length(local.agents) && !contains(keys(output.functions), "echo")
    error_message = "echo says deploy: false, and is deployed"
  }
  assert {
    condition     = !contains(keys(output.channels), "/echo/requested")
    error_message = "echo's channel has a topic, and nobody uses it"
  }
}

run "other_partitions_have_other_arns" {
  command = plan
  variables { region = "cn-north-1" }

  assert {
    condition     = startswith(local.topic_arn["/content/request"], "arn:aws-cn:sns:cn-north-1:")
    error_message = "topic: ${local.topic_arn["/content/request"]}"
  }
}

run "buckets_may_be_called_otherwise" {
  command = plan
  variables { buckets = { site = "www-example" } }

  assert {
    condition     = local.names.bucket == { objects = "va-phase1-content-objects", site = "www-example" }
    error_message = "buckets: ${jsonencode(local.names.bucket)}"
  }
}
