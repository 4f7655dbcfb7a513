variable "prefix" {
  description = "Prefix of every name."
  type        = string
}

variable "domain" {
  description = "Domain name of the site's bucket in its region."
  type        = string
}

variable "bucket_arn" {
  description = "ARN of the site's bucket."
  type        = string
}
