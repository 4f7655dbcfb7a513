"""The local endpoint itself, where it is corrected."""

import json
import os

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from mesh import Mesh
from stack import REGION, Stack

POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]},
)


def create_policy(stack: Stack, agent: str, invocation: str, name: str) -> str:
    """One attempt of a client that calls itself `agent`."""
    client = boto3.client(
        "iam",
        endpoint_url=stack.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(user_agent=agent, retries={"total_max_attempts": 1}),
    )

    def mark(request: object, **_: object) -> None:
        request.headers["amz-sdk-invocation-id"] = invocation

    client.meta.events.register("before-send", mark)
    return client.create_policy(PolicyName=name, PolicyDocument=POLICY)["Policy"]["Arn"]


@pytest.fixture
def own(deployment: tuple[Stack, Mesh]) -> Stack:
    if "AWS_ENDPOINT_URL" in os.environ:
        pytest.fail("AWS_ENDPOINT_URL names an endpoint that is not ours to correct; unset it")
    return deployment[0]


def test_a_repetition_of_terraforms_has_the_first_answer(own: Stack) -> None:
    first = create_policy(own, "APN/1.0 HashiCorp/1.0 Terraform/1.11", "attempts-of-one-call", "repeated")
    assert create_policy(own, "APN/1.0 HashiCorp/1.0 Terraform/1.11", "attempts-of-one-call", "repeated") == first
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        create_policy(own, "APN/1.0 HashiCorp/1.0 Terraform/1.11", "another-call", "repeated")


def test_others_repeat_as_on_aws(own: Stack) -> None:
    create_policy(own, "anybody", "attempts-of-one-call", "asked-twice")
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        create_policy(own, "anybody", "attempts-of-one-call", "asked-twice")
