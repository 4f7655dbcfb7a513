locals {
  # The one declaration of each agent. A folder with a new agent.json is a new agent; nothing here changes.
  declared = [
    for path in fileset("${var.repository}/agents", "*/agent.json") :
    jsondecode(file("${var.repository}/agents/${path}"))
  ]
  deployed = { for agent in local.declared : agent.name => agent if try(agent.deploy, true) }
  agents = {
    for name, agent in local.deployed : name => {
      name            = name
      listens_on      = distinct([for subscription in agent.subscribes : subscription.channel])
      asks            = anytrue([for subscription in agent.subscribes : length(try(subscription.asks, [])) > 0])
      answers         = agent.publishes
      publishes       = concat(agent.publishes, [agent.failure.event, "ValidationError"])
      reads           = try(agent.reads, [])
      writes          = try(agent.writes, [])
      blob_reads      = try(agent.blobs.reads, [])
      blob_writes     = try(agent.blobs.writes, [])
      settings        = try(agent.settings, [])
      timeout_seconds = coalesce(try(var.overrides[name].timeout_seconds, null), agent.timeout_seconds)
      memory_mb       = coalesce(try(var.overrides[name].memory_mb, null), agent.memory_mb)
      concurrency     = coalesce(try(var.overrides[name].concurrency, null), agent.concurrency)
    }
  }
  # Settings all agents that ask models share.
  model_settings = ["MESH_TEXT_MODEL", "OPENAI_MODEL", "MESH_IMAGE_MODEL", "OPENAI_BASE_URL"]
  # Settings every agent has.
  common_settings = ["MESH_ATTEMPTS", "MESH_BACKOFF_SCALE", "MESH_LOG"]

  # Event type -> channel, generated from the Rust types like the contracts beside it.
  # Two versions of a contract are two rows of one event.
  channel_of = {
    for event, channels in {
      for row in jsondecode(file("${var.repository}/contracts/channels.json")) : row.event => row.channel...
    } : event => channels[0]
  }
  publishes_on = {
    for name, agent in local.agents : name => distinct([for event in agent.publishes : local.channel_of[event]])
  }
  channels = toset(flatten([for name, agent in local.agents : concat(agent.listens_on, local.publishes_on[name])]))
  kinds = toset(flatten([
    "fates", "budgets", local.gateway_writes, [for agent in local.agents : concat(agent.reads, agent.writes)]
  ]))

  account = var.account == null ? data.aws_caller_identity.current[0].account_id : var.account
  partition = (
    startswith(var.region, "cn-") ? "aws-cn" :
    startswith(var.region, "us-gov-") ? "aws-us-gov" : "aws"
  )
  # What everything is called; shared/aws/src/names.rs builds the same. ARNs are written from names, so that a policy is
  # known in the plan, and two policies that name each other are no cycle.
  names = {
    topic = { for channel in local.channels : channel => "${var.prefix}${replace(channel, "/", "-")}" }
    table = { for kind in local.kinds : kind => "${var.prefix}-${replace(kind, "_", "-")}" }
    bucket = {
      objects = coalesce(var.buckets.objects, "${var.prefix}-content-objects")
      site    = coalesce(var.buckets.site, "${var.prefix}-site")
    }
    secret = "/${split("-", var.prefix)[0]}/${var.environment}/openai-api-key"
    ops    = "${var.prefix}-ops"
  }
  topic_arn = {
    for channel, name in local.names.topic :
    channel => "arn:${local.partition}:sns:${var.region}:${local.account}:${name}"
  }

  # A local endpoint speaks plain HTTP on loopback; everybody else is refused without TLS.
  tls = var.environment != "local"
  # Losing data of these two hurts.
  durable = contains(["staging", "prod"], var.environment)
}
