"""Strategies and helpers for tests of rules and bindings."""

from typing import Any

from hypothesis import strategies as st

from okta_idc.rules.binding import Binding, Subject
from okta_idc.rules.profiles import ADDRESS, REQUIRED, SENT

_HARMLESS = st.sampled_from(["x", "Ada", "é漢", "O'Brien & Sons, Ltd. (Berlin)", "a b", "+49 30 1"])
_ODD = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.sampled_from(
        [
            "", " ", "\t", "\u00a0", "\u3000", "\u2003", "\u200b", "a\u200bb", "a<b", ":", "50%",
            "a\tb", "a\nb", "https://example.com", "x" * 129, "x" * 1024, "x" * 1025, "🙂", "👩‍👧",
            0, 1, -1.5, True, False, [], ["a"], ["a", "b"], {}, {"value": ""},
        ]
    ),
)  # fmt: skip


@st.composite
def a_profile(draw: st.DrawFn) -> dict[str, Any]:
    """A mostly valid profile with up to three unusual attribute values."""
    profile: dict[str, Any] = {name: draw(_HARMLESS) for name in REQUIRED}
    profile["userName"] = draw(st.sampled_from(["ada@example.com", "ada"]))
    optional = sorted(set(SENT) - set(REQUIRED) - set(ADDRESS))
    for name in draw(st.lists(st.sampled_from(optional), max_size=6, unique=True)):
        profile[name] = draw(_HARMLESS)
    if draw(st.booleans()):
        profile |= {part: draw(_HARMLESS) for part in ADDRESS}
    for name in draw(st.lists(st.sampled_from(SENT), max_size=3)):
        profile[name] = draw(_ODD)
    return profile


def unlocated(binding: Binding[Any], source: object) -> list[str]:
    """Indexed paths in findings for which the subject has no location. A subject with a path of
    its own, such as a policy, has further paths in it."""
    return [
        path
        for subject in binding.subjects(source)
        if isinstance(subject, Subject) and not subject.location.path
        for finding in binding.rule(subject.value)
        for path in (finding.path, *(each.path for each in finding.related))
        if "[" in path and path not in subject.parts
    ]
