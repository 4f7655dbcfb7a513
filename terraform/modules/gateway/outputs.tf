output "url" {
  description = "Where it is called."
  value       = trimsuffix(aws_apigatewayv2_stage.default.invoke_url, "/")
}

output "api_id" {
  description = "Id of the HTTP API."
  value       = aws_apigatewayv2_api.this.id
}

output "function" {
  description = "Name of its function, and the names in its environment."
  value       = { name = aws_lambda_function.this.function_name, settings = sort(keys(local.variables)) }
}

output "ledger" {
  description = "Name of its ledger."
  value       = module.ledger.name
}
