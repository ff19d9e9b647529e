"""The stacks of the guide in GovCloud and in the European Sovereign Cloud, with the real engine."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Kit
from tests.paths import ROOT
from toolchain.engine import Engine

pytestmark = pytest.mark.e2e

GUIDE = ROOT / "docs" / "guide" / "connect.md"
KEY = "okta-identity-center:federation"


def documented(region: str) -> dict[str, Any]:
    """The configuration of the guide's stack in this Region."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.M | re.S)
    [found] = [
        c for text in blocks if (c := yaml.safe_load(text)["config"])["aws:region"] == region
    ]
    return found


def warnings_in(text: str) -> list[str]:
    """The warnings, without the engine's own on replacement plugins."""
    shown = (line for line in text.splitlines() if "warning: " in line)
    return [line for line in shown if "warning: using pulumi-resource-" not in line]


@pytest.fixture(scope="module", params=["aws-us-gov us-gov-west-1", "aws-eusc eusc-de-east-1"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, engine: Engine
) -> Iterator[tuple[str, Kit]]:
    """A sandbox in the partition, and the guide's stack with the sandbox's addresses."""
    partition, region = request.param.split()
    kit = Kit(tmp_path_factory.mktemp("clone") / ".sandbox")
    options = ["--connections", "supported"]
    with kit.running_sandbox(*options, serve=["--partition", partition]):
        settings, stack = yaml.safe_load(kit.settings.read_text()), documented(region)
        settings["config"] |= {"aws:region": region, KEY: stack[KEY]}
        kit.settings.write_text(yaml.safe_dump(settings))
        yield partition, kit
    kit.toolchain("reset")


def test_the_preview_is_clean(place: tuple[str, Kit]) -> None:
    _, kit = place
    done = kit.run("preview")
    assert done.code == 0, done.text
    assert warnings_in(done.text) == []


def test_up_creates_the_resources_of_the_partition(place: tuple[str, Kit]) -> None:
    partition, kit = place
    settings = yaml.safe_load(kit.settings.read_text())
    federation = settings["config"][KEY]
    federation["provisioning"] = {"mode": "api", "propagation_settle_seconds": 1}
    federation["scim_token"]["verify_at"] = kit.sandbox["scim"]
    kit.settings.write_text(yaml.safe_dump(settings))
    done = kit.run("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    assert not re.search(r"OIC-13[2-5]", done.text), done.text
    center = kit.aws("sso-admin")
    instance = center.list_instances()["Instances"][0]["InstanceArn"]
    assert instance.startswith(f"arn:{partition}:sso:::instance/")
    [permission_set] = center.list_permission_sets(InstanceArn=instance)["PermissionSets"]
    of_set = {"InstanceArn": instance, "PermissionSetArn": permission_set}
    attached = center.list_managed_policies_in_permission_set(**of_set)
    assert [each["Arn"] for each in attached["AttachedManagedPolicies"]] == [
        f"arn:{partition}:iam::aws:policy/PowerUserAccess"
    ]
    assigned = center.list_account_assignments(**of_set, AccountId="210987654321")
    assert len(assigned["AccountAssignments"]) == 1
