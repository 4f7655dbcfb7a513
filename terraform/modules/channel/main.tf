# A channel: its topic, who may publish and subscribe, and an alarm for what SNS could not hand over.
resource "aws_sns_topic" "this" {
  name              = var.name
  kms_master_key_id = var.key_arn
  tracing_config    = var.tracing ? "Active" : "PassThrough"
  policy            = length(local.statements) == 0 ? null : jsonencode(local.policy)
}

locals {
  policy = { Version = "2012-10-17", Statement = local.statements }
  statements = concat(
    [for only in [var.tls] : {
      Sid       = "OnlyTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sns:Publish"
      Resource  = var.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    } if only],
    [for principals in [var.publishers] : {
      Sid       = "Publishers"
      Effect    = "Allow"
      Principal = { AWS = principals }
      Action    = "sns:Publish"
      Resource  = var.arn
    } if length(principals) > 0],
    [for accounts in [var.subscribers] : {
      Sid       = "Subscribers"
      Effect    = "Allow"
      Principal = { AWS = accounts }
      Action    = ["sns:Subscribe", "sns:GetTopicAttributes"]
      Resource  = var.arn
    } if length(accounts) > 0],
  )
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  count = var.alarms ? 1 : 0

  alarm_name          = "${var.name}-not-delivered"
  alarm_description   = "HIGH: SNS gave up on notifications of ${var.address}. They wait in a queue <prefix>-<subscriber>-undelivered, or are lost where that is gone too. docs/runbook.md#undelivered"
  namespace           = "AWS/SNS"
  metric_name         = "NumberOfNotificationsFailed"
  dimensions          = { TopicName = var.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.ops_topic_arn]
  ok_actions          = [var.ops_topic_arn]
}
