locals {
  own = { namespace = "ContentMesh", dimensions = { Agent = var.agent.name } }
  run = { namespace = "AWS/Lambda", dimensions = { FunctionName = local.name } }
  sqs = {
    for queue in [local.name, local.dlq, "${local.name}-undelivered"] :
    queue => { namespace = "AWS/SQS", dimensions = { QueueName = queue } }
  }
  fresh = { statistic = "Sum", threshold = 0, period = 300 }

  alarms = merge({
    failures = merge(local.own, {
      metric = "${local.pascal}.FailureCount", statistic = "Sum", threshold = 5, period = 600
      say    = "HIGH: ${var.agent.name} failed more than 5 times in 10 minutes. See ErrorType of the metric and the events on /content/errors."
    })
    latency = merge(local.own, {
      metric = "${local.pascal}.LatencyMs", statistic = "p95", threshold = 10000, period = 900
      say    = "MEDIUM: one in twenty events takes ${var.agent.name} more than 10 s, over 15 minutes. Usually the provider of the model is slow."
    })
    dead-letters = merge(local.sqs[local.dlq], local.fresh, {
      metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum"
      say    = "HIGH: a message of ${var.agent.name} failed for good and waits in ${local.dlq}. Look at it with `mesh dlq list`, mend, replay within 14 days."
    })
    undelivered = merge(local.sqs["${local.name}-undelivered"], local.fresh, {
      metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum"
      say    = "HIGH: SNS could not deliver to ${local.name}; the queue or its policy is not what Terraform made. Apply again, then replay ${local.name}-undelivered."
    })
    # All back-offs of one message together are about an hour and a quarter.
    age = merge(local.sqs[local.name], {
      metric = "ApproximateAgeOfOldestMessage", statistic = "Maximum", threshold = 7200, period = 300
      say    = "HIGH: a message waits more than two hours for ${var.agent.name}: nothing runs, or more comes in than its concurrency handles."
    })
    errors = merge(local.run, local.fresh, {
      metric = "Errors"
      say    = "HIGH: an invocation of ${local.name} crashed or ran out of time; what fails in order is no error of the function. See its log."
    })
    throttles = merge(local.run, local.fresh, {
      metric = "Throttles"
      say    = "MEDIUM: Lambda refused to run ${local.name}: its reserved concurrency, or the account's, is too small for its mapping."
    })
    duration = merge(local.run, {
      metric = "Duration", statistic = "Maximum", threshold = 800 * var.agent.timeout_seconds, period = 300
      say    = "LOW: an invocation of ${local.name} took more than 80 % of its ${var.agent.timeout_seconds} s."
    })
    recursion = merge(local.run, local.fresh, {
      metric = "RecursiveInvocationsDropped"
      say    = "HIGH: Lambda stopped ${local.name} after 16 rounds of one chain of events: agents answer each other in a loop."
    })
    }, var.expected_daily ? {
    silence = merge(local.own, {
      metric = "${local.pascal}.SuccessCount", statistic = "Sum", threshold = 1, period = 86400
      say    = "LOW: ${var.agent.name} has not succeeded for 24 hours. Are requests sent? Do they arrive?"
    })
  } : {})
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in local.alarms : name => alarm if local.d.alarms }

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = "${each.value.say} docs/runbook.md#${each.key}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  period              = each.value.period
  evaluation_periods  = 1
  threshold           = each.value.threshold
  comparison_operator = each.key == "silence" ? "LessThanThreshold" : "GreaterThanThreshold"
  treat_missing_data  = each.key == "silence" ? "breaching" : "notBreaching"
  alarm_actions       = [local.d.ops_topic_arn]
  ok_actions          = [local.d.ops_topic_arn]
}
