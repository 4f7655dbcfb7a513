# Where alarms go, and from there to people.
resource "aws_sns_topic" "ops" {
  name              = local.names.ops
  kms_master_key_id = aws_kms_key.topics.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for statement in [
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.ops_arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
      {
        Sid       = "OnlyTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.ops_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ] : statement if statement.Effect == "Allow" || local.tls]
  })
}

resource "aws_sns_topic_subscription" "ops" {
  for_each = toset(var.alarm_endpoints)

  topic_arn = aws_sns_topic.ops.arn
  protocol  = startswith(each.key, "https://") ? "https" : "email"
  endpoint  = each.key
}

locals {
  ops_arn = "arn:${local.partition}:sns:${var.region}:${local.account}:${local.names.ops}"
}
