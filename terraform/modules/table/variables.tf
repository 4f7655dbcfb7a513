variable "name" {
  description = "Name of the table."
  type        = string
}

variable "hash_key" {
  description = "Attribute that picks the partition."
  type        = string
}

variable "range_key" {
  description = "Attribute that sorts within a partition; null: none."
  type        = string
  default     = null
}

variable "indexes" {
  description = "Name -> a sparse index."
  type        = map(object({ hash_key = string, range_key = string, projection = string }))

  validation {
    condition     = alltrue([for index in var.indexes : contains(["ALL", "KEYS_ONLY"], index.projection)])
    error_message = "indexes: a projection is ALL or KEYS_ONLY."
  }
}

variable "recovery" {
  description = "Whether every second of the last 35 days can be restored."
  type        = bool
}

variable "durable" {
  description = "Whether the table is protected from deletion."
  type        = bool
}
