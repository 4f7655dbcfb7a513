# What listens and is no agent: other teams' queues and functions, mailboxes, web hooks.
resource "aws_sns_topic_subscription" "other" {
  for_each = var.subscriptions

  topic_arn            = module.channel[each.value.channel].arn
  protocol             = each.value.protocol
  endpoint             = each.value.endpoint
  raw_message_delivery = each.value.raw
  redrive_policy       = jsonencode({ deadLetterTargetArn = aws_sqs_queue.undelivered[each.key].arn })
}

resource "aws_sqs_queue" "undelivered" {
  for_each = var.subscriptions

  name                      = "${var.prefix}-${each.key}-undelivered"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for statement in [
      {
        Sid       = "ItsTopic"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:${local.partition}:sqs:${var.region}:${local.account}:${var.prefix}-${each.key}-undelivered"
        Condition = { ArnEquals = { "aws:SourceArn" = local.topic_arn[each.value.channel] } }
      },
      {
        Sid       = "OnlyTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "arn:${local.partition}:sqs:${var.region}:${local.account}:${var.prefix}-${each.key}-undelivered"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ] : statement if statement.Effect == "Allow" || local.tls]
  })
}

resource "aws_lambda_permission" "other" {
  for_each = { for name, s in var.subscriptions : name => s if s.protocol == "lambda" }

  function_name = each.value.endpoint
  action        = "lambda:InvokeFunction"
  principal     = "sns.amazonaws.com"
  source_arn    = local.topic_arn[each.value.channel]
}

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  for_each = { for name, s in var.subscriptions : name => s if var.alarms }

  alarm_name          = "${var.prefix}-${each.key}-undelivered"
  alarm_description   = "MEDIUM: SNS could not deliver to ${each.value.endpoint}. docs/runbook.md#undelivered"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.undelivered[each.key].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.ops_arn]
  ok_actions          = [local.ops_arn]
}
