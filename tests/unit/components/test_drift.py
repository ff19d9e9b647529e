"""Drift detection: compares Okta with the declaration on every run, without a refresh."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pulumi import RunError

from components import IdentityCenterFederation
from components._state import GROUP_ASSIGNMENT, PUSH_MAPPING
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments, federation

Declare = Callable[..., None]
ACS = "https://us-east-1.sso.signin.aws/platform/saml/acs/other"


@pytest.fixture
def find_drift(declare: Declare) -> Callable[[], list[str]]:
    """Run the program and return its `drift` output."""

    def run() -> list[str]:
        outputs: list[list[str]] = []

        def program() -> object:
            made = IdentityCenterFederation("idc", arguments())
            return made.drift.apply(outputs.append)

        declare(program)
        return outputs[0]

    return run


def test_no_drift_is_reported_if_everything_matches(
    cloud: MockCloud, find_drift: Callable[[], list[str]]
) -> None:
    assert find_drift() == []


@pytest.mark.parametrize(
    ("change", "fragments"),
    [
        ({"appSettingsJson": json.dumps({"acsURL": ACS})}, ["OIC-615", "acsURL", "--refresh"]),
        (
            {"label": "renamed"},
            ["label: 'renamed' is not the declared value ('AWS IAM Identity Center')"],
        ),
        ({"attributeStatements": []}, ["AccessControl:Department", "not in the app", "OIC-616"]),
        ({"status": "INACTIVE"}, ["OIC-619"]),
    ],
)
def test_app_drift_is_reported_with_a_remedy(
    cloud: MockCloud,
    find_drift: Callable[[], list[str]],
    change: dict[str, Any],
    fragments: list[str],
) -> None:
    cloud.changed = change
    drift = "\n".join(find_drift())
    for text in fragments:
        assert text in drift, drift


def test_a_deleted_push_mapping_is_found_without_a_refresh(
    cloud: MockCloud, find_drift: Callable[[], list[str]]
) -> None:
    urn = cloud.record(PUSH_MAPPING, "idc-push-aws-admins", sourceGroupId="00gB")
    cloud.deleted_mappings = ["00gB"]
    [line] = find_drift()
    assert "'aws-admins' has no push mapping" in line
    assert "OIC-602" in line
    assert f"pulumi state delete '{urn}' --force" in line


def test_a_deleted_push_mapping_of_a_group_that_is_no_longer_declared_is_found(
    cloud: MockCloud, find_drift: Callable[[], list[str]]
) -> None:
    urn = cloud.record(PUSH_MAPPING, "idc-push-aws-old", sourceGroupId="00gOld")
    [line] = find_drift()
    assert "'aws-old' has no push mapping" in line
    assert f"pulumi state delete '{urn}' --force" in line


def test_a_push_mapping_in_error_is_reported(
    cloud: MockCloud, find_drift: Callable[[], list[str]]
) -> None:
    cloud.mapped, cloud.in_aws = ["00gB", "00gC"], ["aws-admins", "aws-data"]
    cloud.mapping_status = "ERROR"
    drift = find_drift()
    assert len(drift) == 2
    assert all("OIC-601" in line for line in drift)


def test_a_push_that_ends_in_error_fails_the_run(
    cloud: MockCloud, find_drift: Callable[[], list[str]]
) -> None:
    cloud.mapping_status = "ERROR"
    with pytest.raises(RunError, match=r"aws-admins: 'ERROR' is no longer pushed.*OIC-601"):
        find_drift()


def test_unmanaged_assignments_and_push_mappings_are_reported(
    cloud: MockCloud, find_drift: Callable[[], list[str]]
) -> None:
    cloud.unmanaged, cloud.mapped = ["00gX"], ["00gY"]
    drift = "\n".join(find_drift())
    assert "'00gX' is assigned to the app, but not declared" in drift
    assert "'00gY' is pushed, but not declared" in drift


def test_what_this_run_removes_is_no_drift(
    cloud: MockCloud, find_drift: Callable[[], list[str]]
) -> None:
    cloud.record(PUSH_MAPPING, "idc-push-aws-old", sourceGroupId="00gY")
    cloud.record(GROUP_ASSIGNMENT, "idc-assign-staff", groupId="00gX")
    cloud.unmanaged, cloud.mapped = ["00gX"], ["00gY"]
    assert find_drift() == []


def test_drift_fails_the_run_in_enforce_mode(cloud: MockCloud, declare: Declare) -> None:
    cloud.changed = {"label": "renamed"}
    with pytest.raises(RunError, match=r"differs from the declared configuration[\s\S]*renamed"):
        declare(federation(drift="enforce"))


def test_drift_does_not_fail_a_preview(cloud: MockCloud, declare: Declare) -> None:
    cloud.changed = {"label": "renamed"}
    declare(federation(drift="enforce"), preview=True)


def test_each_list_is_read_once_in_a_run_without_changes(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.mapped, cloud.in_aws = ["00gB", "00gC"], ["aws-admins", "aws-data"]
    declare(federation())
    lookups = [call.token.rsplit(":", 1)[-1] for call in cloud.calls]
    for lookup in ("getSaml", "getAppGroupAssignments"):
        assert lookups.count(lookup) == 1, lookup
    assert "getPushGroups" not in lookups
    root = "/api/v1/apps/idc-app-saml-id"
    assert sorted(cloud.read) == [f"{root}/group-push/mappings", f"{root}/users"]


def test_without_an_own_client_the_lookup_is_used_and_the_rest_is_unknown(
    cloud: MockCloud, find_drift: Callable[[], list[str]]
) -> None:
    cloud.own_client, cloud.mapped = False, ["00gB", "00gC", "00gY"]
    unmanaged, unknown = find_drift()
    assert "'00gY' is pushed, but not declared" in unmanaged
    assert unknown.startswith("unknown: whether AWS accepts the token that Okta uses.")


def test_without_the_state_deleted_push_mappings_are_unknown(
    cloud: MockCloud, find_drift: Callable[[], list[str]]
) -> None:
    cloud.state = None
    assert find_drift() == [
        "unknown: whether push mappings were deleted in Okta. The engine does not return the state."
    ]
