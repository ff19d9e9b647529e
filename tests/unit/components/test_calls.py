"""Counts the Okta API calls of an `up` without changes, in the sandbox's request log.

The program runs against Pulumi's mocks. Every Okta lookup goes through the replacement plugin,
which pages like the real one, to a sandbox that already contains the declared resources; so do the
calls of the components' own client.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from pulumi.runtime import mocks

from offline_plugins.okta.api import Clock, Okta
from offline_plugins.okta.lookups import LOOK_UPS
from okta_idc.clients.okta import Okta as OwnClient
from okta_idc.clients.okta_auth import HeaderAuth
from sandbox.pytest_plugin import Sandbox, start_sandbox
from tests.paths import ROOT
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import federation

__all__ = ["start_sandbox"]
GROUPS = 500
MAX_CALLS = 12
PUSHED = [f"pushed-{n:03}" for n in range(GROUPS)]


@dataclass
class SandboxCloud(MockCloud):
    """Answers Okta lookups from a sandbox that contains every declared resource."""

    okta: Any = None
    url: str = ""
    token: str = ""
    app: str = ""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        ident, outputs = super().new_resource(args)
        return self.app if args.typ.endswith(":Saml") else ident, outputs

    def okta_client(self, _parent: object) -> Any:
        return OwnClient(self.url, HeaderAuth(f"SSWS {self.token}"))

    def call(self, args: mocks.MockCallArgs) -> Any:
        if not args.token.startswith("okta:"):
            return super().call(args)
        given = {name: value for name, value in args.args.items() if value is not None}
        return LOOK_UPS[args.token].read(self.okta, given)


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Sandbox], tmp_path: Path) -> Sandbox:
    document = yaml.safe_load((ROOT / "sandbox" / "org.yaml").read_text())
    names = ["aws-access", *PUSHED]
    document |= {"users": [], "groups": [{"name": name, "members": []} for name in names]}
    org = tmp_path / "org.json"
    org.write_text(json.dumps(document))
    return start_sandbox("--connections", "supported", "--org", str(org))


@pytest.fixture
def cloud(sandbox: Sandbox) -> MockCloud:
    """An app with provisioning enabled, one assignment group and 500 push groups."""
    okta = Okta(sandbox.okta, f"SSWS {sandbox.token}", Clock())
    settings = {"app": {"acsURL": "https://acs.example.com", "entityID": "https://e.example.com"}}
    body = {"name": "amazon_aws_sso", "label": "A", "signOnMode": "SAML_2_0", "settings": settings}
    app_path = "/api/v1/apps/" + okta.post("/api/v1/apps", body)["id"]
    aws = boto3.client("secretsmanager", "us-east-1", endpoint_url=sandbox.aws,
                       aws_access_key_id="x", aws_secret_access_key="x")  # fmt: skip
    scim_token = json.loads(
        aws.get_secret_value(SecretId="okta-identity-center/scim")["SecretString"]
    )
    connection = {
        "baseUrl": scim_token["endpoint"].rstrip("/"),
        "profile": {"authScheme": "TOKEN", "token": scim_token["token"]},
    }
    okta.post(app_path + "/connections/default", connection)
    okta.post(app_path + "/connections/default/lifecycle/activate")
    enabled = {"status": "ENABLED"}
    create = {"lifecycleCreate": enabled}
    update = {"lifecycleDeactivate": enabled, "profile": enabled}
    okta.put(app_path + "/features/USER_PROVISIONING", {"create": create, "update": update})
    for group in okta.get("/api/v1/groups"):
        if group["profile"]["name"] == "aws-access":
            okta.put(f"{app_path}/groups/{group['id']}", {})
        else:
            mapping = {"sourceGroupId": group["id"], "targetGroupName": group["profile"]["name"]}
            okta.post(app_path + "/group-push/mappings", mapping | {"status": "ACTIVE"})
    return SandboxCloud(
        okta=okta, url=sandbox.okta, token=sandbox.token, app=app_path.rsplit("/", 1)[-1],
        in_aws=list(PUSHED),
    )  # fmt: skip


def test_an_up_without_changes_makes_at_most_12_calls_for_500_groups(
    cloud: MockCloud, sandbox: Sandbox, declare: Callable[..., None]
) -> None:
    start = sandbox.request_log()[-1]["seq"]
    declare(federation(push_groups=[{"name": name} for name in PUSHED]))
    counts = sandbox.request_counts("okta", since=start)
    assert {count["operation"].split()[0] for count in counts} == {"GET"}
    assert len(cloud.inputs("PushGroup")) == GROUPS
    assert sum(count["calls"] for count in counts) <= MAX_CALLS, counts
    seen = {count["operation"] for count in counts}
    assert "GET /api/v1/apps/{id}/group-push/mappings" in seen
    assert "GET /api/v1/apps/{id}/groups" in seen
