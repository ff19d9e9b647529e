"""The budget of a fleet: counted calls, and minutes that more work never shortens."""

import json
import math
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.fleet.budget import (
    AWS_CALLS_PER_SECOND,
    TOKEN_LIMITS,
    estimate,
    reads_of_access,
)
from okta_idc.fleet.call_counts import (
    APPS,
    CALLS,
    GROUPS,
    OF_A_PROGRAM,
    OF_A_STACK,
    SCIM,
    SSO,
    STORE,
)
from okta_idc.fleet.call_counts import GROUP as ONE_GROUP
from okta_idc.fleet.placement import Placement
from okta_idc.fleet.resources import ACCOUNT_ASSIGNMENT, PERMISSION_SET, PUSH_MAPPING
from okta_idc.settings import Settings, load_settings
from okta_idc.settings.parts import CORE, PREFIXES
from sandbox.okta.limits import BUCKETS, SHARE, bucket_of
from tests.paths import ROOT
from tests.unit.okta_idc.access_rules.directory import MemoryDirectory

SAML, CONNECTION = "okta:app/saml:Saml", "okta:app/connection:Connection"
FEATURES, ASSIGNED = "okta:app/features:Features", "okta:app/groupAssignment:GroupAssignment"
GROUP, RULE, MAPPING = (
    "okta:group/group:Group",
    "okta:group/rule:Rule",
    "okta:profile/mapping:Mapping",
)
TOPIC = "aws:sns/topic:Topic"
RECORDED: list[tuple[str, str, dict[str, dict[str, int]]]] = [
    # Each phase of a recording is a command that changed these resources.
    ("connection-create", "create", {SAML: {"create": 1}, CONNECTION: {"create": 1}}),
    ("connection-update", "update-baseurl", {CONNECTION: {"update": 1}}),
    ("connection-refresh", "noop-refresh", {SAML: {"refresh": 1}, CONNECTION: {"refresh": 1}}),
    ("connection-unknown", "destroy", {SAML: {"delete": 1}, CONNECTION: {"delete": 1}}),
    ("saml-skip-policy", "update-skip-policy", {SAML: {"update": 1}}),
    ("saml-refresh", "refresh", {SAML: {"refresh": 1}}),
    ("saml-destroy", "destroy", {SAML: {"delete": 1}}),
    ("features-create", "create",
     {SAML: {"create": 1}, CONNECTION: {"create": 1}, FEATURES: {"create": 1}}),
    ("features-update", "update-create-disabled", {FEATURES: {"update": 1}}),
    ("features-refresh", "refresh",
     {SAML: {"refresh": 1}, CONNECTION: {"refresh": 1}, FEATURES: {"refresh": 1}}),
    ("assignment-single-update", "update-priority", {ASSIGNED: {"update": 1}}),
    ("assignment-single-update", "replace-group",
     {ASSIGNED: {"create-replacement": 1, "delete-replaced": 1, "replace": 1}}),
    ("push-group-create-by-id", "create-by-id", {PUSH_MAPPING: {"create": 1}}),
    ("push-group-update", "update-status", {PUSH_MAPPING: {"update": 1}}),
    ("push-group-delete", "drop-keep", {PUSH_MAPPING: {"delete": 1}}),
    ("push-group-import", "import", {PUSH_MAPPING: {"import": 1}}),
    ("group-lifecycle", "create", {GROUP: {"create": 1}}),
    ("group-lifecycle", "refresh", {GROUP: {"refresh": 1}}),
    ("group-lifecycle", "rename", {GROUP: {"update": 1}}),
    ("group-lifecycle", "destroy", {GROUP: {"delete": 1}}),
    ("group-rule-lifecycle", "create", {GROUP: {"create": 2}, RULE: {"create": 1}}),
    ("group-rule-lifecycle", "refresh", {GROUP: {"refresh": 2}, RULE: {"refresh": 1}}),
    ("group-rule-lifecycle", "update-expr", {RULE: {"update": 1}}),
    ("group-rule-destroy", "destroy-active-rule", {GROUP: {"delete": 2}, RULE: {"delete": 1}}),
    ("profile-mapping", "create", {SAML: {"create": 1}, MAPPING: {"create": 1}}),
    ("profile-mapping", "refresh", {SAML: {"refresh": 1}, MAPPING: {"refresh": 1}}),
    ("profile-mapping", "update", {MAPPING: {"update": 1}}),
    ("profile-mapping", "delete", {MAPPING: {"delete": 1}}),
    ("scale-5-singular", "up",
     {SAML: {"create": 1}, CONNECTION: {"create": 1}, FEATURES: {"create": 1},
      GROUP: {"create": 5}, ASSIGNED: {"create": 5}, PUSH_MAPPING: {"create": 5}}),
    ("scale-5-singular", "refresh",
     {SAML: {"refresh": 1}, CONNECTION: {"refresh": 1}, FEATURES: {"refresh": 1},
      GROUP: {"refresh": 5}, ASSIGNED: {"refresh": 5}, PUSH_MAPPING: {"refresh": 5}}),
    ("scale-5-singular", "destroy",
     {SAML: {"delete": 1}, CONNECTION: {"delete": 1}, FEATURES: {"delete": 1},
      GROUP: {"delete": 5}, ASSIGNED: {"delete": 5}, PUSH_MAPPING: {"delete": 5}}),
]  # fmt: skip
PARTS = st.lists(st.sampled_from(["", "push-1", "sets-1", "access", "access-2"]), min_size=1)
OPERATIONS = ("create", "update", "delete", "same", "refresh", "import", "replace")
CHANGES = st.dictionaries(
    st.sampled_from([*CALLS, TOPIC, "pulumi:providers:okta"]),
    st.dictionaries(st.sampled_from(OPERATIONS), st.integers(0, 5_000), max_size=4),
    max_size=6,
)


def recorded_calls(file: str, phase: str) -> Counter[str]:
    """The calls of one phase by bucket, without those that the plugin makes in each run."""
    found: Counter[str] = Counter()
    for line in (ROOT / "tests" / "data" / "wire" / f"{file}.jsonl").read_text().splitlines():
        call = json.loads(line)
        path = call["path"].partition("?")[0]
        if call["phase"] == phase and path not in _OF_A_RUN:
            found[bucket_of(call["method"], path).name] += 1
    return found


_OF_A_RUN = ("/api/v1/users/me", "/.well-known/okta-organization")


def counted(changes: dict[str, dict[str, int]]) -> Counter[str]:
    """The calls that the table has for the operations alone."""
    names = {"create-replacement": "create", "delete-replaced": "delete"}
    found: Counter[str] = Counter()
    for kind, operations in changes.items():
        for operation, number in operations.items():
            for bucket, calls in CALLS[kind].get(names.get(operation, operation), {}).items():
                found[bucket] += calls * number
    return found


@pytest.mark.parametrize(
    ("file", "phase", "changes"), RECORDED, ids=[f"{file}-{phase}" for file, phase, _ in RECORDED]
)
def test_calls_are_those_of_the_recordings(
    file: str, phase: str, changes: dict[str, dict[str, int]]
) -> None:
    recorded = recorded_calls(file, phase)
    assert recorded
    assert counted(changes) == recorded


def test_every_count_of_okta_has_a_recording() -> None:
    names = {"create-replacement": "create", "delete-replaced": "delete"}
    shown = {
        (kind, names.get(operation, operation))
        for _, _, changes in RECORDED
        for kind, operations in changes.items()
        for operation in operations
    }
    claimed = {(kind, each) for kind in CALLS if kind.startswith("okta:") for each in CALLS[kind]}
    assert claimed <= shown


def test_limits_are_a_tokens_share_of_the_published_buckets() -> None:
    published = {each.name: each.workforce * SHARE for each in BUCKETS}
    published["/api/v1/users/{id}"] = published["GET /api/v1/users/{id}"]
    assert {name: published[name] for name in TOKEN_LIMITS} == dict(TOKEN_LIMITS)


@given(CHANGES, CHANGES, PARTS, st.integers(0, 1_000), st.integers(1, 100))
def test_more_operations_never_get_shorter(
    few: Any, more: Any, parts: list[str], users: int, parallel: int
) -> None:
    both = {
        kind: Counter(few.get(kind, {})) + Counter(more.get(kind, {}))
        for kind in dict.fromkeys([*few, *more])
    }
    before = estimate(few, parts=parts, parallel=parallel)
    after = estimate(both, parts=[*parts, "push-9"], users=users, parallel=parallel)
    assert after.minutes >= before.minutes
    assert all(after.calls.get(bucket, 0) >= number for bucket, number in before.calls.items())


@given(CHANGES, PARTS, st.integers(0, 1_000))
def test_buckets_add_up(changes: Any, parts: list[str], users: int) -> None:
    """All calls are those of the operations, of the stacks, and of what the program reads."""
    found = Counter(estimate(changes, parts=parts, users=users).calls)
    least = counted({kind: each for kind, each in changes.items() if kind in CALLS})
    least[SCIM] += users
    declared = ("create", "update", "same", "import")
    runs = any(each.get(name) for each in changes.values() for name in declared)
    for part in parts:
        kind = part.partition("-")[0]
        least.update(OF_A_STACK.get(kind, {}))
        least.update(OF_A_PROGRAM[kind] if runs else {})
    more = found - least
    assert least - found == Counter()
    assert runs or not more
    assert set(more) <= {SSO, STORE, GROUPS, ONE_GROUP}


@given(CHANGES, PARTS)
def test_minutes_cover_each_bucket(changes: Any, parts: list[str]) -> None:
    found = estimate(changes, parts=parts)
    for bucket, number in found.calls.items():
        if bucket in TOKEN_LIMITS:
            assert found.minutes >= math.ceil(number / TOKEN_LIMITS[bucket]) - 1
        else:
            assert found.minutes >= number / AWS_CALLS_PER_SECOND / 60


@given(CHANGES)
def test_each_operation_is_counted_or_reported_as_unknown(changes: Any) -> None:
    shown = " ".join(estimate(changes).unknown)
    for kind, operations in changes.items():
        for operation, number in operations.items():
            without = operation in ("same", "replace") or kind.startswith("pulumi:")
            expected = bool(number) and not without and operation not in CALLS.get(kind, {})
            assert (f"{number} × {operation} {kind}" in shown) is expected


def test_reads_of_access_have_the_pace_of_the_machine() -> None:
    changes = {PERMISSION_SET: {"same": 180}}
    full, half = (
        estimate(changes, parts=["sets-1"], own_calls_per_second=rate, reads={"sets-1": 900})
        for rate in (15, 7.5)
    )
    assert full.calls == half.calls
    assert (full.minutes, half.minutes) == (1, 2)
    assert half.sentence == (
        "About 2 minutes: 900 calls that compare account access, at 7.5 a second."
    )


def test_the_sentence_names_the_scarcest_limit() -> None:
    found = estimate({PUSH_MAPPING: {"create": 396}})
    assert found.calls[APPS] == 400
    assert found.minutes == 7
    assert found.sentence == (
        "About 7 minutes: 400 calls of Okta's API below the app at 50 a minute."
    )


def test_account_assignments_wait_for_aws() -> None:
    found = estimate({ACCOUNT_ASSIGNMENT: {"create": 900}})
    assert found.sentence == "About 10 minutes: 900 account assignments, 15 at once, 10 s each."
    assert estimate({ACCOUNT_ASSIGNMENT: {"create": 900}}, parallel=100) == found
    slow = estimate({ACCOUNT_ASSIGNMENT: {"delete": 900}}, parallel=5)
    assert slow.sentence == "About 30 minutes: 900 account assignments, 5 at once, 10 s each."


def test_the_sentence_says_what_it_does_not_include() -> None:
    found = estimate({TOPIC: {"create": 2}}, users=40)
    assert found.sentence == (
        "No rate limit delays this run by more than a minute. Okta's time to provision 40 users is "
        "unknown. Calls unknown: 2 × create aws:sns/topic:Topic."
    )


def test_a_small_run_waits_for_nothing() -> None:
    assert estimate({}).sentence == "No rate limit delays this run by more than a minute."


def test_an_unknown_type_cannot_break_the_terminal() -> None:
    assert "\x1b" not in estimate({"aws:x\x1b[2J": {"create": 1}}).sentence


def federation(groups: int, sets: int = 1, **fleet: Any) -> Settings:
    """Each permission set grants all groups access to two accounts."""
    names = [f"aws-{number}" for number in range(groups)]
    accounts = ["210987654321", "321098765432"]
    return load_settings(
        {
            "app": {"acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a"},
            "scim_token": {"secret": "okta-identity-center/scim"},
            "push_groups": names,
            "account_access": {
                "permission_sets": [
                    {"name": f"S{number}", "groups": names, "accounts": accounts}
                    for number in range(sets)
                ]
            },
            **({"fleet": fleet} if fleet else {}),
        }
    )


def reads(settings: Settings) -> dict[str, int]:
    return reads_of_access(settings, Placement(settings.fleet, MemoryDirectory))


def test_each_part_compares_what_it_grants() -> None:
    assert reads(federation(10, 3)) == {"": 20 + 15}
    found = reads(federation(10, 3, push_groups={"count": 1}, accounts={"count": 2}))
    assert found[""] == 10 + 15
    assert found["access-1"] == 20  # it has the applications
    assert found["access-2"] == 10
    divided = reads(federation(10, 3, permission_sets={"count": 1}, accounts={"count": 1}))
    assert divided == {"sets-1": 15, "access-1": 20}


def test_what_a_run_does_not_compare_costs_nothing() -> None:
    assert reads(federation(448)) == {}
    assert reads(federation(447)) == {"": 899}
    of_sets, of_accounts = {"count": 1}, {"count": 2}
    divided = (
        reads(federation(groups, permission_sets=of_sets, accounts=of_accounts))
        for groups in (900, 901)
    )
    assert [*divided] == [{"sets-1": 5, "access-2": 900}, {"sets-1": 5}]


def test_the_estimate_counts_the_parts_that_run() -> None:
    changes = {ACCOUNT_ASSIGNMENT: {"same": 120}}
    by_part = {"access-1": 70, "access-2": 50, "": 9}

    def calls(*running: str) -> int:
        without = estimate(changes, parts=running).calls[SSO]
        return estimate(changes, parts=running, reads=by_part).calls[SSO] - without

    assert calls(*by_part) == 129
    assert calls("access-2") == 50
    assert SSO not in estimate({}, parts=[*by_part], reads=by_part).calls


def test_each_stack_adds_what_its_program_reads() -> None:
    changes = {PUSH_MAPPING: {"same": 40}}
    core, own = OF_A_PROGRAM[""][SSO], OF_A_PROGRAM["access"][SSO]
    assert estimate(changes).calls[SSO] == core
    assert estimate(changes, parts=["", "access-1", "access-2"]).calls[SSO] == core + 2 * own


def test_parts_without_okta_make_no_call_of_okta() -> None:
    changes = {ACCOUNT_ASSIGNMENT: {"same": 3}, PERMISSION_SET: {"same": 1}}
    assert set(estimate(changes, parts=["sets-1", "access-1"]).calls) == {SSO, STORE}


def test_every_kind_of_part_has_counts() -> None:
    assert set(OF_A_PROGRAM) == {CORE, *PREFIXES.values()}
    assert set(OF_A_STACK) <= set(OF_A_PROGRAM)


def test_a_lower_limit_takes_longer() -> None:
    integrator = {APPS: 10}
    changes = {PUSH_MAPPING: {"create": 96}}
    assert estimate(changes, limits=integrator).minutes == 9
    assert estimate(changes).minutes == 1
    assert estimate(changes).calls[STORE] == 96 + OF_A_PROGRAM[""][STORE]
