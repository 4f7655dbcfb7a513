"""What an agent's role allows is what its declaration names, and nothing more."""

import json

import pytest
from plan import ACCOUNT, GATEWAY, REGION, agents, as_list, asks, channels, publishes

EVERYWHERE = {
    "Tracing": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
    "NetworkInterfaces": {
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
    },
}


def statements(plan, name):
    policies = plan.of("aws_iam_role_policy")
    return json.loads(policies[f'module.agent["{name}"].aws_iam_role_policy.this']["policy"])["Statement"]


def grants(plan, name):
    """(action, resource) of everything the role allows."""
    found = set()
    for statement in statements(plan, name):
        assert statement["Effect"] == "Allow"
        assert not {"NotAction", "NotResource"} & statement.keys()
        found |= {(a, r) for a in as_list(statement["Action"]) for r in as_list(statement["Resource"])}
    return found


def bucket(plan, prefix):
    kind = "site" if prefix.startswith(("site/", "sites/")) else "objects"
    default = {"site": f"{plan.prefix}-site", "objects": f"{plan.prefix}-content-objects"}[kind]
    return f"arn:aws:s3:::{(plan.variables.get('buckets') or {}).get(kind) or default}"


def expected(plan, agent):
    """The grants that follow from an agent.json, worked out apart from Terraform."""
    name, own = agent["name"], f"{plan.prefix}-{agent['name']}"

    def arn(service, resource):
        return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"

    def allow(actions, *resources):
        return {(action, resource) for action in actions.split() for resource in resources}

    def tables(kinds):
        return [arn("dynamodb", f"table/{plan.prefix}-{kind.replace('_', '-')}") for kind in kinds]

    writes, ledger = tables(agent.get("writes", [])), arn("dynamodb", f"table/{own}-ledger")
    reads = [table for table in tables(agent.get("reads", [])) if table not in writes]
    blobs = agent.get("blobs", {})
    put = [*blobs.get("writes", []), f"answers/{name}/", f"quarantine/{name}/"]
    get = [prefix for prefix in blobs.get("reads", []) if prefix not in put]
    topics = {f"{plan.prefix}{channels()[event].replace('/', '-')}" for event in publishes(agent)}

    grants = allow(
        "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility", arn("sqs", own)
    )
    grants |= allow("sqs:SendMessage", arn("sqs", f"{own}-dlq"))
    grants |= allow("sns:Publish", *(arn("sns", topic) for topic in topics))
    grants |= allow("dynamodb:GetItem dynamodb:BatchGetItem dynamodb:PutItem dynamodb:UpdateItem dynamodb:ConditionCheckItem", ledger)
    grants |= allow("dynamodb:GetItem dynamodb:PutItem dynamodb:ConditionCheckItem", *tables(["fates"]))
    grants |= allow("dynamodb:GetItem dynamodb:PutItem", *(tables(["budgets"]) if asks(agent) else []))
    grants |= allow("dynamodb:GetItem dynamodb:Query", *reads, *writes)
    grants |= allow("dynamodb:PutItem dynamodb:UpdateItem dynamodb:ConditionCheckItem", *writes)
    grants |= allow("dynamodb:Query", *(f"{table}/index/*" for table in [ledger, *writes, *reads]))
    grants |= allow("s3:GetObject s3:PutObject", *(f"{bucket(plan, prefix)}/{prefix}*" for prefix in put))
    grants |= allow("s3:GetObject", *(f"{bucket(plan, prefix)}/{prefix}*" for prefix in get))
    grants |= allow("s3:ListBucket", *{bucket(plan, prefix) for prefix in [*put, *get]})
    grants |= allow("logs:CreateLogStream logs:PutLogEvents", arn("logs", f"log-group:/aws/lambda/{own}:*"))
    if "@models" in agent.get("settings", []):
        secret = f"/{plan.prefix.split('-')[0]}/{plan.variables['environment']}/openai-api-key"
        grants |= allow("secretsmanager:GetSecretValue", arn("secretsmanager", f"secret:{secret}-??????"))
    if plan.variables.get("tracing"):
        grants |= allow(" ".join(EVERYWHERE["Tracing"]), "*")
    if plan.variables.get("network"):
        grants |= allow(" ".join(EVERYWHERE["NetworkInterfaces"]), "*")
    return grants


def test_every_role_allows_exactly_what_its_declaration_names(plan):
    for name, agent in agents(plan).items():
        allowed, declared = grants(plan, name), expected(plan, agent)
        assert allowed - declared == set(), f"{name} may do more than it declares"
        assert declared - allowed == set(), f"{name} may not do what it declares"


def test_the_gateway_may_do_what_its_routes_do(plan):
    """It keeps sites, posts and keys, starts runs, and reads where they stand. No bucket, no queue, no secret."""
    policy = plan.of("aws_iam_role_policy")["module.gateway[0].aws_iam_role_policy.this"]["policy"]
    allowed = {
        (action, resource.removeprefix(f"arn:aws:{resource.split(':')[2]}:{REGION}:{ACCOUNT}:").replace(plan.prefix, "*"))
        for statement in json.loads(policy)["Statement"]
        if statement["Sid"] not in EVERYWHERE
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    tables = {kind: f"table/*-{kind.replace('_', '-')}" for kind in (*GATEWAY["writes"], *GATEWAY["reads"])}
    read = {"GetItem", "Query"}
    write = read | {"Scan", "PutItem", "UpdateItem", "ConditionCheckItem"}
    own = {"GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem"}
    expected = {("sns:Publish", f"*{channel.replace('/', '-')}") for channel in GATEWAY["channels"]}
    expected |= {(f"dynamodb:{action}", tables[kind]) for kind in GATEWAY["writes"] for action in write}
    expected |= {(f"dynamodb:{action}", tables[kind]) for kind in GATEWAY["reads"] for action in read}
    expected |= {(f"dynamodb:{action}", "table/*-gateway-ledger") for action in own}
    expected |= {("dynamodb:Query", f"{table}/index/*") for table in (*tables.values(), "table/*-gateway-ledger")}
    logs = "log-group:/aws/lambda/*-gateway:*"
    assert allowed == expected | {("logs:CreateLogStream", logs), ("logs:PutLogEvents", logs)}


def test_everywhere_means_traces_and_network_interfaces_only(plan):
    wide = {name for name, on in (("Tracing", "tracing"), ("NetworkInterfaces", "network")) if plan.variables.get(on)}
    for name in agents(plan):
        everywhere = {s["Sid"]: set(s["Action"]) for s in statements(plan, name) if "*" in as_list(s["Resource"])}
        assert everywhere == {sid: EVERYWHERE[sid] for sid in wide}, name


def test_no_policy_of_a_role_has_a_wildcard_for_actions(plan):
    for address, policy in plan.of("aws_iam_role_policy").items():
        for statement in json.loads(policy["policy"])["Statement"]:
            assert not [action for action in as_list(statement["Action"]) if "*" in action], address


def test_a_list_of_a_bucket_sees_own_prefixes_only(plan):
    for name, agent in agents(plan).items():
        blobs = agent.get("blobs", {})
        own = {*blobs.get("reads", []), *blobs.get("writes", []), f"answers/{name}/", f"quarantine/{name}/"}
        lists = [s for s in statements(plan, name) if "s3:ListBucket" in as_list(s["Action"])]
        seen = {p for s in lists for p in s["Condition"]["StringLikeIfExists"]["s3:prefix"]}
        assert seen == {f"{prefix}*" for prefix in own}, name


def test_roles_have_no_other_policies(plan):
    kinds = {r["type"] for r in plan.resources if r["type"].startswith("aws_iam_")}
    assert kinds == {"aws_iam_role", "aws_iam_role_policy"}
    inline = [address for address, role in plan.of("aws_iam_role").items() if role.get("managed_policy_arns")]
    assert inline == []


@pytest.mark.parametrize(("role", "service"), [("this", "lambda"), ("sweep", "scheduler")])
def test_roles_are_assumed_by_one_service(plan, role, service):
    for name in agents(plan):
        address = f'module.agent["{name}"].aws_iam_role.{role}'
        trust = json.loads(plan.of("aws_iam_role")[address]["assume_role_policy"])["Statement"]
        assert [s["Principal"] for s in trust] == [{"Service": f"{service}.amazonaws.com"}], address


def test_the_sweep_of_the_gateway_may_invoke_the_gateway_only(plan):
    trust = plan.of("aws_iam_role")["module.gateway[0].aws_iam_role.sweep"]["assume_role_policy"]
    principals = [s["Principal"] for s in json.loads(trust)["Statement"]]
    assert principals == [{"Service": "scheduler.amazonaws.com"}]
    policy = plan.of("aws_iam_role_policy")["module.gateway[0].aws_iam_role_policy.sweep"]["policy"]
    allowed = [(s["Action"], s["Resource"]) for s in json.loads(policy)["Statement"]]
    assert allowed == [("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{plan.prefix}-gateway")]


def test_the_sweep_may_invoke_the_live_alias_of_its_agent_only(plan):
    for name in agents(plan):
        policy = plan.of("aws_iam_role_policy")[f'module.agent["{name}"].aws_iam_role_policy.sweep']["policy"]
        allowed = [(s["Action"], s["Resource"]) for s in json.loads(policy)["Statement"]]
        function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{plan.prefix}-{name}:live"
        assert allowed == [("lambda:InvokeFunction", function)]
