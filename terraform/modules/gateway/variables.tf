variable "deployment" {
  description = "What everything of a deployment shares."
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
    ops_topic_arn       = string
  })
}

variable "options" {
  description = "Its size and its bounds."
  type = object({
    origins         = list(string)
    memory_mb       = number
    requests_second = number
    requests_burst  = number
  })
}

variable "package" {
  description = "Path of the zip with its bootstrap."
  type        = string
}

variable "publishes_on" {
  description = "ARNs of the topics it starts runs on."
  type        = list(string)
}

variable "writes" {
  description = "Kinds of documents it writes."
  type        = list(string)
}

variable "reads" {
  description = "Kinds of documents it only reads."
  type        = list(string)
}

variable "environment" {
  description = "Its settings. No secrets."
  type        = map(string)
}
