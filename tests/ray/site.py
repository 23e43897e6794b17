"""What clusters share: the network, what stands for AWS, and the clients."""

from __future__ import annotations

from tests.ray.aws import Aws
from tests.ray.certificates import issue_certificate
from tests.ray.deployment import OPERATOR, STORE_NAME, STRANGER, TOOLS, WHEEL_SOURCE, WHEELS
from tests.ray.run_state import RunState
from tests.ray.vpc import Vpc


class Site:
    """Everything of a run but the clusters."""

    def __init__(self, state: RunState) -> None:
        self.state = state
        self.vpc = Vpc(state)
        self.aws = Aws(state, self.vpc, tools=TOOLS)
        self.certificate = issue_certificate(state.folder / "certificates", STORE_NAME)
        self.operator = self.vpc.attach("operator", [OPERATOR])
        self.stranger = self.vpc.attach("stranger", [STRANGER])
        self.aws.upload(WHEELS, WHEEL_SOURCE)
