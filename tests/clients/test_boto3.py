"""The newest boto3 calls every operation that the sandbox's AWS answers."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.aws.service_models import SERVICES, answered_operations
from tests.clients.environments import version_of
from tests.clients.results import Summary, summarize
from tests.paths import ROOT
from tests.sandbox.aws.conftest import APPLICATION, INSTANCE, ORG, STORE

_MOTO = "moto fails, for an object that does not exist ([AWS in the sandbox](sandbox-aws.md))."
_CODE = "moto's error code is not one of the operation's ([AWS in the sandbox](sandbox-aws.md))."
DEVIATIONS = {
    "events:DescribeEventSource": _MOTO,
    "events:PutPartnerEvents": _MOTO,
    "iam:CreateOpenIDConnectProvider": _CODE,
    "iam:CreateServiceLinkedRole": _MOTO,
    "iam:GetAccessKeyLastUsed": _CODE,
    "iam:PutRolePermissionsBoundary": _CODE,
}


def test_boto3_calls_every_operation(
    addresses: dict[str, Any], run_script: Callable[..., dict[str, str]], summaries: list[Summary]
) -> None:
    operations = {name: sorted(answered_operations(name)) for name in sorted(SERVICES.values())}
    calls = run_script(
        "boto3", "boto3_walk.py", AWS=addresses["aws"], PYTHONPATH=str(ROOT), STORE=STORE,
        INSTANCE=INSTANCE, APPLICATION=APPLICATION, ACCOUNT=ORG.aws.members[0].id,
        OPERATIONS=json.dumps(operations),
    )  # fmt: skip
    version = version_of("boto3", "boto3")
    summaries.append(summarize("boto3", version, "AWS", calls, DEVIATIONS))
