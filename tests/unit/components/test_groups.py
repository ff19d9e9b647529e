"""Groups by name, by id or made here, in both roles; and everybody pushed assigned by rule."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi import ResourceOptions, RunError

from components import IdentityCenterFederation, _options, _polling
from components.okta.groups import names_filters
from tests.unit.components.conftest import World
from tests.unit.components.test_federation import arguments, federation

Declare = Callable[..., None]


class TestWhichGroup:
    """A group is found exactly, or not at all."""

    def test_a_group_may_be_given_by_its_id(self, world: World, declare: Declare) -> None:
        declare(federation(push_groups=[{"id": "00gB"}]))
        [push] = world.inputs("PushGroup")
        assert push["sourceGroupId"] == "00gB"
        assert push["targetGroupName"] == "aws-admins"  # AWS shows it under its name

    def test_an_id_that_okta_does_not_know_is_named(self, world: World, declare: Declare) -> None:
        with pytest.raises(RunError, match=r"groups\[0\]: Okta has no group .*ID '00gX'"):
            declare(federation(push_groups=[{"id": "00gX"}]))

    def test_one_group_by_name_and_by_id_is_still_one_group_in_both_roles(
        self, world: World, declare: Declare
    ) -> None:
        with pytest.raises(RunError, match="OIC-201"):
            declare(federation(push_groups=[{"id": "00gA"}]))
        assert not [a for a in world.declared if a.typ.startswith("okta:")]

    def test_a_group_may_be_made_here_with_a_rule_that_fills_it(
        self, world: World, declare: Declare
    ) -> None:
        declare(federation(push_groups=[{"create": "aws-new", "rule": 'user.department=="Data"'}]))
        assert [g["name"] for g in world.inputs("group/group:Group")] == ["aws-new"]
        [rule] = world.inputs("group/rule:Rule")
        assert rule["groupAssignments"] == ["idc-group-aws-new-id"]
        assert rule["expressionValue"] == 'user.department=="Data"'
        assert world.inputs("PushGroup")[0]["sourceGroupId"] == "idc-group-aws-new-id"

    def test_no_group_is_made_before_everything_was_looked_up(
        self, world: World, declare: Declare
    ) -> None:
        world.secret = None
        with pytest.raises(RunError, match="Secrets Manager"):
            declare(federation(push_groups=[{"create": "aws-new"}]))
        assert world.inputs("group/group:Group") == []

    def test_a_hundred_names_cost_one_call(self, world: World, declare: Declare) -> None:
        world.groups = {f"aws-{n}": f"00g{n}" for n in range(100)}
        push = [{"name": name} for name in world.groups]
        declare(federation(assignments__groups=[], push_groups=push))
        assert len([c for c in world.asked if c.token == "okta:index/getGroups:getGroups"]) == 1


class TestPriorities:
    """The plugin cannot send 0, and mixed priorities never come to rest."""

    def test_some_with_and_some_without_are_refused(self, world: World, declare: Declare) -> None:
        both = [{"name": "aws-access", "priority": 1}, {"name": "aws-data"}]
        with pytest.raises(RunError, match="aws-data has no priority"):
            declare(federation(assignments__groups=both, push_groups=[]))

    def test_zero_is_refused(self, world: World, declare: Declare) -> None:
        with pytest.raises(RunError, match="must be at least 1"):
            declare(
                federation(
                    assignments__groups=[{"name": "aws-access", "priority": 0}], push_groups=[]
                )
            )


class TestAssignPushed:
    """`assign: pushed`: nobody can be pushed without being assigned."""

    def test_one_group_is_assigned_and_rules_fill_it(self, world: World, declare: Declare) -> None:
        declare(
            federation(
                assignments__groups=[], assignments__pushed_members_group={"name": "aws-assigned"}
            )
        )
        [rule] = world.inputs("group/rule:Rule")
        assert rule["expressionValue"] == 'isMemberOfAnyGroup("00gB","00gC")'
        assert rule["status"] == "ACTIVE"
        [assignment] = world.inputs("GroupAssignment")
        assert rule["groupAssignments"] == [assignment["groupId"]]

    def test_many_push_groups_need_several_rules_with_names_okta_takes(
        self, world: World, declare: Declare
    ) -> None:
        world.groups = {f"aws-{n}": f"00g{n}" for n in range(120)}
        push = [{"name": name} for name in world.groups]
        declare(
            federation(
                assignments__groups=[],
                assignments__pushed_members_group={"name": "a" * 80},
                push_groups=push,
            )
        )
        rules = world.inputs("group/rule:Rule")
        assert len(rules) == 3
        names = [rule["name"] for rule in rules]
        assert len(set(names)) == 3
        assert max(map(len, names)) <= 50
        assert sum(rule["expressionValue"].count("00g") for rule in rules) == 120


class TestArrival:
    """What is pushed anew waits for its members, and is waited for."""

    @pytest.fixture(autouse=True)
    def quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def sleep(_: float) -> None: ...

        monkeypatch.setattr(_polling.asyncio, "sleep", sleep)
        monkeypatch.setattr(_polling, "FIRST_PAUSE", 0.001)
        monkeypatch.setattr(_polling, "_show", lambda _: None)

    def test_a_push_waits_until_the_assigned_people_stand_in_aws(
        self, world: World, declare: Declare
    ) -> None:
        world.assigned, world.later = ["00u1", "00u2"], [["00u1"], ["00u1", "00u2"]]
        seen: list[int] = []
        original = world.new_resource

        def new_resource(args: Any) -> Any:
            if args.typ.endswith("PushGroup"):
                seen.append(len(world.people))
                world.in_aws.append(args.inputs["targetGroupName"])
            return original(args)

        world.new_resource = new_resource  # type: ignore[method-assign]
        declare(federation(provisioning__propagation_timeout_minutes=1))
        assert seen == [2, 2]

    def test_who_never_arrives_is_not_waited_for_for_ever(
        self, world: World, declare: Declare
    ) -> None:
        world.assigned, world.people = ["00u1", "00u2"], ["00u1"]
        world.mapped = []
        world.in_aws, world.app_groups = ["aws-admins", "aws-data"], {
            "aws-admins": "00gX", "aws-data": "00gY"
        }  # fmt: skip
        declare(
            federation(
                provisioning__propagation_timeout_minutes=1,
                provisioning__propagation_settle_seconds=0.01,
            )
        )
        assert len(world.inputs("PushGroup")) == 2

    def test_a_run_that_pushes_nothing_new_asks_for_no_people(
        self, world: World, declare: Declare
    ) -> None:
        world.mapped, world.in_aws = ["00gB", "00gC"], ["aws-admins", "aws-data"]
        declare(federation(provisioning__propagation_timeout_minutes=1))
        asked = {call.token.rsplit(":", 1)[-1] for call in world.asked}
        assert not asked & {"getUsers", "getGroup"}

    def test_a_group_is_handed_on_only_with_its_members(
        self, world: World, declare: Declare
    ) -> None:
        world.assigned, world.people = ["00u1", "00u2"], ["00u1", "00u2"]
        world.in_aws, world.app_groups = ["aws-admins"], {"aws-admins": "00gX"}
        world.members = [0, 1, 2]
        declare(
            federation(
                provisioning__propagation_timeout_minutes=1, push_groups=[{"name": "aws-admins"}]
            )
        )
        assert world.members == [2]

    def test_members_who_are_not_in_aws_are_not_waited_for(
        self, world: World, declare: Declare
    ) -> None:
        world.assigned, world.people = ["00u1", "00u2"], ["00u1"]
        world.in_aws, world.app_groups = ["aws-admins"], {"aws-admins": "00gX"}
        world.members = [1]
        declare(
            federation(
                provisioning__propagation_timeout_minutes=1,
                provisioning__propagation_settle_seconds=0.01,
                push_groups=[{"name": "aws-admins"}],
            )
        )
        counted = [c for c in world.asked if c.token.endswith(":getGroupMemberships")]
        assert len(counted) == 1

    def test_members_who_never_arrive_are_told_with_both_numbers(
        self, world: World, declare: Declare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.assigned, world.people = ["00u1", "00u2"], ["00u1", "00u2"]
        world.in_aws, world.app_groups = ["aws-admins"], {"aws-admins": "00gX"}
        world.members = [1]
        said: list[str] = []
        monkeypatch.setattr("pulumi.log.warn", lambda text, *_: said.append(text))
        declare(
            federation(
                provisioning__propagation_timeout_minutes=1,
                provisioning__propagation_settle_seconds=0.01,
                push_groups=[{"name": "aws-admins"}],
            )
        )
        assert any("aws-admins (1 of 2)" in text for text in said), said

    def test_a_group_that_never_arrives_fails_the_run_and_says_what_to_do(
        self, world: World, declare: Declare
    ) -> None:
        with pytest.raises(RunError, match=r"aws-admins, aws-data did not appear.*okta-idc status"):
            declare(
                federation(
                    provisioning__propagation_timeout_minutes=0.2 / 60,
                    provisioning__propagation_settle_seconds=0.01,
                )
            )

    def test_the_ids_in_aws_are_outputs(self, world: World, declare: Declare) -> None:
        world.mapped, world.in_aws = ["00gB", "00gC"], ["aws-admins", "aws-data"]
        found: list[Any] = []

        def program() -> object:
            made = IdentityCenterFederation("idc", arguments())
            return made.push_groups.apply(found.append)

        declare(program)
        assert [g["awsGroupId"] for g in found[0]] == ["aws-aws-admins", "aws-aws-data"]


class TestRetiring:
    """Deleting a group in AWS takes two runs and a word."""

    def test_no_push_deletes_its_group_in_aws_without_the_word(
        self, world: World, declare: Declare
    ) -> None:
        declare(federation())
        assert [p["deleteTargetGroupOnDestroy"] for p in world.inputs("PushGroup")] == [
            False,
            False,
        ]

    def test_the_word_marks_one_group_and_lifts_its_protection(
        self, world: World, declare: Declare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[str] = []
        monkeypatch.setattr("pulumi.log.warn", lambda text, *_: said.append(text))
        push = [{"name": "aws-admins"}, {"name": "aws-data", "retire": True}]
        declare(federation(push_groups=push, protect=True))
        flags = {
            p["sourceGroupId"]: p["deleteTargetGroupOnDestroy"] for p in world.inputs("PushGroup")
        }
        assert flags == {"00gB": False, "00gC": True}
        assert any("Retiring aws-data" in text for text in said)
        assert (
            _options.options(ResourceOptions(), None, protect=True, unprotected=True).protect
            is None
        )

    def test_a_group_that_opens_an_account_cannot_be_retired(
        self, world: World, declare: Declare
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
        assert not [a for a in world.declared if a.typ.startswith("okta:")]


class TestAdoption:
    """What is adopted is imported and protected; without an id options stay as they are."""

    def test_adopted_resources_are_imported_and_protected(self) -> None:
        taken = _options.options(ResourceOptions(depends_on=[]), "0oa1/gPm1")
        assert taken.import_ == "0oa1/gPm1"
        assert taken.protect is True

    def test_without_an_id_nothing_is_imported_or_protected(self) -> None:
        left = _options.options(ResourceOptions(), None)
        assert left.import_ is None
        assert left.protect is None

    def test_protection_alone_imports_nothing(self) -> None:
        kept = _options.options(ResourceOptions(), "", protect=True)
        assert kept.import_ is None
        assert kept.protect is True


@given(st.lists(st.text(min_size=1, max_size=255), max_size=200))
def test_searches_name_every_group_once_and_fit_into_an_address(names: list[str]) -> None:
    found = names_filters(names)
    terms = [term for name in names for term in names_filters([name])]
    assert " or ".join(found) == " or ".join(terms)
    assert all(len(quote_plus(text)) <= 6000 for text in found if text not in terms)


def test_the_federation_remembers_who_is_assigned_before_it_assigns(
    world: World, declare: Declare
) -> None:
    declare(federation())
    [remembered] = world.inputs("Stash")
    assert remembered["input"] == {"groups": {"aws-access": "00gA"}, "users": {}}
    kinds = [a.typ.rsplit(":", 1)[-1] for a in world.declared]
    assert kinds.index("Stash") < kinds.index("GroupAssignment")
