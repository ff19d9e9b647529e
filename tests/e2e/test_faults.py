"""Faults outside the program, with the real engine: a clear error and the next step."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Kit, Result
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

KEY = "okta-identity-center:federation"
FEDERATION = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"][KEY]
QUICK = {
    **FEDERATION["provisioning"],
    "propagation_settle_seconds": 0.5,
    "propagation_timeout_minutes": 0.1,
}
PERMISSION_SETS: list[dict[str, Any]] = [
    {"name": "Developer", "groups": ["aws-data"], "accounts": ["210987654321"]}
]
SMALL: dict[str, Any] = {
    "push_groups": ["aws-data"], "attribute_statements": [], "provisioning": QUICK,
    "account_access": {"permission_sets": PERMISSION_SETS}, "access_control_attributes": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def sandbox(kit: Kit) -> Iterator[Kit]:
    """A sandbox with an empty stack."""
    with kit.running_sandbox("--connections", "supported"):
        yield kit


@pytest.fixture(autouse=True)
def _clear_faults(sandbox: Kit) -> Iterator[None]:
    yield
    sandbox.okta("DELETE", "/sandbox/faults")


@pytest.fixture(scope="module")
def federation(sandbox: Kit) -> Kit:
    """A deployed federation with one push group."""
    sandbox.change(**SMALL)
    done = up(sandbox)
    assert done.code == 0, done.text
    return sandbox


def up(kit: Kit, *arguments: str) -> Result:
    done = kit.run("up", "--yes", "--skip-preview", *arguments)
    assert "Traceback" not in done.text, done.text
    assert kit.token not in done.text
    return done


def mapping(kit: Kit) -> tuple[str, str]:
    """The app's path, and the id of its one push mapping."""
    outputs = json.loads(kit.pulumi("stack", "output", "--json").text)
    return f"/api/v1/apps/{outputs['appId']}", outputs["pushGroups"][0]["mappingId"]


def fault(kit: Kit, name: str, **more: Any) -> None:
    kit.okta("POST", "/sandbox/faults", {"name": name, **more})


def okta_group(kit: Kit, name: str) -> Any:
    search = f'type eq "OKTA_GROUP" and profile.name eq "{name}"'
    [group] = kit.okta("GET", f"/api/v1/groups?search={search}")
    return group


class TestMappings:
    """Push mappings that change outside the program."""

    def test_a_mapping_in_error_is_named_on_every_run(self, federation: Kit) -> None:
        fault(federation, "mapping-error", times=None)
        users = federation.okta("GET", "/api/v1/users?limit=200")
        group = okta_group(federation, "aws-data")
        members = {u["id"] for u in federation.okta("GET", f"/api/v1/groups/{group['id']}/users")}
        other = next(u["id"] for u in users if u["id"] not in members)
        federation.okta("PUT", f"/api/v1/groups/{group['id']}/users/{other}")
        federation.settle()
        warned = up(federation)
        assert "[OIC-601]" in warned.text, warned.text
        assert "pulumi up --refresh" in warned.text
        federation.okta("DELETE", "/sandbox/faults")
        app, ident = mapping(federation)
        for status in ("INACTIVE", "ACTIVE"):  # as "Retry all groups" does
            federation.okta("PATCH", f"{app}/group-push/mappings/{ident}", {"status": status})
        federation.settle()
        recovered = up(federation)
        assert recovered.code == 0, recovered.text
        assert "OIC-601" not in recovered.text.split("Outputs:")[0], recovered.text

    def test_a_failed_push_ends_the_run_with_oktas_reason(self, federation: Kit) -> None:
        federation.change(**{**SMALL, "push_groups": ["aws-data", "aws-support"]})
        fault(federation, "server-error", server="scim", path="/Groups", method="POST", times=None)
        failed = up(federation)
        assert failed.code != 0
        assert "aws-support: 'ERROR' is no longer pushed (" in failed.text, failed.text
        federation.okta("DELETE", "/sandbox/faults")
        federation.change(**SMALL)
        assert up(federation).code == 0

    def test_a_protected_mapping_is_never_replaced(self, federation: Kit) -> None:
        federation.change(**SMALL, protect=True)
        assert up(federation).code == 0
        old = okta_group(federation, "aws-data")
        federation.okta("PUT", f"/api/v1/groups/{old['id']}", {"profile": {"name": "aws-data-2"}})
        federation.okta("POST", "/api/v1/groups", {"profile": {"name": "aws-data"}})
        federation.settle()  # Okta sends the group's new name to AWS
        before = len(federation.okta("GET", "/sandbox/request-log"))
        refused = up(federation)
        assert refused.code != 0
        assert "protect" in refused.text, refused.text
        made = federation.okta("GET", "/sandbox/request-log")[before:]
        assert {c["method"] for c in made} == {"GET"}
        new = okta_group(federation, "aws-data")
        federation.okta("DELETE", f"/api/v1/groups/{new['id']}")
        federation.okta("PUT", f"/api/v1/groups/{old['id']}", {"profile": {"name": "aws-data"}})
        federation.change(**SMALL)
        assert up(federation).code == 0


class TestGroups:
    """Groups that are renamed or deleted in Okta."""

    def test_a_group_deleted_during_up_is_named_by_the_next_run(self, federation: Kit) -> None:
        made = federation.okta("POST", "/api/v1/groups", {"profile": {"name": "aws-short-lived"}})
        federation.change(**{**SMALL, "push_groups": ["aws-data", "aws-short-lived"]})
        path = "/group-push/mappings"
        fault(federation, "slow", method="POST", path=path, delay=6)
        running = subprocess.Popen(
            ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"], cwd=ROOT,
            env=federation.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and federation.okta("GET", "/sandbox/faults"):
            time.sleep(0.1)  # until Okta receives the slow request
        federation.okta("DELETE", f"/api/v1/groups/{made['id']}")
        output = running.communicate(timeout=120)[0]
        assert running.returncode != 0, output
        assert "Traceback" not in output, output
        again = up(federation)
        assert "push_groups[1]: 'aws-short-lived' is not a group in Okta" in again.text
        federation.change(**SMALL)
        assert up(federation).code == 0


class TestServers:
    """Throttling, errors and outages of Okta and AWS."""

    def test_up_waits_and_retries_after_429_responses(self, federation: Kit) -> None:
        federation.change(
            **{**SMALL, "attribute_statements": [{"key": "Team", "value": "user.division"}]}
        )
        reset = str(int(time.time()) + 3)
        headers = {"X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "0",
                   "X-Rate-Limit-Reset": reset}  # fmt: skip
        fault(federation, "rate-limited", path="/api/v1/apps", times=4, headers=headers)
        done = up(federation)
        assert done.code == 0, done.text
        federation.change(**SMALL)
        assert up(federation).code == 0

    def test_the_next_run_recovers_from_an_outage_of_okta(self, federation: Kit) -> None:
        federation.change(**{**SMALL, "push_groups": ["aws-data", "aws-finance"]})
        fault(federation, "broken", method="POST", path="/group-push/mappings", times=None)
        assert up(federation).code != 0
        federation.okta("DELETE", "/sandbox/faults")
        recovered = up(federation)
        assert recovered.code == 0, recovered.text
        assert "aws-finance" in federation.groups()
        federation.change(**SMALL)
        assert up(federation).code == 0

    def test_the_next_run_recovers_from_an_outage_of_aws(self, federation: Kit) -> None:
        more = [
            *PERMISSION_SETS,
            {"name": "Auditor", "groups": ["aws-data"], "accounts": ["321098765432"]},
        ]
        federation.change(**{**SMALL, "account_access": {"permission_sets": more}})
        settings = federation.settings.read_text()
        document = yaml.safe_load(settings)
        document["config"]["aws:endpoints"][0]["ssoadmin"] = "http://127.0.0.1:9"
        federation.settings.write_text(yaml.safe_dump(document))
        gone = up(federation)
        assert gone.code != 0
        assert "127.0.0.1:9" in gone.text, gone.text
        federation.settings.write_text(settings)
        recovered = up(federation)
        assert recovered.code == 0, recovered.text
        federation.change(**SMALL)
        assert up(federation).code == 0


class TestAws:
    """Updates that AWS rejects, and objects that already exist, or do not exist, in AWS."""

    def test_only_a_refresh_shows_an_update_that_aws_rejected(self, federation: Kit) -> None:
        federation.change(**SMALL)
        assert up(federation).code == 0
        longer = [{**PERMISSION_SETS[0], "session_duration": "PT2H"}]
        federation.change(**{**SMALL, "account_access": {"permission_sets": longer}})
        rejected = {"operation": "UpdatePermissionSet", "code": "ValidationException"}
        federation.okta("POST", "/sandbox/faults", rejected)
        refused = up(federation)
        assert refused.code != 0
        assert "ValidationException" in refused.text, refused.text
        preview = federation.run("preview", "--diff")
        assert preview.code == 0, preview.text
        # An update without a changed property: the engine has recorded the error.
        assert "=>" not in preview.text, preview.text
        assert "1 to update" in preview.text
        refreshed = federation.run("preview", "--diff", "--refresh")
        assert re.search(r'sessionDuration: "PT1H" => "PT2H"', refreshed.text), refreshed.text
        repaired = up(federation, "--refresh")
        assert repaired.code == 0, repaired.text
        federation.change(**SMALL)
        assert up(federation).code == 0

    def test_a_duplicate_permission_set_name_is_reported(self, federation: Kit) -> None:
        center = federation.aws("sso-admin")
        instance = center.list_instances()["Instances"][0]["InstanceArn"]
        center.create_permission_set(InstanceArn=instance, Name="Taken")
        sets = [
            *PERMISSION_SETS,
            {"name": "Taken", "groups": ["aws-data"], "accounts": ["321098765432"]},
        ]
        federation.change(**{**SMALL, "account_access": {"permission_sets": sets}})
        refused = up(federation)
        assert refused.code != 0
        assert "identity-center-access-Taken-set exists already" in refused.text, refused.text
        assert "`okta-idc recover`" in refused.text
        assert "import_id" in refused.text
        federation.change(**SMALL)
        assert up(federation).code == 0

    def test_a_missing_account_is_reported(self, federation: Kit) -> None:
        sets = [{**PERMISSION_SETS[0], "accounts": ["210987654321", "999999999999"]}]
        federation.change(**{**SMALL, "account_access": {"permission_sets": sets}})
        refused = up(federation)
        assert refused.code != 0
        assert "999999999999" in refused.text, refused.text
        federation.change(**SMALL)
        assert up(federation).code == 0

    def test_existing_attributes_for_access_control_are_reported_and_imported(
        self, federation: Kit
    ) -> None:
        center = federation.aws("sso-admin")
        instance = center.list_instances()["Instances"][0]["InstanceArn"]
        source = {"Key": "Name", "Value": {"Source": ["${path:userName}"]}}
        center.create_instance_access_control_attribute_configuration(
            InstanceArn=instance,
            InstanceAccessControlAttributeConfiguration={"AccessControlAttributes": [source]},
        )
        federation.change(**{**SMALL, "access_control_attributes": {}})
        refused = up(federation)
        assert refused.code != 0
        assert "Conflict" in refused.text, refused.text
        imported = {"attributes": {"Name": "${path:userName}"}, "import_id": instance}
        federation.change(**{**SMALL, "access_control_attributes": imported})
        done = up(federation)
        assert done.code == 0, done.text
