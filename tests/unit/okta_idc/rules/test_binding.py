"""Bindings: the locations of paths, the names of values, and unavailable subjects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import RULES, groups
from okta_idc.rules.binding import Binding, Location, Subject, Unavailable, known, numbered
from okta_idc.rules.groups import GroupRoles

NAMES = st.lists(st.sampled_from(["a", "b", "[0]", "push_groups[0]", "{}", "'", "A"]), max_size=6)


@given(NAMES, NAMES)
def test_every_finding_path_resolves_to_its_location(
    assigned: list[str], pushed: list[str]
) -> None:
    parts = numbered((f"assignment {i}" for i in range(len(assigned))), "assignments.groups")
    parts |= numbered((f"push {i}" for i in range(len(pushed))), "push_groups")
    roles = GroupRoles(tuple(assigned), tuple(pushed))
    for rule in (groups.one_role_per_group, groups.listed_once):
        for at, finding in Binding(rule, lambda _: [Subject(roles, parts=parts)]).findings(None):
            kind, index = at.name.split()
            assert finding.value == (pushed if kind == "push" else assigned)[int(index)]
            for other in finding.related:
                kind, index = other.path.split()
                assert finding.value == (pushed if kind == "push" else assigned)[int(index)]


def test_a_path_without_a_location_is_a_field_of_the_subject() -> None:
    subject = Subject(None, Location("the app", "settings", "urn"))
    assert subject.locate("acsURL") == Location("the app", "settings.acsURL", "urn")
    assert subject.locate("") == subject.location


def test_a_value_with_a_name_is_shown_as_the_name() -> None:
    [finding] = RULES["OIC-202"](RULES["OIC-202"].bad)
    at, named = Subject(None, names={finding.value or "": "ada@example.com"}).located(finding)
    assert (at.name, named.value, named.path) == ("ada@example.com", None, finding.path)


def test_a_value_that_repeats_the_name_is_not_shown_twice() -> None:
    [finding] = RULES["OIC-209"](RULES["OIC-209"].bad)
    at, named = Subject(None, parts=numbered([finding.value or ""])).located(finding)
    assert (at.name, named.value) == (finding.value, None)


def test_an_unavailable_subject_does_not_hide_findings_on_the_others() -> None:
    missing = Unavailable("no permission.")
    binding = Binding(groups.group_name, lambda _: [missing, Subject("")])
    first, (_, finding) = binding.findings(None)
    assert first is missing
    assert finding.rule is groups.group_name


def test_known_raises_an_unavailable_value() -> None:
    assert known(1) == 1
    with pytest.raises(Unavailable, match="no permission"):
        known(Unavailable("no permission."))


def test_prefix_and_names_apply_to_related_paths_too() -> None:
    [finding] = groups.one_role_per_group(GroupRoles(("a",), ("a",)))
    assert "(federation.assignments.groups[0])" in finding.text("federation")
    assert "(x)" in finding.renamed(lambda _: "x").text()
