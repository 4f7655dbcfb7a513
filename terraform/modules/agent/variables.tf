variable "deployment" {
  description = "What all agents of a deployment share."
  type = object({
    prefix              = string
    environment         = string
    region              = string
    account             = string
    partition           = string
    architecture        = string
    buckets             = object({ objects = string, site = string })
    network             = object({ subnet_ids = list(string), security_group_ids = list(string) })
    tracing             = bool
    reserve_concurrency = bool
    live_follows_apply  = bool
    recovery            = bool
    durable             = bool
    alarms              = bool
    tls                 = bool
    secrets             = map(string)
    bedrock             = bool
    ops_topic_arn       = string
  })
}

variable "agent" {
  description = "Its declaration, from agent.json."
  type = object({
    name            = string
    asks            = bool
    reads           = list(string)
    writes          = list(string)
    blob_reads      = list(string)
    blob_writes     = list(string)
    settings        = list(string)
    timeout_seconds = number
    memory_mb       = number
    concurrency     = number
  })

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$", var.agent.name)) && length(var.agent.name) <= 40
    error_message = "the agent's name is ${var.agent.name}; allowed is kebab-case, at most 40 characters."
  }
  validation {
    condition     = length("${var.deployment.prefix}-${var.agent.name}-sweep") <= 64
    error_message = "${var.deployment.prefix}-${var.agent.name}-sweep is too long for a role: allowed are 64 characters."
  }
  validation {
    condition     = var.agent.timeout_seconds >= 5 && var.agent.timeout_seconds <= 900
    error_message = "${var.agent.name}: timeout_seconds is ${var.agent.timeout_seconds}; allowed are 5 to 900."
  }
  validation {
    condition = alltrue([
      for prefix in concat(var.agent.blob_reads, var.agent.blob_writes) :
      can(regex("^[a-z0-9-]+/$", prefix))
    ])
    error_message = "${var.agent.name}: a prefix of blobs is one folder, such as drafts/."
  }
}

variable "listens_on" {
  description = "ARNs of the topics it listens to, written from their names: policies are known in the plan."
  type        = set(string)
}

variable "topics" {
  description = "The same, each to the ARN of the topic once it is there: subscriptions wait for it."
  type        = map(string)
}

variable "publishes_on" {
  description = "ARNs of the topics it may publish to, written from their names."
  type        = set(string)
}

variable "package" {
  description = "Path of the zip with its bootstrap."
  type        = string
}

variable "environment" {
  description = "Its settings: environment variables beside those every agent has. No secrets."
  type        = map(string)
}

variable "expected_daily" {
  description = "Whether a day without a success is worth an alarm."
  type        = bool
}
