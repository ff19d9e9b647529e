"""CloudTrail's events prove a token only if they distinguish the two tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.clients.cloudtrail import ScimEvent, _event
from okta_idc.token.evidence import Holder, token_of_canary

NEW, OLD, GROUP = "request-new", "request-old", "group"


def events(new: str, old: str, canary: str) -> list[ScimEvent]:
    return [
        ScimEvent("ListUsers", NEW, new, ""), ScimEvent("ListUsers", OLD, old, ""),
        ScimEvent("CreateGroup", "request-okta", canary, GROUP),
        ScimEvent("CreateGroup", "request-other", "another", "another-group"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "holder", "why"),
    [
        (("A", "B", "A"), Holder.NEW, ""),
        (("A", "B", "B"), Holder.OLD, "Okta still uses the old token"),
        (("A", "A", "A"), Holder.UNKNOWN, "does not distinguish"),
        (("A", "B", "C"), Holder.UNKNOWN, "neither the new nor the old"),
        (("", "B", "B"), Holder.UNKNOWN, "does not show the requests with the new token"),
        (("A", "B", ""), Holder.UNKNOWN, "does not show Okta's request"),
    ],
)
def test_the_callers_are_compared(keys: tuple[str, str, str], holder: Holder, why: str) -> None:
    found = token_of_canary(events(*keys), [NEW], [OLD], GROUP)
    assert found.holder == holder
    assert why in found.why
    assert found.is_final == ("does not show" not in found.why)


KEYS = st.sampled_from(["", "A", "B", "C"])


@given(
    listed=st.lists(
        st.builds(
            ScimEvent, st.sampled_from(["CreateGroup", "ListUsers"]),
            st.sampled_from([NEW, OLD, "", "x"]), KEYS, st.sampled_from(["", GROUP, "y"]),
        )
    )
)  # fmt: skip
def test_a_token_is_named_only_if_okta_and_one_of_two_different_callers_agree(
    listed: list[ScimEvent],
) -> None:
    found = token_of_canary(listed, [NEW], [OLD], GROUP)
    if found.holder == Holder.UNKNOWN:
        return
    request = NEW if found.holder == Holder.NEW else OLD
    other = OLD if found.holder == Holder.NEW else NEW
    okta = {e.key for e in listed if e.created == GROUP and e.name == "CreateGroup"} - {""}
    ours = {e.key for e in listed if e.request_id == request} - {""}
    theirs = {e.key for e in listed if e.request_id == other} - {""}
    assert okta
    assert okta <= ours
    assert theirs
    assert not ours & theirs


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{", '{"userIdentity": "x"}', '{"responseElements": null, "requestID": 1}'],
)
def test_a_malformed_event_is_read_as_far_as_possible(text: str) -> None:
    assert _event(text).key == ""
