locals {
  other_statements = [
    {
      Sid      = "OwnLogs"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${local.arn.log_group}:*"]
    },
    # Secrets Manager puts six characters of its own behind the name.
    {
      Sid      = "OwnSecrets"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = var.agent.asks ? [for arn in local.arn.secrets : "${arn}-??????"] : []
    },
    {
      Sid      = "Bedrock"
      Action   = ["bedrock:InvokeModel"]
      Resource = var.agent.asks && local.d.bedrock ? local.arn.bedrock : []
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
  ]
}
