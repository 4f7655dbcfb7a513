variable "name" {
  description = "Name of the bucket, unique in the world."
  type        = string
}

variable "arn" {
  description = "Its ARN, written from its name."
  type        = string
}

variable "expire_days" {
  description = "Prefix -> days after which its objects are deleted."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for prefix, days in var.expire_days : endswith(prefix, "/") && days >= 90])
    error_message = "expire_days: a prefix ends in /, and nothing is kept less than 90 days: queue, dead letters and ledger would outlive it."
  }
}

variable "statements" {
  description = "Who else may do what: statements of the bucket's policy."
  type        = any
  default     = []
}

variable "tls" {
  description = "Whether connections without TLS are refused."
  type        = bool
}

variable "durable" {
  description = "Whether the bucket stays while there is something in it."
  type        = bool
}
