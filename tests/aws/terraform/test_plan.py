"""What must not be forgotten: bounds that add up, dead letters everywhere, data that is kept and private."""

import json

from plan import ACCOUNT, FOURTEEN_DAYS, GATEWAY, REGION, agents, asks, channels, pascal, publishes, setting_names


def arn(service, name):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def test_a_queue_hides_a_message_for_six_times_the_timeout(plan):
    for name, agent in agents(plan).items():
        function = plan.agent(name, "aws_lambda_function")
        assert (function["timeout"], function["memory_size"]) == (agent["timeout_seconds"], agent["memory_mb"]), name
        assert plan.queue(name)["visibility_timeout_seconds"] == 6 * function["timeout"], name


def test_content_gen_has_the_bounds_of_the_design_document(plan):
    function = plan.agent("content-gen", "aws_lambda_function")
    phase1 = plan.prefix == "va-phase1"
    # A call's bound is 100 s where nobody says otherwise (shared/mesh/src/env.rs).
    bounds = (30, "25") if phase1 else (120, None)
    settings = (plan.variables.get("settings") or {}).get("content-gen", {})
    assert (function["timeout"], settings.get("TIMEOUT_SECONDS"), function["memory_size"]) == (*bounds, 256)
    mapping = plan.agent("content-gen", "aws_lambda_event_source_mapping")
    assert mapping["scaling_config"] == [{"maximum_concurrency": 2}]


def test_reserved_concurrency_is_one_more_than_the_mapping_uses(plan):
    for name, agent in agents(plan).items():
        mapping = plan.agent(name, "aws_lambda_event_source_mapping")
        maximum = mapping["scaling_config"][0]["maximum_concurrency"]
        assert maximum == max(2, agent["concurrency"]), name
        assert plan.agent(name, "aws_lambda_function")["reserved_concurrent_executions"] == maximum + 1, name


def test_batches_name_what_failed_and_wait_for_nothing(plan):
    for name, agent in agents(plan).items():
        mapping = plan.agent(name, "aws_lambda_event_source_mapping")
        assert mapping["function_response_types"] == ["ReportBatchItemFailures"], name
        assert mapping["batch_size"] == (1 if asks(agent) else 10), name
        assert not mapping["maximum_batching_window_in_seconds"], name
        assert not mapping["filter_criteria"], name


def test_every_queue_is_kept_14_days_and_encrypted(plan):
    for address, queue in plan.of("aws_sqs_queue").items():
        assert queue["message_retention_seconds"] == FOURTEEN_DAYS, address
        assert queue["sqs_managed_sse_enabled"] is True, address
        assert not queue["fifo_queue"], address


def test_what_nothing_ran_for_goes_to_the_dead_letters(plan):
    for name in agents(plan):
        own = f"{plan.prefix}-{name}"
        redrive = json.loads(plan.queue(name)["redrive_policy"])
        assert redrive == {"deadLetterTargetArn": arn("sqs", f"{own}-dlq"), "maxReceiveCount": 20}
        allow = json.loads(plan.queue(f"{name}-dlq")["redrive_allow_policy"])
        assert allow == {"redrivePermission": "byQueue", "sourceQueueArns": [arn("sqs", own)]}


def test_queues_take_from_their_topics_only(plan):
    for name, agent in agents(plan).items():
        topics = {arn("sns", f"{plan.prefix}{s['channel'].replace('/', '-')}") for s in agent["subscribes"]}
        for queue in (name, f"{name}-undelivered"):
            statements = json.loads(plan.queue(queue)["policy"])["Statement"]
            allowed = [s for s in statements if s["Effect"] == "Allow"]
            assert [s["Principal"] for s in allowed] == [{"Service": "sns.amazonaws.com"}], queue
            assert [s["Action"] for s in allowed] == ["sqs:SendMessage"], queue
            assert set(allowed[0]["Condition"]["ArnEquals"]["aws:SourceArn"]) == topics, queue


def test_nothing_is_reached_without_tls(plan):
    policies = [(address, q["policy"]) for address, q in plan.of("aws_sqs_queue").items()]
    policies += [(address, t["policy"]) for address, t in plan.of("aws_sns_topic").items()]
    # The policy of a bucket behind CloudFront names a distribution that is not there yet.
    policies += [(a, b["policy"]) for a, b in plan.of("aws_s3_bucket_policy").items() if "policy" in b]
    for address, policy in policies:
        denied = [s for s in json.loads(policy)["Statement"] if s["Effect"] == "Deny"]
        assert [s["Condition"] for s in denied] == [{"Bool": {"aws:SecureTransport": "false"}}], address
        assert [s["Principal"] for s in denied] == ["*"], address


def test_every_channel_has_its_encrypted_topic(plan):
    used = {channels()[event] for agent in agents(plan).values() for event in publishes(agent)}
    used |= {s["channel"] for agent in agents(plan).values() for s in agent["subscribes"]}
    expected = {f"{plan.prefix}{channel.replace('/', '-')}" for channel in used} | {f"{plan.prefix}-ops"}
    assert {topic["name"] for topic in plan.of("aws_sns_topic").values()} == expected
    assert [key["enable_key_rotation"] for key in plan.of("aws_kms_key").values()] == [True]


def test_every_subscription_is_whole_unfiltered_and_has_dead_letters(plan):
    subscriptions = plan.of("aws_sns_topic_subscription")
    for name, agent in agents(plan).items():
        for channel in {s["channel"] for s in agent["subscribes"]}:
            topic = arn("sns", f"{plan.prefix}{channel.replace('/', '-')}")
            mine = subscriptions.pop(f'module.agent["{name}"].aws_sns_topic_subscription.this["{topic}"]')
            assert mine["raw_message_delivery"] is False, (name, channel)
            assert mine["filter_policy"] is None, (name, channel)
            dead = json.loads(mine["redrive_policy"])["deadLetterTargetArn"]
            assert dead == arn("sqs", f"{plan.prefix}-{name}-undelivered"), (name, channel)
    assert subscriptions == {}, "an agent gets events of channels that it does not declare"


def test_functions_get_settings_that_the_agents_know(plan):
    known = setting_names()
    for name in agents(plan):
        function = plan.agent(name, "aws_lambda_function")
        given = set(plan.outputs["functions"][name]["settings"])
        assert given <= known, f"{name} would refuse to start: {given - known}"
        assert {"MESH_PREFIX", "MESH_ENVIRONMENT", "MESH_ACCOUNT"} <= given, name
        assert "OPENAI_API_KEY" not in given, name
        if "@models" in agents(plan)[name].get("settings", []):
            assert {"OPENAI_MODEL", "MESH_IMAGE_MODEL", "OPENAI_API_KEY_SECRET"} <= given, f"{name} has no model"
        assert function["runtime"] == "provided.al2023" and function["publish"] is True, name
        traced = "Active" if plan.variables.get("tracing") else "PassThrough"
        assert function["tracing_config"] == [{"mode": traced}], name
        assert len(function["vpc_config"]) == (1 if plan.variables.get("network") else 0), name


def test_the_gateway_is_throttled_swept_and_knows_the_models(plan):
    gateway = plan.outputs["gateway"]["function"]
    assert gateway["name"] == f"{plan.prefix}-gateway"
    assert set(gateway["settings"]) <= setting_names()
    assert {"OPENAI_MODEL", "MESH_IMAGE_MODEL", "OPENAI_API_KEY_SECRET"} <= set(gateway["settings"])
    (stage,) = plan.of("aws_apigatewayv2_stage").values()
    (throttle,) = stage["default_route_settings"]
    assert (throttle["throttling_rate_limit"], throttle["throttling_burst_limit"]) == (50, 100)
    (api,) = plan.of("aws_apigatewayv2_api").values()
    assert api["protocol_type"] == "HTTP" and not api["cors_configuration"], "the router answers browsers"
    schedule = plan.of("aws_scheduler_schedule")["module.gateway[0].aws_scheduler_schedule.sweep"]
    assert schedule["schedule_expression"] == "rate(1 minute)"


def test_queue_and_sweep_run_the_live_alias(plan):
    for name in agents(plan):
        assert plan.agent(name, "aws_lambda_alias")["name"] == "live"
        schedule = plan.agent(name, "aws_scheduler_schedule")
        assert schedule["schedule_expression"] == "rate(1 minute)"
        assert json.loads(schedule["target"][0]["input"]) == {"sweep": True}
        assert schedule["target"][0]["retry_policy"][0]["maximum_retry_attempts"] == 0
        assert plan.agent(name, "aws_lambda_function_event_invoke_config")["qualifier"] == "live"
        assert plan.agent(name, "aws_lambda_function_recursion_config")["recursive_loop"] == "Terminate"


def test_tables_expire_recover_and_are_paid_by_use(plan):
    kinds = {k for a in agents(plan).values() for k in [*a.get("reads", []), *a.get("writes", [])]}
    kinds |= {"fates", "budgets", *GATEWAY["writes"]}
    names = {f"{plan.prefix}-{kind.replace('_', '-')}" for kind in kinds}
    names |= {f"{plan.prefix}-{name}-ledger" for name in (*agents(plan), "gateway")}
    tables = {table["name"]: table for table in plan.of("aws_dynamodb_table").values()}
    assert set(tables) == names
    for name, table in tables.items():
        assert table["ttl"] == [{"attribute_name": "expires_at", "enabled": True}], name
        assert table["billing_mode"] == "PAY_PER_REQUEST", name
        assert table["point_in_time_recovery"][0]["enabled"] is True, name
        assert table["deletion_protection_enabled"] is (plan.variables["environment"] == "prod"), name


def test_tables_have_the_keys_that_the_store_uses(plan):
    tables = {table["name"]: table for table in plan.of("aws_dynamodb_table").values()}
    for name, table in tables.items():
        indexes = {
            i["name"]: (i["hash_key"], i["range_key"], i["projection_type"]) for i in table["global_secondary_index"]
        }
        numbers = {a["name"] for a in table["attribute"] if a["type"] == "N"}
        if name.endswith("-ledger"):
            assert (table["hash_key"], table["range_key"]) == ("event_id", None), name
            keys_only = {"due": ("pending", "due_at"), "by-run": ("correlation_id", "begun_at")}
            assert indexes == {index: (*keys, "KEYS_ONLY") for index, keys in keys_only.items()}, name
            assert numbers == {"due_at", "begun_at"}, name
        else:
            assert (table["hash_key"], table["range_key"]) == ("partition", "id"), name
            assert indexes == {"by-owner": ("owner", "sort", "ALL"), "by-index": ("index", "sort", "ALL")}, name
            assert numbers == set(), name


def test_buckets_are_private_encrypted_and_versioned(plan):
    for kind in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
        blocks = plan.of("aws_s3_bucket_public_access_block")
        assert [block[kind] for block in blocks.values()] == [True, True], kind
    owners = [o["rule"][0]["object_ownership"] for o in plan.of("aws_s3_bucket_ownership_controls").values()]
    assert owners == ["BucketOwnerEnforced"] * 2
    versions = [v["versioning_configuration"][0]["status"] for v in plan.of("aws_s3_bucket_versioning").values()]
    assert versions == ["Enabled"] * 2
    assert len(plan.of("aws_s3_bucket_server_side_encryption_configuration")) == 2
    kept = {b["bucket"]: b["force_destroy"] for b in plan.of("aws_s3_bucket").values()}
    assert set(kept.values()) == {plan.variables["environment"] != "prod"}, kept


def test_blobs_live_as_long_as_everything_that_points_at_them(plan):
    rules = {}
    for lifecycle in plan.of("aws_s3_bucket_lifecycle_configuration").values():
        for rule in lifecycle["rule"]:
            assert rule["status"] == "Enabled"
            if rule["expiration"]:
                rules[rule["filter"][0]["prefix"]] = rule["expiration"][0]["days"]
            else:
                assert rule["abort_incomplete_multipart_upload"][0]["days_after_initiation"] == 7
    assert rules == {"drafts/": 90, "answers/": 90, "quarantine/": 90}


def test_logs_are_kept_30_days(plan):
    groups = {g["name"]: g["retention_in_days"] for g in plan.of("aws_cloudwatch_log_group").values()}
    functions = {f"/aws/lambda/{plan.prefix}-{name}": 30 for name in (*agents(plan), "gateway")}
    assert groups == functions | {f"/aws/apigateway/{plan.prefix}-gateway": 30}


def test_no_secret_has_a_value(plan):
    assert len(plan.of("aws_secretsmanager_secret")) == 1
    assert not [r["address"] for r in plan.resources if r["type"] == "aws_secretsmanager_secret_version"]


def test_alarms_reach_the_ops_topic_and_say_what_to_do(plan):
    alarms = {alarm["alarm_name"]: alarm for alarm in plan.of("aws_cloudwatch_metric_alarm").values()}
    ops = [arn("sns", f"{plan.prefix}-ops")]
    for name, alarm in alarms.items():
        assert alarm["alarm_actions"] == ops, name
        assert alarm["alarm_description"].startswith(("HIGH: ", "MEDIUM: ", "LOW: ")), name
        assert "docs/runbook.md#" in alarm["alarm_description"], name
    for name in agents(plan):
        own = {
            alarm.removeprefix(f"{plan.prefix}-{name}-"): (values["metric_name"], values["dimensions"])
            for alarm, values in alarms.items()
            if alarm.startswith(f"{plan.prefix}-{name}-") and not alarm.endswith("-not-delivered")
        }
        assert own["failures"] == (f"{pascal(name)}.FailureCount", {"Agent": name})
        assert own["latency"] == (f"{pascal(name)}.LatencyMs", {"Agent": name})
        assert own["dead-letters"][1] == {"QueueName": f"{plan.prefix}-{name}-dlq"}
        assert own["undelivered"][1] == {"QueueName": f"{plan.prefix}-{name}-undelivered"}
        assert {"age", "errors", "throttles", "duration", "recursion"} <= own.keys(), name
        assert ("silence" in own) == (name == "content-gen" and plan.variables["environment"] == "prod"), name
