# What the agent may do: its own things, and what its declaration names. `*` stands only where AWS knows no resource.
resource "aws_iam_role" "this" {
  name = local.name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  #checkov:skip=CKV_AWS_290:X-Ray and network interfaces know no resource
  #checkov:skip=CKV_AWS_355:X-Ray and network interfaces know no resource
  name   = "agent"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}

locals {
  statements = [for statement in concat(
    local.message_statements, local.table_statements, local.blob_statements, local.other_statements
  ) : merge({ Effect = "Allow" }, statement) if length(statement.Resource) > 0]

  message_statements = [
    {
      Sid      = "OwnQueue"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
      Resource = [local.arn.queue]
    },
    { Sid = "OwnDeadLetters", Action = ["sqs:SendMessage"], Resource = [local.arn.dlq] },
    { Sid = "ItsEvents", Action = ["sns:Publish"], Resource = sort(var.publishes_on) },
  ]
}
