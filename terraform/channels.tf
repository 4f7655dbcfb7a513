# A topic for every channel an event of a deployed agent travels on.
module "channel" {
  source   = "./modules/channel"
  for_each = local.channels

  address       = each.key
  name          = local.names.topic[each.key]
  arn           = local.topic_arn[each.key]
  key_arn       = aws_kms_key.topics.arn
  ops_topic_arn = local.ops_arn
  alarms        = var.alarms
  tls           = local.tls
  tracing       = var.tracing
  publishers = sort(distinct([
    for p in var.publishers :
    can(regex("^[0-9]{12}$", p.principal)) ? "arn:${local.partition}:iam::${p.principal}:root" : p.principal
    if contains(p.channels, each.key)
  ]))
  subscribers = sort(distinct([
    for s in var.subscribers : "arn:${local.partition}:iam::${s.account}:root" if contains(s.channels, each.key)
  ]))
}

# One key for the topics. SNS's own key (alias/aws/sns) would shut out publishers of other accounts and CloudWatch's
# alarms, without a word; no key at all would leave notifications in the clear while they wait for their delivery.
resource "aws_kms_key" "topics" {
  #checkov:skip=CKV_AWS_33:open only to the named accounts, and only through SNS: the policy of SNS's own key, with more accounts
  description             = "Topics of the content mesh ${var.prefix}."
  enable_key_rotation     = true
  deletion_window_in_days = local.durable ? 30 : 7
  policy                  = jsonencode(local.topics_key_policy)
}

resource "aws_kms_alias" "topics" {
  name          = "alias/${var.prefix}-topics"
  target_key_id = aws_kms_key.topics.key_id
}

locals {
  topics_key_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Owner"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        # Who may publish is said by roles and topics; the key follows them, so that no role can miss a grant.
        Sid       = "PublishersThroughSns"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = {
          "kms:ViaService"    = "sns.${var.region}.amazonaws.com"
          "kms:CallerAccount" = sort(distinct(concat([local.account], local.publishing_accounts)))
        } }
      },
      {
        # Whose alarms is said by the ops topic; the call to KMS does not say it.
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
      },
    ]
  }
  publishing_accounts = [for p in var.publishers : regex("[0-9]{12}", p.principal)]
}
