# What SNS delivers waits here for the function.
resource "aws_sqs_queue" "this" {
  name                       = local.name
  message_retention_seconds  = local.fourteen_days
  visibility_timeout_seconds = local.visibility_seconds
  receive_wait_time_seconds  = 20
  # Not a key of KMS: SNS could then deliver only with a grant on it, and what it may not encrypt it drops unretried.
  sqs_managed_sse_enabled = true

  # The mesh counts attempts itself, and moves what failed too often; this is the net below it, for "nothing ran at all".
  redrive_policy = jsonencode({ deadLetterTargetArn = local.arn.dlq, maxReceiveCount = 20 })

  # In the queue, not beside it: a separate policy takes 25 s an apply.
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([merge(local.from_topics, { Resource = local.arn.queue })], local.only_tls.queue)
  })

  depends_on = [aws_sqs_queue.dlq]
}

resource "aws_sqs_queue" "dlq" {
  name = local.dlq
  # A message keeps the time it was first sent: kept shorter than in the queue, it could vanish on arrival.
  message_retention_seconds = local.fourteen_days
  sqs_managed_sse_enabled   = true

  # Written from the queue's name: two resources that refer to each other are a cycle.
  redrive_allow_policy = jsonencode({ redrivePermission = "byQueue", sourceQueueArns = [local.arn.queue] })

  policy = local.d.tls ? jsonencode({ Version = "2012-10-17", Statement = local.only_tls.dlq }) : null
}

# What SNS could not put into the queue: it does not retry what a missing queue or a policy refuses.
resource "aws_sqs_queue" "undelivered" {
  name                      = "${local.name}-undelivered"
  message_retention_seconds = local.fourteen_days
  sqs_managed_sse_enabled   = true

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([merge(local.from_topics, { Resource = local.arn.undelivered })], local.only_tls.undelivered)
  })
}

locals {
  from_topics = {
    Sid       = "ItsTopics"
    Effect    = "Allow"
    Principal = { Service = "sns.amazonaws.com" }
    Action    = "sqs:SendMessage"
    Condition = { ArnEquals = { "aws:SourceArn" = sort(var.listens_on) } }
  }
  only_tls = { for queue in ["queue", "dlq", "undelivered"] : queue => [for only in [local.d.tls] : {
    Sid       = "OnlyTls"
    Effect    = "Deny"
    Principal = "*"
    Action    = "sqs:*"
    Resource  = local.arn[queue]
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  } if only] }
}

# Never raw: that loses SNS's message id, and with more than ten attributes the message. Never filtered: a policy on
# attributes drops bare requests without a trace; the agent acknowledges what it does not handle.
resource "aws_sns_topic_subscription" "this" {
  for_each = var.listens_on

  topic_arn            = var.topics[each.value]
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.this.arn
  raw_message_delivery = false
  redrive_policy       = jsonencode({ deadLetterTargetArn = local.arn.undelivered })

  depends_on = [aws_sqs_queue.undelivered]
}
