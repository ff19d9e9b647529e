"""Assignment groups and push groups: lookup, creation, propagation and retirement."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi import ResourceOptions, RunError

from components import IdentityCenterFederation, _options, _polling
from components.okta.groups import names_filters
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments, federation

Declare = Callable[..., None]


class TestGroupLookup:
    """Finds groups by exact name or ID, or creates them."""

    def test_a_group_can_be_specified_by_id(self, cloud: MockCloud, declare: Declare) -> None:
        declare(federation(push_groups=[{"id": "00gB"}]))
        [push] = cloud.inputs("PushGroup")
        assert push["sourceGroupId"] == "00gB"
        assert push["targetGroupName"] == "aws-admins"  # the AWS group gets the Okta group's name

    def test_an_unknown_group_id_is_named(self, cloud: MockCloud, declare: Declare) -> None:
        with pytest.raises(RunError, match=r"groups\[0\]: Okta has no group .*ID '00gX'"):
            declare(federation(push_groups=[{"id": "00gX"}]))

    def test_a_group_in_both_roles_is_rejected_by_name_or_id(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        with pytest.raises(RunError, match="OIC-201"):
            declare(federation(push_groups=[{"id": "00gA"}]))
        assert not [a for a in cloud.declared if a.typ.startswith("okta:")]

    def test_a_new_group_can_have_a_membership_rule(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation(push_groups=[{"create": "aws-new", "rule": 'user.department=="Data"'}]))
        assert [g["name"] for g in cloud.inputs("group/group:Group")] == ["aws-new"]
        [rule] = cloud.inputs("group/rule:Rule")
        assert rule["groupAssignments"] == ["idc-group-aws-new-id"]
        assert rule["expressionValue"] == 'user.department=="Data"'
        assert cloud.inputs("PushGroup")[0]["sourceGroupId"] == "idc-group-aws-new-id"

    def test_no_group_is_created_until_all_lookups_succeed(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.secret = None
        with pytest.raises(RunError, match="Secrets Manager"):
            declare(federation(push_groups=[{"create": "aws-new"}]))
        assert cloud.inputs("group/group:Group") == []

    def test_100_group_names_are_looked_up_in_one_call(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.groups = {f"aws-{n}": f"00g{n}" for n in range(100)}
        push = [{"name": name} for name in cloud.groups]
        declare(federation(assignments__groups=[], push_groups=push))
        assert len([c for c in cloud.calls if c.token == "okta:index/getGroups:getGroups"]) == 1


class TestPriorities:
    """Priorities start at 1; setting only some of them causes a perpetual diff."""

    def test_a_missing_priority_is_rejected_if_others_are_set(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        both = [{"name": "aws-access", "priority": 1}, {"name": "aws-data"}]
        with pytest.raises(RunError, match="a priority, not aws-data"):
            declare(federation(assignments__groups=both, push_groups=[]))

    def test_priority_zero_is_rejected(self, cloud: MockCloud, declare: Declare) -> None:
        with pytest.raises(RunError, match="must be at least 1"):
            declare(
                federation(
                    assignments__groups=[{"name": "aws-access", "priority": 0}], push_groups=[]
                )
            )


class TestPushedMembersGroup:
    """`pushed_members_group` assigns every member of a push group."""

    def test_a_rule_fills_the_pushed_members_group(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(
            federation(
                assignments__groups=[], assignments__pushed_members_group={"name": "aws-assigned"}
            )
        )
        [rule] = cloud.inputs("group/rule:Rule")
        assert rule["expressionValue"] == 'isMemberOfAnyGroup("00gB","00gC")'
        assert rule["status"] == "ACTIVE"
        [assignment] = cloud.inputs("GroupAssignment")
        assert rule["groupAssignments"] == [assignment["groupId"]]

    def test_rules_for_many_push_groups_fit_okta_limits(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.groups = {f"aws-{n}": f"00g{n}" for n in range(120)}
        push = [{"name": name} for name in cloud.groups]
        declare(
            federation(
                assignments__groups=[],
                assignments__pushed_members_group={"name": "a" * 80},
                push_groups=push,
            )
        )
        rules = cloud.inputs("group/rule:Rule")
        assert len(rules) == 3
        names = [rule["name"] for rule in rules]
        assert len(set(names)) == 3
        assert max(map(len, names)) <= 50
        assert sum(rule["expressionValue"].count("00g") for rule in rules) == 120


class TestPropagation:
    """Waits for users before pushing groups, and for groups and members afterwards."""

    @pytest.fixture(autouse=True)
    def instant_polling(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def sleep(_: float) -> None: ...

        monkeypatch.setattr(_polling.asyncio, "sleep", sleep)
        monkeypatch.setattr(_polling, "FIRST_PAUSE", 0.001)
        monkeypatch.setattr(_polling, "_show", lambda _: None)

    def test_a_push_waits_until_assigned_users_are_provisioned(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.assigned, cloud.later_people = ["00u1", "00u2"], [["00u1"], ["00u1", "00u2"]]
        seen: list[int] = []
        original = cloud.new_resource

        def new_resource(args: Any) -> Any:
            if args.typ.endswith("PushGroup"):
                seen.append(len(cloud.people))
                cloud.in_aws.append(args.inputs["targetGroupName"])
            return original(args)

        cloud.new_resource = new_resource  # type: ignore[method-assign]
        declare(federation(provisioning__propagation_timeout_minutes=1))
        assert seen == [2, 2]

    def test_waiting_for_unprovisioned_users_is_bounded(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.assigned, cloud.people = ["00u1", "00u2"], ["00u1"]
        cloud.mapped = []
        cloud.in_aws, cloud.app_groups = ["aws-admins", "aws-data"], {
            "aws-admins": "00gX", "aws-data": "00gY"
        }  # fmt: skip
        declare(
            federation(
                provisioning__propagation_timeout_minutes=1,
                provisioning__propagation_settle_seconds=0.01,
            )
        )
        assert len(cloud.inputs("PushGroup")) == 2

    def test_a_run_without_new_push_groups_reads_no_users(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.mapped, cloud.in_aws = ["00gB", "00gC"], ["aws-admins", "aws-data"]
        declare(federation(provisioning__propagation_timeout_minutes=1))
        calls = {call.token.rsplit(":", 1)[-1] for call in cloud.calls}
        assert not calls & {"getUsers", "getGroup"}

    def test_a_push_group_is_available_once_its_members_are_in_aws(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.assigned, cloud.people = ["00u1", "00u2"], ["00u1", "00u2"]
        cloud.in_aws, cloud.app_groups = ["aws-admins"], {"aws-admins": "00gX"}
        cloud.members = [0, 1, 2]
        declare(
            federation(
                provisioning__propagation_timeout_minutes=1, push_groups=[{"name": "aws-admins"}]
            )
        )
        assert cloud.members == [2]

    def test_a_push_does_not_wait_for_unprovisioned_members(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.assigned, cloud.people = ["00u1", "00u2"], ["00u1"]
        cloud.in_aws, cloud.app_groups = ["aws-admins"], {"aws-admins": "00gX"}
        cloud.members = [1]
        declare(
            federation(
                provisioning__propagation_timeout_minutes=1,
                provisioning__propagation_settle_seconds=0.01,
                push_groups=[{"name": "aws-admins"}],
            )
        )
        counted = [c for c in cloud.calls if c.token.endswith(":getGroupMemberships")]
        assert len(counted) == 1

    def test_missing_members_are_reported_with_both_counts(
        self, cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cloud.assigned, cloud.people = ["00u1", "00u2"], ["00u1", "00u2"]
        cloud.in_aws, cloud.app_groups = ["aws-admins"], {"aws-admins": "00gX"}
        cloud.members = [1]
        warnings: list[str] = []
        monkeypatch.setattr("pulumi.log.warn", lambda text, *_: warnings.append(text))
        declare(
            federation(
                provisioning__propagation_timeout_minutes=1,
                provisioning__propagation_settle_seconds=0.01,
                push_groups=[{"name": "aws-admins"}],
            )
        )
        assert any("aws-admins (1 of 2)" in text for text in warnings), warnings

    def test_a_group_missing_in_aws_fails_the_run_with_a_remedy(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        with pytest.raises(RunError, match=r"aws-admins, aws-data did not appear.*okta-idc status"):
            declare(
                federation(
                    provisioning__propagation_timeout_minutes=0.2 / 60,
                    provisioning__propagation_settle_seconds=0.01,
                )
            )

    def test_identity_store_group_ids_are_outputs(self, cloud: MockCloud, declare: Declare) -> None:
        cloud.mapped, cloud.in_aws = ["00gB", "00gC"], ["aws-admins", "aws-data"]
        found: list[Any] = []

        def program() -> object:
            made = IdentityCenterFederation("idc", arguments())
            return made.push_groups.apply(found.append)

        declare(program)
        assert [g["awsGroupId"] for g in found[0]] == ["aws-aws-admins", "aws-aws-data"]


class TestRetirement:
    """`retire: true` lets a later run delete the group in AWS."""

    def test_push_mappings_keep_the_aws_group_by_default(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation())
        assert [p["deleteTargetGroupOnDestroy"] for p in cloud.inputs("PushGroup")] == [
            False,
            False,
        ]

    def test_retire_deletes_only_that_aws_group_and_lifts_its_protection(
        self, cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        warnings: list[str] = []
        monkeypatch.setattr("pulumi.log.warn", lambda text, *_: warnings.append(text))
        push = [{"name": "aws-admins"}, {"name": "aws-data", "retire": True}]
        declare(federation(push_groups=push, protect=True))
        flags = {
            p["sourceGroupId"]: p["deleteTargetGroupOnDestroy"] for p in cloud.inputs("PushGroup")
        }
        assert flags == {"00gB": False, "00gC": True}
        assert any("Retiring aws-data" in text for text in warnings)
        assert (
            _options.options(ResourceOptions(), None, protect=True, unprotected=True).protect
            is None
        )

    def test_a_group_with_account_access_cannot_be_retired(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        sets = [{"name": "Admin", "groups": ["aws-data"], "accounts": ["123456789012"]}]
        with pytest.raises(
            RunError, match=r"permission_sets\[0\].groups\[0\]: 'aws-data' .*OIC-538"
        ):
            declare(
                federation(
                    push_groups=[{"name": "aws-data", "retire": True}],
                    account_access__permission_sets=sets,
                )
            )
        assert not [a for a in cloud.declared if a.typ.startswith("okta:")]


class TestAdoption:
    """An import ID adds import and protection to the resource options."""

    def test_adopted_resources_are_imported_and_protected(self) -> None:
        adopted = _options.options(ResourceOptions(depends_on=[]), "0oa1/gPm1")
        assert adopted.import_ == "0oa1/gPm1"
        assert adopted.protect is True

    def test_resources_without_an_import_id_are_not_imported_or_protected(self) -> None:
        default = _options.options(ResourceOptions(), None)
        assert default.import_ is None
        assert default.protect is None

    def test_protection_does_not_imply_import(self) -> None:
        protected = _options.options(ResourceOptions(), "", protect=True)
        assert protected.import_ is None
        assert protected.protect is True


@given(st.lists(st.text(min_size=1, max_size=255), max_size=200))
def test_search_filters_contain_every_group_once_and_fit_in_a_url(names: list[str]) -> None:
    found = names_filters(names)
    terms = [term for name in names for term in names_filters([name])]
    assert " or ".join(found) == " or ".join(terms)
    assert all(len(quote_plus(text)) <= 6000 for text in found if text not in terms)


def test_assignments_are_recorded_before_they_are_created(
    cloud: MockCloud, declare: Declare
) -> None:
    declare(federation())
    stash = cloud.inputs("Stash")[0]
    assert stash["input"] == {"groups": {"aws-access": "00gA"}, "users": {}}
    kinds = [a.typ.rsplit(":", 1)[-1] for a in cloud.declared]
    assert kinds.index("Stash") < kinds.index("GroupAssignment")


@pytest.mark.parametrize("given", ["ad-admins", {"id": "00gAD"}])
def test_a_group_of_a_directory_can_be_assigned_and_pushed(
    cloud: MockCloud, declare: Declare, given: Any
) -> None:
    cloud.app_groups, cloud.directory_groups = {"ad-admins": "00gAD"}, ["00gAD"]
    declare(federation(assignments__groups=[given]))
    assert [a["groupId"] for a in cloud.inputs("GroupAssignment")] == ["00gAD"]


def test_the_copy_of_a_pushed_group_is_not_taken_for_the_group(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.app_groups = {"aws-gone": "00gCopy"}
    with pytest.raises(
        RunError, match=r"assignments.groups\[0\]: 'aws-gone' is not a group in Okta"
    ):
        declare(federation(assignments__groups=["aws-gone"]))
