"""Group rules: compared with those in Okta on every run."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from pulumi import RunError

from components import IdentityCenterFederation
from components._state import GROUP_RULE
from okta_idc.clients.okta import OktaError
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments, federation

Declare = Callable[..., None]
RULED: Any = {"push_groups": [{"create": "aws-new", "rule": 'user.department == "Data"'}]}
RULE_LIST = "/api/v1/groups/rules"


@pytest.fixture
def find_drift(declare: Declare) -> Callable[..., list[str]]:
    """Run the program and return its `drift` output."""

    def run(*, preview: bool = False, **changes: Any) -> list[str]:
        outputs: list[list[str]] = []

        def program() -> object:
            made = IdentityCenterFederation("idc", arguments(**{**RULED, **changes}))
            return made.drift.apply(outputs.append)

        declare(program, preview=preview)
        return outputs[0]

    return run


def record(cloud: MockCloud, status: str = "ACTIVE") -> str:
    return cloud.record(GROUP_RULE, "idc-group-aws-new", id="0pr1", status=status)


@pytest.mark.parametrize(
    ("found", "rule", "command"),
    [
        ([{"id": "0pr1", "name": "aws-new", "status": "INACTIVE"}], "OIC-607", "up --refresh`"),
        ([{"id": "0pr1", "name": "aws-new", "status": "INVALID"}], "OIC-608", "--replace '{urn}'"),
        ([{"id": "0pr9", "name": "other", "status": "ACTIVE"}], "OIC-609", "up --refresh`"),
    ],
)
@pytest.mark.parametrize("preview", [False, True])
def test_a_rule_that_fills_no_group_is_drift(
    cloud: MockCloud,
    find_drift: Callable[..., list[str]],
    found: list[dict[str, Any]],
    rule: str,
    command: str,
    preview: bool,
) -> None:
    urn, cloud.rules = record(cloud), found
    [line] = find_drift(preview=preview)
    assert line.startswith("aws-new")
    assert rule in line
    assert command.format(urn=urn) in line


def test_an_active_rule_is_no_drift_and_costs_one_call(
    cloud: MockCloud, find_drift: Callable[..., list[str]]
) -> None:
    record(cloud)
    cloud.rules = [{"id": "0pr1", "name": "aws-new", "status": "ACTIVE"}]
    assert find_drift() == []
    assert cloud.read.count(RULE_LIST) == 1


@pytest.mark.parametrize("ident", ["0pr1", "0pr2"])
@pytest.mark.parametrize("drift", ["report", "enforce"])
def test_a_rule_that_this_run_activates_or_replaces_is_no_drift(
    cloud: MockCloud, find_drift: Callable[..., list[str]], ident: str, drift: str
) -> None:
    record(cloud)
    cloud.rules = [{"id": "0pr1", "name": "aws-new", "status": "INACTIVE"}]
    cloud.later_rules = [{"id": ident, "name": "aws-new", "status": "ACTIVE"}]
    assert find_drift(drift=drift) == []
    assert cloud.read.count(RULE_LIST) == 2


def test_enforced_drift_of_a_rule_fails_the_run(
    cloud: MockCloud, find_drift: Callable[..., list[str]]
) -> None:
    record(cloud)
    cloud.rules = [{"id": "0pr1", "name": "aws-new", "status": "INACTIVE"}]
    with pytest.raises(RunError, match="OIC-607"):
        find_drift(drift="enforce")


def test_rules_that_okta_does_not_show_are_unknown_once(
    cloud: MockCloud, find_drift: Callable[..., list[str]]
) -> None:
    record(cloud)
    cloud.rules = OktaError(f"GET {RULE_LIST}: 403", 403)  # type: ignore[assignment]
    [line] = find_drift()
    assert line.startswith("unknown: whether the group rules are active in Okta.")
    assert "okta.groups.read" in line


def test_an_empty_list_of_rules_is_unknown(
    cloud: MockCloud, find_drift: Callable[..., list[str]]
) -> None:
    record(cloud)
    [line] = find_drift()
    assert line.startswith("unknown: whether the group rules are active in Okta.")
    assert "deleted or hidden" in line


def test_a_new_rule_with_a_name_in_use_is_rejected_before_anything_is_created(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.rules = [{"id": "0pr9", "name": "aws-new", "status": "ACTIVE"}]
    with pytest.raises(RunError, match=r"push_groups\[0\]\.create: 'aws-new'.*OIC-235"):
        declare(federation(**RULED))
    assert cloud.inputs("group/group:Group") == []


def test_no_rule_is_read_if_none_is_declared(cloud: MockCloud, declare: Declare) -> None:
    declare(federation())
    assert RULE_LIST not in cloud.read


def test_an_operator_that_okta_does_not_list_is_a_warning(
    cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", lambda text, *_: warnings.append(text))
    condition = 'user.department == "Eng" ? true : false'
    declare(federation(push_groups=[{"create": "aws-new", "rule": condition}]))
    [line] = [each for each in warnings if "OIC-236" in each]
    assert line.startswith("push_groups[0].rule: ")
    assert cloud.inputs("group/rule:Rule")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"push_groups": [{"create": "aws-new", "rule": 'user.department == "Eng" AND'}]},
            r"push_groups\[0\]\.rule: .*ends too early.*OIC-231",
        ),
        (
            {"push_groups": [{"create": "aws-new", "rule": 'user.status == "ACTIVE"'}]},
            r"push_groups\[0\]\.rule: .*getInternalProperty.*OIC-233",
        ),
        (
            {"push_groups": [{"create": "x" * 50 + e, "rule": "true"} for e in "ab"]},
            r"push_groups\[1\]\.create: .*is also the name of another group rule.*OIC-234",
        ),
    ],
)
def test_a_rule_that_okta_rejects_is_reported_before_anything_is_created(
    cloud: MockCloud, declare: Declare, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(RunError) as rejected:
        declare(federation(**changes))
    assert re.search(message, str(rejected.value))
    assert not [each for each in cloud.declared if each.typ.startswith("okta:")]
