# Bad input is refused in the plan, with the name of what is wrong.

mock_provider "aws" {}

variables {
  prefix      = "va-phase1"
  environment = "dev"
  region      = "eu-central-1"
  account     = "123456789012"
}

run "prefix" {
  command = plan
  variables { prefix = "Va_Phase1" }
  expect_failures = [var.prefix]
}

run "environment" {
  command = plan
  variables { environment = "production" }
  expect_failures = [var.environment]
}

run "account" {
  command = plan
  variables { account = "1234" }
  expect_failures = [var.account]
}

run "architecture" {
  command = plan
  variables { architecture = "amd64" }
  expect_failures = [var.architecture]
}

run "a_setting_the_agent_does_not_declare" {
  command = plan
  variables {
    settings = { review = { MAX_WORDS = "900" } }
  }
  expect_failures = [var.settings]
}

run "a_secret_as_a_setting" {
  command = plan
  variables {
    settings = { content-gen = { OPENAI_API_KEY = "sk-no" } }
  }
  expect_failures = [var.settings]
}

run "settings_of_no_agent" {
  command = plan
  variables {
    settings = { contentgen = { MAX_WORDS = "900" } }
  }
  expect_failures = [var.settings]
}

run "overrides_of_no_agent" {
  command = plan
  variables {
    overrides = { contentgen = { memory_mb = 512 } }
  }
  expect_failures = [var.overrides]
}

run "a_timeout_lambda_does_not_know" {
  command = plan
  variables {
    overrides = { content-gen = { timeout_seconds = 901 } }
  }
  expect_failures = [var.overrides]
}

run "a_publisher_on_no_channel" {
  command = plan
  variables {
    publishers = [{ principal = "222222222222", channels = ["/content/requests"] }]
  }
  expect_failures = [var.publishers]
}

run "a_publisher_that_is_everybody" {
  command = plan
  variables {
    publishers = [{ principal = "*", channels = ["/content/request"] }]
  }
  expect_failures = [var.publishers]
}

run "a_subscriber_on_no_channel" {
  command = plan
  variables {
    subscribers = [{ account = "333333333333", channels = ["/nowhere"] }]
  }
  expect_failures = [var.subscribers]
}

run "raw_mail" {
  command = plan
  variables {
    subscriptions = { boss = { channel = "/content/published", protocol = "email", endpoint = "boss@example.com", raw = true } }
  }
  expect_failures = [var.subscriptions]
}

run "a_subscription_named_like_an_agent" {
  command = plan
  variables {
    subscriptions = { review = { channel = "/content/published", protocol = "email", endpoint = "boss@example.com" } }
  }
  expect_failures = [var.subscriptions]
}

run "an_alarm_endpoint_without_tls" {
  command = plan
  variables { alarm_endpoints = ["http://example.com/alarm"] }
  expect_failures = [var.alarm_endpoints]
}

run "no_alarms_in_dev" {
  command = plan
  variables { alarms = false }
  expect_failures = [var.alarms]
}

run "a_network_without_groups" {
  command = plan
  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = [] }
  }
  expect_failures = [var.network]
}

run "a_model_setting_that_is_none" {
  command = plan
  variables {
    models = { OPENAI_API_KEY = "sk-no" }
  }
  expect_failures = [var.models]
}

run "an_origin_with_a_path" {
  command = plan
  variables {
    gateway = { origins = ["https://studio.example.com/app"] }
  }
  expect_failures = [var.gateway]
}
