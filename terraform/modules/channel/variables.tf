variable "address" {
  description = "Address of the channel: /content/request."
  type        = string
}

variable "name" {
  description = "Name of its topic."
  type        = string
}

variable "arn" {
  description = "ARN of its topic, written from its name."
  type        = string
}

variable "key_arn" {
  description = "Key that encrypts what waits for its delivery."
  type        = string
}

variable "ops_topic_arn" {
  description = "Where alarms go."
  type        = string
}

variable "alarms" {
  description = "Whether alarms are made."
  type        = bool
}

variable "tls" {
  description = "Whether connections without TLS are refused."
  type        = bool
}

variable "tracing" {
  description = "Whether X-Ray samples traces."
  type        = bool
}

variable "publishers" {
  description = "Principals beside this account's that may publish."
  type        = list(string)
}

variable "subscribers" {
  description = "ARNs of the accounts that may subscribe."
  type        = list(string)
}
