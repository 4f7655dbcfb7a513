# What the interface may do: start runs, keep sites, posts and keys, and read where runs stand.
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
  name   = "gateway"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}

locals {
  ledger = "${local.table}-gateway-ledger"
  writes = [for kind in sort(var.writes) : "${local.table}-${replace(kind, "_", "-")}"]
  reads  = [for kind in sort(var.reads) : "${local.table}-${replace(kind, "_", "-")}"]

  statements = [for statement in [
    { Sid = "ItsEvents", Action = ["sns:Publish"], Resource = sort(var.publishes_on) },
    {
      Sid = "OwnLedger"
      Action = [
        "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem",
        "dynamodb:ConditionCheckItem",
      ]
      Resource = [local.ledger]
    },
    { Sid = "OwnLedgerIndexes", Action = ["dynamodb:Query"], Resource = ["${local.ledger}/index/*"] },
    {
      Sid = "WrittenDocuments"
      Action = [
        "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PutItem", "dynamodb:UpdateItem",
        "dynamodb:ConditionCheckItem",
      ]
      Resource = local.writes
    },
    { Sid = "ReadDocuments", Action = ["dynamodb:GetItem", "dynamodb:Query"], Resource = local.reads },
    {
      Sid      = "DocumentIndexes"
      Action   = ["dynamodb:Query"]
      Resource = [for table in concat(local.writes, local.reads) : "${table}/index/*"]
    },
    {
      Sid      = "OwnLogs"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${local.logs}:/aws/lambda/${local.name}:*"]
    },
    {
      Sid      = "Tracing"
      Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      Resource = local.d.tracing ? ["*"] : []
    },
    {
      Sid = "NetworkInterfaces"
      Action = [
        "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
      ]
      Resource = local.d.network == null ? [] : ["*"]
    },
  ] : merge({ Effect = "Allow" }, statement) if length(statement.Resource) > 0]
}
