# Every minute it sends what could not be sent when it was committed.
resource "aws_scheduler_schedule" "sweep" {
  #checkov:skip=CKV_AWS_297:the schedule holds no data: {"sweep": true}
  name                = "${local.name}-sweep"
  description         = "Lets ${local.name} send what is due."
  schedule_expression = "rate(1 minute)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.this.arn
    role_arn = aws_iam_role.sweep.arn
    input    = jsonencode({ sweep = true })

    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 0
    }
  }
}

resource "aws_iam_role" "sweep" {
  name = "${local.name}-sweep"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.d.account } }
    }]
  })
}

resource "aws_iam_role_policy" "sweep" {
  name = "sweep"
  role = aws_iam_role.sweep.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "OwnFunction"
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = "arn:${local.d.partition}:lambda:${local.place}:function:${local.name}"
    }]
  })
}

locals {
  alarms = {
    errors = {
      namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = local.name }
      say       = "HIGH: a request of the HTTP interface crashed or ran out of time. See the log of ${local.name}."
    }
    faults = {
      namespace = "AWS/ApiGateway", metric = "5xx", dimensions = { ApiId = aws_apigatewayv2_api.this.id }
      say       = "HIGH: the HTTP interface answers with errors of its own. See the log of ${local.name}."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in local.alarms : name => alarm if local.d.alarms }

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = "${each.value.say} docs/runbook.md#${each.key}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.d.ops_topic_arn]
  ok_actions          = [local.d.ops_topic_arn]
}
