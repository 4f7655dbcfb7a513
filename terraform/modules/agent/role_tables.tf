locals {
  ledger = "${local.arn.table}-${var.agent.name}-ledger"
  writes = [for kind in sort(var.agent.writes) : "${local.arn.table}-${replace(kind, "_", "-")}"]
  reads = [
    for kind in sort(setsubtract(var.agent.reads, var.agent.writes)) : "${local.arn.table}-${replace(kind, "_", "-")}"
  ]

  # A transaction needs the right to each of its parts. Nothing is deleted but by its time to live.
  table_statements = [
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
      Sid      = "Fates"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"]
      Resource = ["${local.arn.table}-fates"]
    },
    # What its site may still spend this month.
    {
      Sid      = "Budgets"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
      Resource = var.agent.asks ? ["${local.arn.table}-budgets"] : []
    },
    {
      Sid = "WrittenDocuments"
      Action = [
        "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem",
      ]
      Resource = local.writes
    },
    { Sid = "ReadDocuments", Action = ["dynamodb:GetItem", "dynamodb:Query"], Resource = local.reads },
    {
      Sid      = "DocumentIndexes"
      Action   = ["dynamodb:Query"]
      Resource = [for table in concat(local.writes, local.reads) : "${table}/index/*"]
    },
  ]
}
