# One row an agent: what it did, how long it took, what waits; below them one for the HTTP interface.
resource "aws_cloudwatch_dashboard" "mesh" {
  dashboard_name = var.prefix
  dashboard_body = jsonencode({ widgets = flatten([for row, name in local.rows : [
    for column, widget in local.widgets[name] : {
      type   = "metric"
      x      = 8 * column
      y      = 6 * row
      width  = 8
      height = 6
      properties = merge({
        region  = var.region
        view    = "timeSeries"
        period  = 300
        stacked = false
      }, widget)
    }
  ]]) })
}

locals {
  pascal = { for name in keys(local.agents) : name => join("", [for word in split("-", name) : title(word)]) }
  rows   = concat(keys(local.agents), [for gateway in module.gateway : "gateway"])
  widgets = merge({ for gateway in module.gateway : "gateway" => [
    {
      title = "gateway: requests and errors"
      stat  = "Sum"
      metrics = [
        for metric in ["Count", "4xx", "5xx"] : ["AWS/ApiGateway", metric, "ApiId", gateway.api_id]
      ]
    },
    {
      title   = "gateway: milliseconds, p95"
      stat    = "p95"
      metrics = [["AWS/ApiGateway", "Latency", "ApiId", gateway.api_id]]
    },
    {
      title = "gateway: its function"
      stat  = "Sum"
      metrics = [
        for metric in ["Invocations", "Errors", "Throttles"] :
        ["AWS/Lambda", metric, "FunctionName", gateway.function.name]
      ]
    },
    ] }, { for name in keys(local.agents) : name => [
    {
      title = "${name}: done and failed"
      stat  = "Sum"
      metrics = [
        ["ContentMesh", "${local.pascal[name]}.SuccessCount", "Agent", name],
        ["ContentMesh", "${local.pascal[name]}.FailureCount", "Agent", name],
        ["AWS/Lambda", "Errors", "FunctionName", "${var.prefix}-${name}"],
      ]
    },
    {
      title = "${name}: milliseconds, p95"
      stat  = "p95"
      metrics = [
        ["ContentMesh", "${local.pascal[name]}.LatencyMs", "Agent", name],
        ["AWS/Lambda", "Duration", "FunctionName", "${var.prefix}-${name}"],
      ]
    },
    {
      title = "${name}: what waits"
      stat  = "Maximum"
      metrics = [
        for queue in [name, "${name}-dlq", "${name}-undelivered"] :
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "${var.prefix}-${queue}"]
      ]
    },
  ] })
}
