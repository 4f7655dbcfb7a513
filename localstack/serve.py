"""Runs MiniStack with two answers corrected, patient with connections, and deaf to Terraform's repetitions.

1. Its DescribeAlarms leaves most of an alarm out in the Query protocol, which Terraform's AWS provider 5 speaks: every
   plan would change every alarm. In JSON it is complete, so the XML is written from that.
2. It asks for permissions that IAM does not know: on AWS `sns:Publish` and `sqs:SendMessage` are good for batches too.

Its server would end a connection that was idle for 75 seconds, or had a thousand requests. On a busy machine that can meet
a request that is under way: who asked sends it again. What Terraform repeats all the same is done once (see retries.py).
"""

import json
import sys
from datetime import datetime, timezone
from xml.sax.saxutils import escape

import hypercorn.asyncio
from hypercorn.config import Config
from ministack import app
from ministack.core import iam_actions
from ministack.services import cloudwatch
from retries import Application, once_for_terraform

described = cloudwatch._describe_alarms
action_of = iam_actions.extract_iam_action
served = hypercorn.asyncio.serve


def iam_action(*arguments: object) -> str | None:
    """The permission a call needs."""
    action = action_of(*arguments)
    return action.removesuffix("Batch") if action and action.startswith(("sns:", "sqs:")) else action


def describe_alarms(params: dict, body: dict, is_cbor: bool, is_json: bool = False) -> tuple:
    if is_cbor or is_json:
        return described(params, body, is_cbor, is_json)
    status, headers, found = described({}, asked(params), False, True)
    if status != 200:
        return described(params, body, is_cbor, is_json)
    alarms = json.loads(found)
    for alarm in alarms["MetricAlarms"]:
        if alarm.get("ExtendedStatistic"):
            alarm.pop("Statistic", None)
    result = f"<DescribeAlarmsResult>{xml(alarms)}</DescribeAlarmsResult>"
    return cloudwatch._xml(200, "DescribeAlarmsResponse", result)


def asked(params: dict) -> dict:
    """The parameters of the Query protocol as JSON has them: `AlarmNames.member.1` is the first of a list."""
    query: dict = {}
    for name, values in params.items():
        parts = name.split(".member.")
        value = values[0] if isinstance(values, list) else values
        if len(parts) == 2:
            query.setdefault(parts[0], []).append(value)
        else:
            query[name] = value
    return query


def xml(value: object, name: str = "") -> str:
    if isinstance(value, dict):
        return "".join(f"<{key}>{xml(entry, key)}</{key}>" for key, entry in value.items() if entry is not None)
    if isinstance(value, list):
        return "".join(f"<member>{xml(entry)}</member>" for entry in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if name.endswith("Timestamp") and isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return escape(str(value))


async def serve(application: Application, config: Config, **more: object) -> None:
    config.keep_alive_timeout = 3600
    config.keep_alive_max_requests = 1_000_000
    await served(once_for_terraform(application), config, **more)


if __name__ == "__main__":
    hypercorn.asyncio.serve = serve
    cloudwatch._describe_alarms = describe_alarms
    iam_actions.extract_iam_action = iam_action
    sys.exit(app.main())
