"""What a fleet's run is going to do."""

from hypothesis import given
from hypothesis import strategies as st

from okta_idc.fleet.planned import planned

NAMED = st.sets(st.tuples(st.sampled_from(["okta:a", "aws:b"]), st.sampled_from("pqrs")))


@given(NAMED, NAMED)
def test_each_resource_counts_once(
    declared: set[tuple[str, str]], recorded: set[tuple[str, str]]
) -> None:
    found = planned("up", declared, recorded)
    assert sum(n for each in found.values() for n in each.values()) == len(declared | recorded)
    assert sum(each["create"] for each in found.values()) == len(declared - recorded)
    assert sum(each["delete"] for each in found.values()) == len(recorded - declared)


def test_a_refresh_and_a_destroy_count_what_is_recorded() -> None:
    recorded = [("okta:a", "p"), ("okta:a", "q"), ("pulumi:providers:aws", "default")]
    assert planned("refresh", [], recorded) == {"okta:a": {"refresh": 2}}
    assert planned("destroy", [], recorded) == {"okta:a": {"delete": 2}}


@given(NAMED, NAMED)
def test_a_preview_reads_what_exists_and_creates_nothing(
    declared: set[tuple[str, str]], recorded: set[tuple[str, str]]
) -> None:
    found = planned("preview", declared, recorded)
    assert {name for each in found.values() for name in each} <= {"same"}
    assert sum(each["same"] for each in found.values()) == len(declared & recorded)
