# One table a kind of documents that an agent names, and the fates of runs.
module "table" {
  source   = "./modules/table"
  for_each = local.names.table

  name      = each.value
  hash_key  = "partition"
  range_key = "id"
  indexes = {
    "by-owner" = { hash_key = "owner", range_key = "sort", projection = "ALL" }
    "by-index" = { hash_key = "index", range_key = "sort", projection = "ALL" }
  }
  recovery = var.environment != "local"
  durable  = local.durable
}

locals {
  bucket_arn = { for key, name in local.names.bucket : key => "arn:${local.partition}:s3:::${name}" }
}

# Drafts, answers, quarantine, what was published as Markdown.
module "objects" {
  source = "./modules/bucket"

  name        = local.names.bucket.objects
  arn         = local.bucket_arn.objects
  expire_days = { "briefs/" = 90, "drafts/" = 90, "answers/" = 90, "quarantine/" = 90 }
  statements  = local.readers.objects
  tls         = local.tls
  durable     = local.durable
}

# The pages.
module "site_bucket" {
  source = "./modules/bucket"

  name       = local.names.bucket.site
  arn        = local.bucket_arn.site
  statements = concat(local.readers.site, module.cdn[*].reads)
  tls        = local.tls
  durable    = local.durable
}

locals {
  # Account -> what the events it may subscribe to point at: the blobs of the agents that publish there. Failures are left
  # out; they point into quarantine.
  pointed_at = {
    for channel in local.channels : channel => distinct(flatten([
      for name, agent in local.agents : agent.blob_writes
      if contains([for event in agent.answers : local.channel_of[event]], channel)
    ]))
  }
  shared_with = {
    for account in toset(var.subscribers[*].account) : account => sort(distinct(flatten([
      for s in var.subscribers : [for channel in s.channels : local.pointed_at[channel]] if s.account == account
    ])))
  }
  in_site = { for account, prefixes in local.shared_with : account => [for p in prefixes : p if can(regex("^sites?/", p))] }
  readers = {
    objects = [for account, prefixes in local.shared_with : {
      Sid       = "Read${account}"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${account}:root" }
      Action    = "s3:GetObject"
      Resource  = [for p in setsubtract(prefixes, local.in_site[account]) : "${local.bucket_arn.objects}/${p}*"]
    } if length(setsubtract(prefixes, local.in_site[account])) > 0]
    site = [for account, prefixes in local.in_site : {
      Sid       = "Read${account}"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${account}:root" }
      Action    = "s3:GetObject"
      Resource  = [for p in prefixes : "${local.bucket_arn.site}/${p}*"]
    } if length(prefixes) > 0]
  }
}

# The keys of the models' providers. Their values are put by a person or a rotation, never by Terraform, whose state would
# keep them.
resource "aws_secretsmanager_secret" "key" {
  #checkov:skip=CKV_AWS_149:the account's key for Secrets Manager; who may read it is what the role says
  #checkov:skip=CKV2_AWS_57:the provider has no interface to rotate keys; docs/runbook.md says how it is done by hand
  for_each = var.create_secret ? local.secrets : {}

  name                    = each.value
  description             = "${trimsuffix(each.key, "_SECRET")} for ${var.prefix}. aws secretsmanager put-secret-value sets it."
  recovery_window_in_days = local.durable ? 30 : 0
}

moved {
  from = aws_secretsmanager_secret.openai[0]
  to   = aws_secretsmanager_secret.key["OPENAI_API_KEY_SECRET"]
}
