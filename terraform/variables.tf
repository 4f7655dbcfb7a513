variable "prefix" {
  description = "Prefix of every name, such as va-phase1."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.prefix)) && length(var.prefix) <= 24
    error_message = "prefix is ${var.prefix}; allowed are small letters, digits and single hyphens, at most 24 characters."
  }
}

variable "environment" {
  description = "local, dev, staging or prod; decides how carefully data is kept."
  type        = string

  validation {
    condition     = contains(["local", "dev", "staging", "prod"], var.environment)
    error_message = "environment is ${var.environment}; allowed are local, dev, staging and prod."
  }
}

variable "region" {
  description = "Region of everything."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is ${var.region}; it looks like eu-central-1."
  }
}

variable "account" {
  description = "Account of the deployment. Given: applying with another account's credentials fails. Null: the account of the credentials."
  type        = string
  default     = null

  validation {
    condition     = var.account == null || can(regex("^[0-9]{12}$", var.account))
    error_message = "account is ${coalesce(var.account, "null")}; allowed are twelve digits."
  }
}

variable "local_endpoint" {
  description = "Whether AWS_ENDPOINT_URL names a local endpoint instead of AWS."
  type        = bool
  default     = false

  validation {
    condition     = !var.local_endpoint || var.environment != "prod" || var.account != null
    error_message = "local_endpoint is true for prod; that is for plans without an account, which give account."
  }
}

variable "repository" {
  description = "Folder with agents/ and contracts/."
  type        = string
  default     = ".."
}

variable "packages" {
  description = "Folder with one <agent>.zip per agent."
  type        = string
  default     = "../target/package"
}

variable "architecture" {
  description = "Processor the packages are built for: x86_64 or arm64."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture is ${var.architecture}; allowed are x86_64 and arm64."
  }
}

variable "overrides" {
  description = "Agent -> what replaces its declaration here."
  type = map(object({
    timeout_seconds = optional(number)
    memory_mb       = optional(number)
    concurrency     = optional(number)
  }))
  default = {}

  validation {
    condition     = length(setsubtract(keys(var.overrides), keys(local.deployed))) == 0
    error_message = "overrides names ${join(", ", setsubtract(keys(var.overrides), keys(local.deployed)))}; agents are ${join(", ", keys(local.deployed))}."
  }
  validation {
    condition = alltrue([
      for o in var.overrides :
      o.timeout_seconds == null ? true : o.timeout_seconds >= 5 && o.timeout_seconds <= 900
    ])
    error_message = "overrides: timeout_seconds is outside of 5 to 900."
  }
  validation {
    condition = alltrue([
      for o in var.overrides :
      o.memory_mb == null ? true : o.memory_mb >= 128 && o.memory_mb <= 10240
    ])
    error_message = "overrides: memory_mb is outside of 128 to 10240."
  }
  validation {
    condition = alltrue([
      for o in var.overrides :
      o.concurrency == null ? true : o.concurrency >= 1 && o.concurrency <= 999
    ])
    error_message = "overrides: concurrency is outside of 1 to 999."
  }
}

variable "settings" {
  description = "Agent -> environment variables: the settings of its agent.json, MESH_ATTEMPTS, MESH_BACKOFF_SCALE, MESH_LOG. No secrets."
  type        = map(map(string))
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.settings), keys(local.deployed))) == 0
    error_message = "settings names ${join(", ", setsubtract(keys(var.settings), keys(local.deployed)))}; agents are ${join(", ", keys(local.deployed))}."
  }
  validation {
    condition = alltrue(flatten([for agent, pairs in var.settings : [for name in keys(pairs) :
      contains(concat(try(local.deployed[agent].settings, []), local.common_settings), name)
    ]]))
    error_message = "settings: ${join(", ", flatten([for agent, pairs in var.settings : [for name in keys(pairs) :
      "${agent} does not know ${name}" if !contains(concat(try(local.deployed[agent].settings, []), local.common_settings), name)
    ]]))}; allowed is what the agent's agent.json lists, and ${join(", ", local.common_settings)}."
  }
}

variable "models" {
  description = "Settings of every agent that asks a model, such as MESH_TEXT_MODEL and MESH_IMAGE_MODEL. The same for all, and for the gateway, which refuses a preferred model whose provider is not configured."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.models), local.model_settings)) == 0
    error_message = "models names ${join(", ", setsubtract(keys(var.models), local.model_settings))}; allowed are ${join(", ", local.model_settings)}."
  }
}

variable "model_providers" {
  description = "Providers whose models may be asked. Each with a key gets a secret, which agents that ask models may read; bedrock: they may invoke its models."
  type        = list(string)
  default     = ["openai"]

  validation {
    condition     = length(setsubtract(var.model_providers, concat(keys(local.keyed_providers), ["bedrock"]))) == 0
    error_message = "model_providers names ${join(", ", setsubtract(var.model_providers, concat(keys(local.keyed_providers), ["bedrock"])))}; allowed are ${join(", ", keys(local.keyed_providers))}, bedrock."
  }
}

variable "gateway" {
  description = "The HTTP interface; null: none. origins: sites whose pages may call it from a browser."
  type = object({
    origins         = optional(list(string), [])
    memory_mb       = optional(number, 256)
    requests_second = optional(number, 50)
    requests_burst  = optional(number, 100)
  })
  default = {}

  validation {
    condition     = try(alltrue([for origin in var.gateway.origins : can(regex("^https?://[^/*]+$", origin))]), var.gateway == null)
    error_message = "gateway: an origin is scheme, host and port, such as https://studio.example.com."
  }
}

variable "buckets" {
  description = "Names of the buckets, where <prefix>-content-objects and <prefix>-site are taken: they are unique in the whole world."
  type = object({
    objects = optional(string)
    site    = optional(string)
  })
  default = {}
}

variable "create_secret" {
  description = "Whether to make the secrets of the API keys (without values). False where another prefix of this environment made them."
  type        = bool
  default     = true
}

variable "publishers" {
  description = "Who else may publish: an account or the ARN of a user or role, and channels."
  type        = list(object({ principal = string, channels = list(string) }))
  default     = []

  validation {
    condition = alltrue([
      for p in var.publishers :
      can(regex("^([0-9]{12}|arn:[a-z-]+:iam::[0-9]{12}:.+)$", p.principal))
    ])
    error_message = "publishers: a principal is an account of twelve digits or an IAM ARN."
  }
  validation {
    condition     = length(setsubtract(flatten(var.publishers[*].channels), local.channels)) == 0
    error_message = "publishers names ${join(", ", setsubtract(flatten(var.publishers[*].channels), local.channels))}; channels are ${join(", ", local.channels)}."
  }
}

variable "subscribers" {
  description = "Which accounts may subscribe to which channels, and read the objects that events there point at."
  type        = list(object({ account = string, channels = list(string) }))
  default     = []

  validation {
    condition     = alltrue([for s in var.subscribers : can(regex("^[0-9]{12}$", s.account))])
    error_message = "subscribers: an account has twelve digits."
  }
  validation {
    condition     = length(setsubtract(flatten(var.subscribers[*].channels), local.channels)) == 0
    error_message = "subscribers names ${join(", ", setsubtract(flatten(var.subscribers[*].channels), local.channels))}; channels are ${join(", ", local.channels)}."
  }
}

variable "subscriptions" {
  description = "Name -> a subscription of something that is no agent. What SNS cannot deliver goes to <prefix>-<name>-undelivered."
  type = map(object({
    channel  = string
    protocol = string
    endpoint = string
    raw      = optional(bool, false)
  }))
  default = {}

  validation {
    condition = alltrue([
      for name in keys(var.subscriptions) :
      can(regex("^[a-z][a-z0-9-]{0,31}$", name)) && !contains(keys(local.deployed), name)
    ])
    error_message = "subscriptions: a name has small letters, digits and hyphens, at most 32, and is no agent's."
  }
  validation {
    condition     = alltrue([for s in var.subscriptions : contains(["sqs", "lambda", "https", "email"], s.protocol)])
    error_message = "subscriptions: a protocol is sqs, lambda, https or email."
  }
  validation {
    condition     = alltrue([for s in var.subscriptions : !s.raw || contains(["sqs", "https"], s.protocol)])
    error_message = "subscriptions: raw delivery exists for sqs and https only."
  }
  validation {
    condition     = length(setsubtract([for s in var.subscriptions : s.channel], local.channels)) == 0
    error_message = "subscriptions names ${join(", ", setsubtract([for s in var.subscriptions : s.channel], local.channels))}; channels are ${join(", ", local.channels)}."
  }
}

variable "alarm_endpoints" {
  description = "Who hears of alarms: mail addresses and https URLs."
  type        = list(string)
  default     = []

  validation {
    condition = alltrue([
      for e in var.alarm_endpoints :
      startswith(e, "https://") || can(regex("^[^@\\s]+@[^@\\s]+$", e))
    ])
    error_message = "alarm_endpoints: an endpoint is a mail address or an https URL."
  }
}

variable "alarms" {
  description = "Whether alarms are made. False is for a local endpoint that reads them back incompletely, so that each plan would change them."
  type        = bool
  default     = true

  validation {
    condition     = var.alarms || var.environment == "local"
    error_message = "alarms is false for ${var.environment}; only local goes without."
  }
}

variable "expected_daily" {
  description = "Agents that should succeed at least once a day; an alarm says when they do not."
  type        = set(string)
  default     = ["content-gen"]

  validation {
    condition     = length(setsubtract(var.expected_daily, keys(local.deployed))) == 0
    error_message = "expected_daily names ${join(", ", setsubtract(var.expected_daily, keys(local.deployed)))}; agents are ${join(", ", keys(local.deployed))}."
  }
}

variable "live_follows_apply" {
  description = "Whether an apply makes the new version live. False: the alias stays, and scripts/live.sh moves it."
  type        = bool
  default     = false
}

variable "reserve_concurrency" {
  description = "Whether functions reserve their concurrency. A small account has too little of it: 100 must stay free."
  type        = bool
  default     = true
}

variable "tracing" {
  description = "Whether X-Ray samples traces."
  type        = bool
  default     = false
}

variable "network" {
  description = "Private subnets with a way out (NAT) and security groups of the functions; null: no VPC."
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null

  validation {
    condition = (
      var.network ==
      null ? true : length(var.network.subnet_ids) > 0 && length(var.network.security_group_ids) > 0
    )
    error_message = "network: subnet_ids and security_group_ids need at least one each."
  }
}

variable "cdn" {
  description = "Whether CloudFront serves the site."
  type        = bool
  default     = false
}

variable "site_name" {
  description = "Name of the site."
  type        = string
  default     = "Content Mesh"
}

variable "site_url" {
  description = "Absolute address of the site; null: CloudFront's, where there is one."
  type        = string
  default     = null

  validation {
    condition     = var.site_url == null ? true : can(regex("^https?://[^/]+(/.*[^/])?$", var.site_url))
    error_message = "site_url is ${coalesce(var.site_url, "null")}; it starts with https:// and does not end in /."
  }
}
