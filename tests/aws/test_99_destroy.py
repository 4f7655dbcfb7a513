"""Comes last: nothing of the deployment is left."""

import consumers
from inventory import inventory
from mesh import Mesh
from stack import Stack

# What the tests themselves made since.
OURS = ("recorder-", "probe-", "partner-ready", "stranger-ready", f"/aws/lambda/{consumers.FUNCTION}")


def test_destroy_leaves_nothing(stack: Stack, mesh: Mesh, before: dict[str, set[str]]) -> None:
    stack.destroy()
    left = {
        what: {name for name in names - before[what] if not any(ours in name for ours in OURS)}
        for what, names in inventory(mesh).items()
    }
    assert {what: names for what, names in left.items() if names} == {}
