"""Commands resolve access rules of the settings, on the sandbox's org, over HTTP."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from okta_idc.access_rules.live import LiveDirectory
from okta_idc.clients.aws import AwsError
from okta_idc.clients.organization import Organization
from tests.unit.okta_idc.cli import test_map_and_review
from tests.unit.okta_idc.cli.test_map_and_review import Command
from tests.unit.okta_idc.doctor.federation import AWS

federation = test_map_and_review.federation
run, set_arn = test_map_and_review.run, test_map_and_review.set_arn
PROD = AWS.members[1].id


@pytest.fixture
def select(run: Command, tmp_path: Path) -> Any:
    """Writes the settings with selectors of the permission set's accounts."""

    def write(*selectors: dict[str, Any], **more: Any) -> None:
        path = tmp_path / "Pulumi.dev.yaml"
        document = yaml.safe_load(path.read_text())
        settings = document["config"]["okta-identity-center:federation"]
        declared = {"name": "Developer", "groups": ["aws-developers"]}
        declared |= {"account_selectors": [*selectors]} if selectors else {}
        settings["account_access"]["permission_sets"] = [declared]
        path.write_text(yaml.safe_dump(document | {"config": {
            **document["config"], "okta-identity-center:federation": settings | more,
        }}))  # fmt: skip

    return write


def test_selected_accounts_are_declared(run: Command, select: Any, set_arn: str) -> None:
    select({"name": "workload-dev"})
    assert run("map", "--diff").exit_code == 0
    select({"organizational_unit": "/"})
    compared = run("map", "--diff", "--json")
    assert compared.exit_code == 1
    assert PROD in compared.stdout
    checked = run("doctor", "--json").stdout
    assert f"permission set Developer in {AWS.account}, {PROD}, which is declared" in checked


def test_groups_are_found_by_their_names(run: Command, select: Any) -> None:
    select(push_group_patterns=["aws-s*"])
    shown = run("map", "--from", "declared", "--json")
    assert shown.exit_code == 0, shown.stderr
    assert '"aws-support"' in shown.stdout


def test_a_rule_that_selects_nothing_has_exit_code_2(run: Command, select: Any) -> None:
    select({"name": "workload-dve"})
    for command in ("map", "doctor"):
        shown = run(command)
        assert shown.exit_code == 2
        assert "matches no account of the organization. Did you mean 'workload-dev'?" in (
            " ".join(shown.stderr.split())
        )


def test_a_missing_permission_is_unknown_and_named(
    run: Command, select: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    select({"name": "workload-dev"})

    def denied(_self: Organization) -> None:
        action = "organizations:ListAccounts"
        raise AwsError(f"{action}: AccessDeniedException: no", action, "AccessDeniedException")

    monkeypatch.setattr(Organization, "accounts", denied)
    shown = run("doctor")
    assert shown.exit_code == 2
    assert "unknown: organizations:ListAccounts: AccessDeniedException" in shown.stderr


class _Okta:
    """Returns these groups for any search."""

    def __init__(self, *groups: dict[str, Any]) -> None:
        self.listed, self.searches = [*groups], list[str]()

    async def __aenter__(self) -> "_Okta":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def every(self, _path: str, **query: Any) -> list[dict[str, Any]]:
        self.searches.append(query["search"])
        return self.listed


def test_groups_of_directories_count_and_copies_of_apps_do_not() -> None:
    okta: Any = _Okta(
        {"id": "1", "type": "APP_GROUP", "profile": {"name": "aws-a", "dn": "CN=aws-a"}},
        {"id": "2", "type": "APP_GROUP", "profile": {"name": "aws-b"}},
        {"id": "3", "type": "APP_GROUP", "profile": {"name": "aws-c", "dn": "CN=aws-c"}},
        {"id": "4", "type": "OKTA_GROUP", "profile": {"name": "aws-c"}},
    )
    directory = LiveDirectory(lambda: pytest.fail("no need of AWS"), lambda: okta)
    assert {each.id: each.name for each in directory.groups(['aws-"', "x"])} == {
        "1": "aws-a", "4": "aws-c",
    }  # fmt: skip
    assert okta.searches == [
        '(type eq "OKTA_GROUP" or type eq "APP_GROUP") and '
        '(profile.name sw "aws-\\"" or profile.name sw "x")'
    ]
    assert directory.groups([]) == ()
