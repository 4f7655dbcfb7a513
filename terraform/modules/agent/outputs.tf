output "queue_url" {
  description = "URL of its queue."
  value       = aws_sqs_queue.this.url
}

output "dlq_url" {
  description = "URL of its dead-letter queue."
  value       = aws_sqs_queue.dlq.url
}

output "undelivered_url" {
  description = "URL of the queue of what SNS could not deliver."
  value       = aws_sqs_queue.undelivered.url
}

output "function" {
  description = "Name, newest version and live alias of its function, and the names in its environment."
  value = {
    name     = aws_lambda_function.this.function_name
    version  = aws_lambda_function.this.version
    live     = local.live_arn
    settings = sort(keys(local.variables))
  }
}

output "ledger" {
  description = "Name of its ledger."
  value       = module.ledger.name
}

output "log_group" {
  description = "Where it logs."
  value       = aws_cloudwatch_log_group.this.name
}
