"""One plan an environment, made once."""

import plan as planning
import pytest

NETWORK = 'network={"subnet_ids":["subnet-1"],"security_group_ids":["sg-1"]}'


@pytest.fixture(scope="session", params=["dev", "prod", "prod traced in a network"])
def plan(request, tmp_path_factory):
    """dev, prod, and prod with everything that widens a role."""
    environment, _, wider = request.param.partition(" ")
    variables = ["tracing=true", NETWORK] if wider else []
    return planning.make(tmp_path_factory.mktemp(environment), environment, *variables)
