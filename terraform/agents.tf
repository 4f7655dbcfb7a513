module "agent" {
  source   = "./modules/agent"
  for_each = local.agents

  deployment     = local.deployment
  agent          = each.value
  listens_on     = [for channel in each.value.listens_on : local.topic_arn[channel]]
  topics         = { for channel in each.value.listens_on : local.topic_arn[channel] => module.channel[channel].arn }
  publishes_on   = [for channel in local.publishes_on[each.key] : local.topic_arn[channel]]
  package        = "${var.packages}/${each.key}.zip"
  environment    = merge(local.site_settings[each.key], try(var.settings[each.key], {}))
  expected_daily = contains(var.expected_daily, each.key)
}

locals {
  # What everything of a deployment shares.
  deployment = {
    prefix              = var.prefix
    environment         = var.environment
    region              = var.region
    account             = local.account
    partition           = local.partition
    architecture        = var.architecture
    buckets             = local.names.bucket
    network             = var.network
    tracing             = var.tracing
    reserve_concurrency = var.reserve_concurrency
    live_follows_apply  = var.live_follows_apply
    recovery            = var.environment != "local"
    durable             = local.durable
    alarms              = var.alarms
    tls                 = local.tls
    secrets             = local.secrets
    bedrock             = contains(var.model_providers, "bedrock")
    ops_topic_arn       = local.ops_arn
  }

  site_url = var.site_url != null ? var.site_url : one(module.cdn[*].url)
  site_settings = {
    for name, agent in local.agents : name => merge(
      { for setting, value in var.models : setting => value if contains(agent.settings, setting) },
      contains(agent.settings, "MESH_SITE_NAME") ? { MESH_SITE_NAME = var.site_name } : {},
      contains(agent.settings, "MESH_SITE_URL") && (var.cdn || var.site_url != null) ? { MESH_SITE_URL = local.site_url } : {},
    )
  }
}
