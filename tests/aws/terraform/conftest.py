"""One plan an environment, made once."""

import plan as planning
import pytest

NETWORK = 'network={"subnet_ids":["subnet-1"],"security_group_ids":["sg-1"]}'


PLANS = {
    "dev": (["dev"], []),
    "prod": (["prod"], []),
    "va-phase1, traced, in a network": (["prod", "va-phase1"], ["tracing=true", NETWORK]),
}


@pytest.fixture(scope="session", params=PLANS)
def plan(request, tmp_path_factory):
    """dev, prod, and the design document's names with everything that widens a role."""
    environments, variables = PLANS[request.param]
    return planning.make(tmp_path_factory.mktemp(environments[-1]), environments, *variables)
