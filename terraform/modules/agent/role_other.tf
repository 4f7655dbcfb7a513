locals {
  other_statements = [
    {
      Sid      = "OwnLogs"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${local.arn.log_group}:*"]
    },
    # Secrets Manager puts six characters of its own behind the name.
    {
      Sid      = "OwnSecret"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = local.uses_secret ? ["${local.arn.secret}-??????"] : []
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
