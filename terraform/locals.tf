locals {
  # The one declaration of each agent. A folder with a new agent.json is a new agent; nothing here changes.
  declared = [
    for path in fileset("${var.repository}/agents", "*/agent.json") :
    jsondecode(file("${var.repository}/agents/${path}"))
  ]
  deployed = { for agent in local.declared : agent.name => agent if try(agent.deploy, true) }
  agents = {
    for name, agent in local.deployed : name => {
      name        = name
      listens_on  = distinct([for subscription in agent.subscribes : subscription.channel])
      asks        = anytrue([for subscription in agent.subscribes : length(try(subscription.asks, [])) > 0])
      answers     = agent.publishes
      publishes   = concat(agent.publishes, [agent.failure.event, "ValidationError"])
      reads       = try(agent.reads, [])
      writes      = try(agent.writes, [])
      blob_reads  = try(agent.blobs.reads, [])
      blob_writes = try(agent.blobs.writes, [])
      settings = flatten([
        for name in try(agent.settings, []) : name == "@models" ? concat(local.model_settings, keys(local.secrets)) : [name]
      ])
      timeout_seconds = coalesce(try(var.overrides[name].timeout_seconds, null), agent.timeout_seconds)
      memory_mb       = coalesce(try(var.overrides[name].memory_mb, null), agent.memory_mb)
      concurrency     = coalesce(try(var.overrides[name].concurrency, null), agent.concurrency)
    }
  }
  # Settings all agents that ask models share, but for the secrets' names: `@models` in agent.json, MODELS in shared/mesh/src/env.rs.
  model_settings = [
    "MESH_TEXT_MODEL", "MESH_IMAGE_MODEL", "MESH_MODEL_HOSTS", "MESH_MODEL_REQUESTS_PER_MINUTE", "OPENAI_MODEL",
    "OPENAI_BASE_URL", "AZURE_OPENAI_BASE_URL", "AZURE_OPENAI_API_VERSION", "ANTHROPIC_BASE_URL", "GEMINI_BASE_URL",
    "HUGGINGFACE_BASE_URL", "OLLAMA_BASE_URL", "COMPATIBLE_BASE_URL",
  ]
  # Providers with a key -> what their settings begin with; shared/mesh/src/config/provider.rs.
  keyed_providers = {
    openai      = "OPENAI"
    azure       = "AZURE_OPENAI"
    anthropic   = "ANTHROPIC"
    gemini      = "GEMINI"
    huggingface = "HUGGINGFACE"
    compatible  = "COMPATIBLE"
  }
  # Setting -> name of the secret.
  secrets = {
    for word in var.model_providers :
    "${local.keyed_providers[word]}_API_KEY_SECRET" => "/${split("-", var.prefix)[0]}/${var.environment}/${word}-api-key"
    if contains(keys(local.keyed_providers), word)
  }
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
    ops = "${var.prefix}-ops"
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
