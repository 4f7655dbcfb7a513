"""Everything in an account, to compare before and after."""

from mesh import Mesh

# client, paginated operation, where its entries are, what names one
LISTS = (
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    ("sqs", "list_queues", "QueueUrls", None),
    ("dynamodb", "list_tables", "TableNames", None),
    ("lambda_", "list_functions", "Functions", "FunctionName"),
    ("lambda_", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("secretsmanager", "list_secrets", "SecretList", "Name"),
    ("scheduler", "list_schedules", "Schedules", "Name"),
    ("events", "list_rules", "Rules", "Name"),
    ("kms", "list_aliases", "Aliases", "AliasName"),
)


def inventory(mesh: Mesh) -> dict[str, set[str]]:
    """What is listed -> names."""
    found = {"list_buckets": {bucket["Name"] for bucket in mesh.s3.list_buckets()["Buckets"]}}
    customer = mesh.iam.get_paginator("list_policies").paginate(Scope="Local")
    found["list_policies"] = {policy["Arn"] for page in customer for policy in page["Policies"]}
    for service, operation, entries, name in LISTS:
        pages = getattr(mesh, service).get_paginator(operation).paginate()
        found[operation] = {entry[name] if name else entry for page in pages for entry in page.get(entries, [])}
    return found
