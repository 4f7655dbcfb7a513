# Every minute the agent sends what is due, or could not be sent when it was committed. EventBridge Scheduler, not a
# rule: it acts as a role that may invoke this one alias, and an account may have a million schedules but 300 rules.
resource "aws_scheduler_schedule" "sweep" {
  #checkov:skip=CKV_AWS_297:the schedule holds no data: {"sweep": true}
  name                = "${local.name}-sweep"
  description         = "Lets ${local.name} send what is due."
  schedule_expression = "rate(1 minute)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.live_arn
    role_arn = aws_iam_role.sweep.arn
    input    = jsonencode({ sweep = true })

    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 0
    }
  }
}

# The next sweep is the retry.
resource "aws_lambda_function_event_invoke_config" "sweep" {
  function_name                = aws_lambda_function.this.function_name
  qualifier                    = "live"
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0

  depends_on = [aws_lambda_alias.follows, aws_lambda_alias.held]
}

resource "aws_iam_role" "sweep" {
  name = "${local.name}-sweep"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.d.account } }
    }]
  })
}

resource "aws_iam_role_policy" "sweep" {
  name = "sweep"
  role = aws_iam_role.sweep.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "OwnFunction"
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = "arn:${local.d.partition}:lambda:${local.place}:function:${local.name}:live"
    }]
  })
}
