# What differs between environments, and what an override changes.

mock_provider "aws" {}

variables {
  prefix      = "va-phase2"
  environment = "dev"
  region      = "eu-central-1"
  account     = "123456789012"
}

run "as_shipped" {
  command = plan

  assert {
    condition     = local.agents["content-gen"].timeout_seconds == 120 && local.agents["content-gen"].memory_mb == 256
    error_message = "content-gen: ${jsonencode(local.agents["content-gen"])}"
  }
  assert {
    condition     = local.agents["content-gen"].concurrency == 2
    error_message = "content-gen generates ${local.agents["content-gen"].concurrency} at once; the design document says 2"
  }
  assert {
    condition     = !local.durable && length(aws_secretsmanager_secret.key) == 1
    error_message = "dev is as hard to delete as prod, or has no secret"
  }
}

run "an_override_replaces_one_number" {
  command = plan
  variables {
    overrides = { content-gen = { timeout_seconds = 30 } }
  }

  assert {
    condition     = local.agents["content-gen"].timeout_seconds == 30 && local.agents["content-gen"].memory_mb == 256
    error_message = "content-gen: ${jsonencode(local.agents["content-gen"])}"
  }
}

run "prod_keeps_its_data" {
  command = plan
  variables { environment = "prod" }

  assert {
    condition     = local.durable && aws_secretsmanager_secret.key["OPENAI_API_KEY_SECRET"].recovery_window_in_days == 30
    error_message = "prod's secret is gone at once when it is deleted"
  }
}

run "a_second_prefix_shares_the_secret" {
  command = plan
  variables { create_secret = false }

  assert {
    condition = (
      length(aws_secretsmanager_secret.key) == 0 &&
      output.secrets.OPENAI_API_KEY_SECRET == "/va/dev/openai-api-key"
    )
    error_message = "the secret is made twice, or called otherwise"
  }
}

run "subscribers_read_what_events_point_at" {
  command = plan
  variables {
    publishers  = [{ principal = "222222222222", channels = ["/content/request"] }]
    subscribers = [{ account = "333333333333", channels = ["/content/ready", "/content/published", "/content/errors"] }]
  }

  assert {
    condition     = local.shared_with["333333333333"] == tolist(["briefs/", "drafts/", "published/", "site/", "sites/"])
    error_message = "shared: ${jsonencode(local.shared_with)}"
  }
  assert {
    condition = local.readers.objects[0].Resource == [
      "arn:aws:s3:::va-phase2-content-objects/briefs/*", "arn:aws:s3:::va-phase2-content-objects/drafts/*",
      "arn:aws:s3:::va-phase2-content-objects/published/*",
    ]
    error_message = "objects: ${jsonencode(local.readers)}"
  }
  assert {
    condition     = contains(local.topics_key_policy.Statement[1].Condition.StringEquals["kms:CallerAccount"], "222222222222")
    error_message = "a publisher may publish, but not use the topics' key: its events would be refused"
  }
}

run "others_subscribe_with_dead_letters_of_their_own" {
  command = plan
  variables {
    subscriptions = {
      analytics = { channel = "/content/published", protocol = "https", endpoint = "https://example.com/hook", raw = true }
      audit     = { channel = "/content/errors", protocol = "lambda", endpoint = "arn:aws:lambda:eu-central-1:123456789012:function:audit" }
    }
  }

  assert {
    condition = (
      aws_sqs_queue.undelivered["analytics"].name == "va-phase2-analytics-undelivered" &&
      aws_sqs_queue.undelivered["analytics"].message_retention_seconds == 1209600
    )
    error_message = "what cannot be delivered to analytics is lost, or kept less than 14 days"
  }
  assert {
    condition = (
      aws_sns_topic_subscription.other["analytics"].raw_message_delivery &&
      !aws_sns_topic_subscription.other["audit"].raw_message_delivery
    )
    error_message = "raw delivery is not what was asked for"
  }
  assert {
    condition     = keys(aws_lambda_permission.other) == ["audit"]
    error_message = "SNS may not invoke audit"
  }
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.undelivered) == ["analytics", "audit"]
    error_message = "nobody hears of what could not be delivered"
  }
}

run "a_site_behind_cloudfront_knows_its_address" {
  command = plan
  variables {
    cdn      = true
    site_url = "https://blog.example.com"
  }

  assert {
    condition = (
      output.site_url == "https://blog.example.com" &&
      local.site_settings["publish"].MESH_SITE_URL == "https://blog.example.com"
    )
    error_message = "publish does not know where its pages are read"
  }
  assert {
    condition     = !contains(keys(local.site_settings["content-gen"]), "MESH_SITE_URL")
    error_message = "content-gen gets a setting that it does not declare"
  }
}
