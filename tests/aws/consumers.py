"""Subscribers that are no agents: another team's queues and function. They are older than the mesh."""

import io
import json
import zipfile

from mesh import Mesh

OTHER_ACCOUNT = "222222222222"
UNLISTED_ACCOUNT = "333333333333"
READY = "/content/ready"
ENVELOPED, RAW, PUBLISHED, FUNCTION = "cms-ready", "crm-ready", "cms-published", "newsletter"
HANDLER = "import json\ndef handler(event, context):\n    print(json.dumps(event))\n"


def create(mesh: Mesh) -> None:
    """What another team has before it subscribes."""
    arn = f"arn:aws:sns:{mesh.region}:{mesh.account}:{mesh.prefix}-content"
    for name, channel in ((ENVELOPED, "ready"), (RAW, "ready"), (PUBLISHED, "published")):
        mesh.queue(name, [f"{arn}-{channel}"])
    function(mesh, FUNCTION, HANDLER, role(mesh, FUNCTION))


def role(mesh: Mesh, name: str) -> str:
    """A role for functions that may do nothing but log."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    return mesh.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]


def function(mesh: Mesh, name: str, source: str, role: str) -> None:
    """A function in Python."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", source)
    mesh.lambda_.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="index.handler",
        Role=role,
        Timeout=30,
        Code={"ZipFile": packed.getvalue()},
    )


def variables(mesh: Mesh) -> dict:
    """Terraform's variables that let them in."""

    def queue(name: str) -> str:
        return f"arn:aws:sqs:{mesh.region}:{mesh.account}:{name}"

    return {
        "subscribers": [{"account": OTHER_ACCOUNT, "channels": [READY]}],
        "subscriptions": {
            ENVELOPED: {"channel": READY, "protocol": "sqs", "endpoint": queue(ENVELOPED)},
            RAW: {"channel": READY, "protocol": "sqs", "endpoint": queue(RAW), "raw": True},
            PUBLISHED: {"channel": "/content/published", "protocol": "sqs", "endpoint": queue(PUBLISHED)},
            FUNCTION: {
                "channel": READY,
                "protocol": "lambda",
                "endpoint": f"arn:aws:lambda:{mesh.region}:{mesh.account}:function:{FUNCTION}",
            },
        },
    }
