"""What an `up` that changes nothing asks of Okta, counted by the sandbox's request log.

The program runs against Pulumi's mocks; every look-up of Okta's goes through the replacement
plugin, which pages as the real one does, to a sandbox that holds what is declared.
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
from offline_plugins.okta.look_ups import LOOK_UPS
from sandbox.pytest_plugin import Sandbox, start_sandbox
from tests.paths import ROOT
from tests.unit.components.conftest import World
from tests.unit.components.test_federation import federation

__all__ = ["start_sandbox"]
GROUPS = 500
MOST = 12
PUSHED = [f"pushed-{n:03}" for n in range(GROUPS)]


@dataclass
class There(World):
    """Everything stands already, in a sandbox."""

    okta: Any = None
    app: str = ""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        ident, outputs = super().new_resource(args)
        return self.app if args.typ.endswith(":Saml") else ident, outputs

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
def world(sandbox: Sandbox) -> World:
    """An app with provisioning on, a group assigned, and all the others pushed."""
    okta = Okta(sandbox.okta, f"SSWS {sandbox.token}", Clock())
    settings = {"app": {"acsURL": "https://acs.example.com", "entityID": "https://e.example.com"}}
    body = {"name": "amazon_aws_sso", "label": "A", "signOnMode": "SAML_2_0", "settings": settings}
    at = "/api/v1/apps/" + okta.post("/api/v1/apps", body)["id"]
    aws = boto3.client("secretsmanager", "us-east-1", endpoint_url=sandbox.aws,
                       aws_access_key_id="x", aws_secret_access_key="x")  # fmt: skip
    held = json.loads(aws.get_secret_value(SecretId="okta-identity-center/scim")["SecretString"])
    base = {
        "baseUrl": held["endpoint"].rstrip("/"),
        "profile": {"authScheme": "TOKEN", "token": held["token"]},
    }
    okta.post(at + "/connections/default", base)
    okta.post(at + "/connections/default/lifecycle/activate")
    on = {"status": "ENABLED"}
    create = {"lifecycleCreate": on}
    update = {"lifecycleDeactivate": on, "profile": on}
    okta.put(at + "/features/USER_PROVISIONING", {"create": create, "update": update})
    for group in okta.get("/api/v1/groups"):
        if group["profile"]["name"] == "aws-access":
            okta.put(f"{at}/groups/{group['id']}", {})
        else:
            mapping = {"sourceGroupId": group["id"], "targetGroupName": group["profile"]["name"]}
            okta.post(at + "/group-push/mappings", mapping | {"status": "ACTIVE"})
    return There(okta=okta, app=at.rsplit("/", 1)[-1], in_aws=list(PUSHED))


def test_the_truth_about_500_groups_costs_twelve_calls_at_most(
    world: World, sandbox: Sandbox, declare: Callable[..., None]
) -> None:
    since = sandbox.request_log()[-1]["seq"]
    declare(federation(push_groups=[{"name": name} for name in PUSHED]))
    counts = sandbox.request_counts("okta", since=since)
    assert {count["operation"].split()[0] for count in counts} == {"GET"}
    assert len(world.inputs("PushGroup")) == GROUPS
    assert sum(count["calls"] for count in counts) <= MOST, counts
    seen = {count["operation"] for count in counts}
    assert "GET /api/v1/apps/{id}/group-push/mappings" in seen
    assert "GET /api/v1/apps/{id}/groups" in seen
