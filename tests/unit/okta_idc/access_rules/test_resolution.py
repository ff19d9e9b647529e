"""Settings with rules become settings with lists."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.access_rules.resolution import Resolution, resolve
from okta_idc.settings import SettingsError, load_settings
from tests.unit.okta_idc.access_rules.directory import (
    DEV1,
    DEV2,
    MANAGEMENT,
    PROD,
    MemoryDirectory,
)

DEV = {"organizational_unit": "Workloads/Dev"}


def tree(*sets: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "scim_token": {"secret": "s"},
        "push_groups": ["devs", "ops"],
        "account_access": {"permission_sets": [*sets]},
    } | more


def developer(*selectors: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Developer", "groups": ["devs"], "account_selectors": [*selectors]} | more


def accounts(found: Resolution) -> list[str]:
    [declared] = found.settings.account_access.permission_sets
    return sorted(account for _, account in declared.pairs())


def selected(directory: MemoryDirectory, *selectors: Any, **more: Any) -> list[str]:
    return accounts(resolve(load_settings(tree(developer(*selectors, **more))), directory))


def error(directory: MemoryDirectory, raw: dict[str, Any]) -> str:
    with pytest.raises(SettingsError) as raised:
        resolve(load_settings(raw), directory, root="federation")
    return str(raised.value)


def test_settings_without_rules_are_returned_as_they_are_without_a_call() -> None:
    directory = MemoryDirectory()
    settings = load_settings(tree({"name": "A", "groups": ["devs"], "accounts": [DEV1]}))
    assert resolve(settings, directory).settings is settings
    assert directory.calls == []


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (DEV, [DEV1, DEV2]),
        (DEV | {"nested": False}, [DEV1]),
        ({"organizational_unit": "Workloads/Dev", "name": "dev-2"}, [DEV2]),
        ({"organizational_unit": "/"}, [DEV1, DEV2, PROD, MANAGEMENT]),
        ({"organizational_unit": "/", "nested": False}, [MANAGEMENT]),
        ({"name": "prod-1"}, [PROD]),
        (PROD, [PROD]),
        ({"tags": {"env": "dev"}}, [DEV1, PROD]),
        ({"tags": {"env": "dev", "team": "a"}}, [PROD]),
        (DEV | {"tags": {"env": "dev"}}, [DEV1]),
    ],
)
def test_a_selector_selects_the_accounts_with_all_its_properties(
    selector: Any, expected: list[str]
) -> None:
    tagged = {DEV1: {"env": "dev"}, PROD: {"env": "dev", "team": "a"}}
    assert selected(MemoryDirectory(tagged=tagged), selector) == expected


def test_tags_are_read_only_of_accounts_with_the_other_properties() -> None:
    directory = MemoryDirectory(tagged={DEV1: {"env": "dev"}})
    selected(directory, DEV | {"tags": {"env": "dev"}})
    assert directory.calls.count(f"tags {DEV1}, {DEV2}") == 1
    assert [each for each in directory.calls if each.startswith("groups")] == []


def test_exclusions_apply_to_selected_accounts_only() -> None:
    directory = MemoryDirectory(tagged={DEV1: {"access": "none"}})
    assert selected(directory, DEV, excluded_accounts=[DEV2]) == [DEV1]
    assert selected(directory, DEV, excluded_accounts=[{"tags": {"access": "none"}}]) == [DEV2]
    excluded = [{"organizational_unit": "Workloads/Dev/Team"}, {"tags": {"nobody": "has"}}]
    assert selected(directory, DEV, accounts=[PROD], excluded_accounts=excluded) == [DEV1, PROD]


def test_each_combination_of_a_permission_set_selects_its_own_accounts() -> None:
    further = {"groups": ["ops"], "account_selectors": [{"name": "prod-1"}]}
    found = resolve(load_settings(tree(developer(DEV, assignments=[further]))), MemoryDirectory())
    [declared] = found.settings.account_access.permission_sets
    assert set(declared.pairs()) == {("devs", DEV1), ("devs", DEV2), ("ops", PROD)}
    assert found.reasons["Developer", "devs", DEV2] == "organizational unit Workloads/Dev"


SELECTORS = st.lists(
    st.fixed_dictionaries({}, optional={
        "name": st.sampled_from(["dev-1", "prod-1"]),
        "organizational_unit": st.sampled_from(["Workloads/Dev", "Workloads", "/"]),
        "nested": st.booleans(),
    }).filter(lambda each: {"name", "organizational_unit"} & each.keys()),
    min_size=1, max_size=3,
)  # fmt: skip


def or_none(*selectors: Any, **more: Any) -> set[str] | None:
    try:
        return set(selected(MemoryDirectory(), *selectors, **more))
    except SettingsError:
        return None


@given(SELECTORS, SELECTORS)
def test_several_selectors_select_the_union_without_the_union_of_the_exclusions(
    selectors: list[Any], excluded: list[Any]
) -> None:
    one_by_one = [or_none(each) for each in selectors]
    minus = [or_none(each) for each in excluded]
    together = or_none(*selectors, excluded_accounts=excluded)
    if None in one_by_one or None in minus:
        assert together is None
    else:
        union = set[str]().union(*filter(None, one_by_one))
        assert together == union - set[str]().union(*filter(None, minus))


@given(SELECTORS)
def test_resolved_settings_have_no_rules_and_resolve_to_themselves(selectors: list[Any]) -> None:
    try:
        found = resolve(load_settings(tree(developer(*selectors))), MemoryDirectory()).settings
    except SettingsError:
        return
    assert resolve(found, MemoryDirectory()).settings is found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"account_selectors": [{"organizational_unit": "Workloads/Dve"}]},
            "account_selectors[0].organizational_unit: 'Workloads/Dve' is not an organizational "
            "unit of the organization. Did you mean 'Workloads/Dev'?",
        ),
        (
            {"account_selectors": [DEV, {"name": "dev1"}]},
            "account_selectors[1]: 'account name dev1' matches no account of the organization. "
            "Did you mean 'dev-1'?",
        ),
        (
            {"account_selectors": [DEV], "excluded_accounts": ["999999999999"]},
            "excluded_accounts[0]: 'account 999999999999' matches no account",
        ),
        (
            {"account_selectors": [{"tags": {"env": "dev"}}]},
            "account_selectors[0]: 'tag env=dev' matches no account of the organization. Correct",
        ),
    ],
)
def test_a_rule_that_selects_nothing_is_refused(changes: dict[str, Any], expected: str) -> None:
    text = error(MemoryDirectory(), tree(developer(**changes)))
    assert f"federation.account_access.permission_sets[0].{expected}" in text
    assert text.startswith("The settings have 1 problem;")


def test_an_inactive_account_keeps_its_access_and_gets_no_other() -> None:
    directory = MemoryDirectory(states={DEV1: "SUSPENDED", DEV2: "PENDING_ACTIVATION"})
    settings = load_settings(tree(developer(DEV, {"name": "prod-1"}, groups=["devs", "ops"])))
    found = resolve(settings, directory, lambda grant: grant[1] == "ops")
    [declared] = found.settings.account_access.permission_sets
    assert set(declared.pairs()) == {("devs", PROD), ("ops", PROD), ("ops", DEV1)}
    [(path, warning)] = found.warnings
    assert warning.text(path).startswith(
        f"account_access: 'dev-1 ({DEV1})' has the state SUSPENDED"
    )
    assert accounts(resolve(settings, directory, lambda _: False)) == [PROD, PROD]


class TestPatterns:
    """Groups by their names."""

    def test_matching_groups_are_pushed_after_the_listed_ones(self) -> None:
        directory = MemoryDirectory(okta=["aws-a", "aws-b", "AWS-c", "devs", "x-aws-d"])
        found = resolve(load_settings(tree(push_group_patterns=["aws-*"])), directory)
        assert [each.key for each in found.settings.push_groups] == [
            "devs",
            "ops",
            "aws-a",
            "aws-b",
        ]
        assert directory.calls == ["groups aws-"]

    def test_a_listed_group_is_pushed_once(self) -> None:
        directory = MemoryDirectory(okta=["devs", "devs-2"])
        found = resolve(load_settings(tree(push_group_patterns=["devs*"])), directory)
        assert [each.key for each in found.settings.push_groups] == ["devs", "ops", "devs-2"]

    def test_a_group_that_a_pattern_matches_can_have_access(self) -> None:
        directory = MemoryDirectory(okta=["aws-devs"])
        raw = tree(developer(DEV, groups=["aws-devs"]), push_group_patterns=["aws-*"])
        assert accounts(resolve(load_settings(raw), directory)) == [DEV1, DEV2]
        raw["account_access"]["permission_sets"][0]["groups"] = ["aws-gone"]
        path = "federation.account_access.permission_sets[0].groups[0]"
        assert f"{path}: 'aws-gone' is not a push group." in error(directory, raw)

    def test_names_give_access_to_an_account_by_name_or_id(self) -> None:
        names = ["app_aws_dev-1_Developer", f"app_aws_{PROD}_Developer", "app_aws_dve_Developer"]
        directory = MemoryDirectory(okta=names)
        raw = tree(
            {"name": "Developer"}, push_group_patterns=["app_aws_{account}_{permission_set}"]
        )
        found = resolve(load_settings(raw), directory)
        [declared] = found.settings.account_access.permission_sets
        assert set(declared.pairs()) == {(names[0], DEV1), (names[1], PROD)}
        assert [each.key for each in found.settings.push_groups] == [
            "devs",
            "ops",
            *sorted(names[:2]),
        ]
        [(path, warning)] = found.warnings
        assert warning.text(path).startswith(
            "push_group_patterns[0]: 'app_aws_dve_Developer' contains no active account"
        )

    def test_a_name_with_several_meanings_is_refused_with_all_of_them(self) -> None:
        placed = {DEV1: ("a", ""), DEV2: ("a_b", "")}
        directory = MemoryDirectory(placed, okta=["app_a_b_C"])
        sets = {"name": "C"}, {"name": "b_C"}
        text = error(directory, tree(*sets, push_group_patterns=["app_{account}_{permission_set}"]))
        assert (
            f"federation.push_group_patterns[0]: 'app_a_b_C' can mean b_C in a ({DEV1}) or "
            f"C in a_b ({DEV2})." in text
        )

    @pytest.mark.parametrize(
        ("groups", "expected"),
        [
            (3, "'aws-*' matches 3 groups; the limit is 2."),
            (0, "'aws-*' matches no group in Okta."),
        ],
    )
    def test_too_many_or_no_groups_are_refused(self, groups: int, expected: str) -> None:
        directory = MemoryDirectory(okta=[f"aws-{index}" for index in range(groups)])
        text = error(directory, tree(push_group_patterns=[{"pattern": "aws-*", "limit": 2}]))
        assert f"federation.push_group_patterns[0]: {expected}" in text

    def test_other_findings_name_the_pattern(self) -> None:
        directory = MemoryDirectory(okta=["aws-a"])
        raw = tree(push_group_patterns=["aws-*"], assignments={"groups": ["aws-a"]})
        text = error(directory, raw)
        assert "federation.push_group_patterns[0]: 'aws-a' is also" in text
        assert "push_groups[2]" not in text


def test_rules_take_a_twentieth_of_the_lines_for_a_hundred_accounts() -> None:
    placed = {f"{index:012}": (f"dev-{index}", "Workloads/Dev") for index in range(100)}
    by_name = [f"app_aws_{name}_Reader" for name, _ in placed.values()]
    written = tree(
        developer(DEV), developer(DEV, name="Admin", groups=["ops"]), {"name": "Reader"},
        push_group_patterns=[{"pattern": "app_aws_{account}_{permission_set}", "limit": 100}],
    )  # fmt: skip
    found = resolve(load_settings(written), MemoryDirectory(placed, okta=by_name)).settings
    access = found.account_access.model_dump(exclude_defaults=True, mode="json")
    spelled_out = tree(
        *access["permission_sets"], push_groups=[each.key for each in found.push_groups]
    )
    assert load_settings(spelled_out) == found
    lines = [yaml.safe_dump(each).count("\n") for each in (written, spelled_out)]
    assert lines[0] * 20 < lines[1]
