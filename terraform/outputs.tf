output "prefix" {
  description = "Prefix of every name."
  value       = var.prefix
}

output "region" {
  description = "Region of the deployment."
  value       = var.region
}

output "account" {
  description = "Account of the deployment."
  value       = local.account
}

output "channels" {
  description = "Address of a channel -> ARN of its topic."
  value       = { for channel, topic in module.channel : channel => topic.arn }
}

output "queues" {
  description = "Agent -> URLs of its queue, its dead letters and what SNS could not deliver."
  value = { for name, agent in module.agent : name => {
    queue       = agent.queue_url
    dlq         = agent.dlq_url
    undelivered = agent.undelivered_url
  } }
}

output "functions" {
  description = "Agent -> name of its function, its newest version, the ARN of its alias live, the names in its environment."
  value       = { for name, agent in module.agent : name => agent.function }
}

output "tables" {
  description = "Kind of documents -> table."
  value       = { for kind, table in module.table : kind => table.name }
}

output "ledgers" {
  description = "Agent -> table of its ledger."
  value       = { for name, agent in module.agent : name => agent.ledger }
}

output "log_groups" {
  description = "Agent -> where it logs."
  value       = { for name, agent in module.agent : name => agent.log_group }
}

output "buckets" {
  description = "Names of the buckets: objects and site."
  value       = { objects = module.objects.id, site = module.site_bucket.id }
}

output "secrets" {
  description = "Setting -> name of the secret that has its value."
  value       = local.secrets
}

output "ops_topic" {
  description = "ARN of the topic of alarms."
  value       = aws_sns_topic.ops.arn
}

output "gateway" {
  description = "URL of the HTTP interface, id of its API, name of its function, its ledger; null: there is none."
  value = one([for gateway in module.gateway : {
    url      = gateway.url
    api_id   = gateway.api_id
    function = gateway.function
    ledger   = gateway.ledger
  }])
}

output "site_url" {
  description = "Where the site is read; null: nowhere but in its bucket."
  value       = local.site_url
}
