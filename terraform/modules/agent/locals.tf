locals {
  d    = var.deployment
  name = "${local.d.prefix}-${var.agent.name}"
  dlq  = "${local.name}-dlq"

  # ContentGen of content-gen: metrics carry it.
  pascal = join("", [for word in split("-", var.agent.name) : title(word)])

  place = "${local.d.region}:${local.d.account}"
  arn = {
    queue       = "arn:${local.d.partition}:sqs:${local.place}:${local.name}"
    dlq         = "arn:${local.d.partition}:sqs:${local.place}:${local.dlq}"
    undelivered = "arn:${local.d.partition}:sqs:${local.place}:${local.name}-undelivered"
    table       = "arn:${local.d.partition}:dynamodb:${local.place}:table/${local.d.prefix}"
    log_group   = "arn:${local.d.partition}:logs:${local.place}:log-group:/aws/lambda/${local.name}"
    secrets     = [for name in values(local.d.secrets) : "arn:${local.d.partition}:secretsmanager:${local.place}:secret:${name}"]
    # A profile across regions invokes the model in any of them.
    bedrock = [
      "arn:${local.d.partition}:bedrock:*::foundation-model/*",
      "arn:${local.d.partition}:bedrock:${local.place}:inference-profile/*",
    ]
    bucket = {
      objects = "arn:${local.d.partition}:s3:::${local.d.buckets.objects}"
      site    = "arn:${local.d.partition}:s3:::${local.d.buckets.site}"
    }
  }

  # AWS lets a mapping run no fewer than two at a time.
  mapping_maximum = max(2, var.agent.concurrency)
  # A handler never outlives its message's invisibility (Lambda's guide: six times the time-out).
  visibility_seconds = 6 * var.agent.timeout_seconds
  fourteen_days      = 14 * 24 * 3600
}
