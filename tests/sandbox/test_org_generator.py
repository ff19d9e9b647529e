"""`python -m sandbox org`: orgs of any size, with exactly the defects that their comment lists."""

import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from sandbox.__main__ import main
from sandbox.org_file import Group, Org, load_org
from sandbox.org_generator import (
    ASSIGNMENT_GROUP,
    DEFECTS,
    OrgSizeError,
    generate_org,
    planted_defects,
)

TEXTS = ("title", "manager", "department", "costCenter", "firstName", "lastName", "displayName")
ADDRESS = ("streetAddress", "city", "state", "zipCode", "countryCode")
UNASSIGNED_OR_INACTIVE = {"STAGED", "SUSPENDED", "DEPROVISIONED"}


def loaded(folder: Path, text: str) -> Org:
    path = folder / "org.yaml"
    path.write_text(text, encoding="utf-8")
    return load_org(path)


def defects_in(org: Org, push: list[str]) -> dict[str, list[str]]:
    """The defects of an org by rule, found without the kit's rules."""
    access = next(group for group in org.groups if group.name == ASSIGNMENT_GROUP)
    pushed = [group for name in push for group in org.groups if group.name == name]
    assigned = [user for user in org.users if user.profile["login"] in set(access.members)]
    statuses = {user.profile["login"]: user.status for user in org.users}
    found: dict[str, set[str]] = {rule: set() for rule in DEFECTS}
    for group in pushed:
        found["OIC-202"] |= set(group.members) - set(access.members)
        members = set(group.members) & set(access.members)
        found["OIC-208"] |= {m for m in members if statuses[m] in UNASSIGNED_OR_INACTIVE}
        found["OIC-211"] |= {group.name} if len(group.members) > 100 else set()
        found["OIC-205"] |= {group.name} if _is_hidden(group.name) else set()
        found["OIC-206"] |= {group.name} if set(group.name) & set("<>;:%") else set()
    found["OIC-207"] = _repeated([group.name for group in pushed])
    emails: dict[str, str] = {}
    for user in assigned:
        login, values = user.profile["login"], user.profile
        texts = [str(values.get(key) or "") for key in TEXTS]
        parts = [values.get(key) for key in ADDRESS]
        for rule, wrong in {
            "OIC-301": not values.get("displayName"),
            "OIC-303": any(set(text) & set("<>;:%") for text in texts),
            "OIC-304": any(parts) and not all(parts),
            "OIC-305": any(map(_is_hidden, texts)),
            "OIC-306": values["email"] in emails,
            "OIC-307": any(values.get(k) == "" for k in (*TEXTS, *ADDRESS) if k != "manager"),
            "OIC-310": values.get("manager") == "",
            "OIC-313": any(len(text) > 1024 for text in texts),
        }.items():
            found[rule] |= {login} if wrong else set()
        emails[values["email"]] = login
    return {rule: sorted(names) for rule, names in found.items() if names}


def _is_hidden(text: str) -> bool:
    return any(unicodedata.category(character)[0] == "C" for character in text)


def _repeated(names: list[str]) -> set[str]:
    seen: Counter[str] = Counter()
    repeated: set[str] = set()
    for name in names:
        repeated |= {name} if seen[name.casefold()] else set()
        seen[name.casefold()] += 1
    return repeated


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    people=st.integers(1, 200),
    groups=st.integers(1, 40),
    seed=st.integers(),
    defects=st.sampled_from(["none", "some", "1", "2"]),
)
@example(people=160, groups=40, seed=7, defects="2")
def test_an_org_of_any_size_has_the_defects_that_it_lists_and_no_other_ones(
    tmp_path: Path, people: int, groups: int, seed: int, defects: str
) -> None:
    smaller = planted_defects(generate_org(people, groups, seed, "some"))
    fits = defects in ("none", "some") or (people > 130 and groups >= 30)
    if not fits and not set(DEFECTS) <= smaller.keys():
        with pytest.raises(OrgSizeError, match=f"the org is too small for {defects} of OIC-"):
            generate_org(people, groups, seed, defects)
        return
    assume(fits)
    text = generate_org(people, groups, seed, defects)
    org, listed = loaded(tmp_path, text), planted_defects(text)
    assert (len(org.users), len(org.groups)) == (people, groups)
    assert listed.pop("assignments.groups") == [ASSIGNMENT_GROUP]
    push = listed.pop("push_groups")
    assert len(push) == len(set(push))
    assert {rule: sorted(names) for rule, names in listed.items()} == defects_in(org, push)
    if defects in ("1", "2"):
        assert {rule: len(names) for rule, names in listed.items()} == dict.fromkeys(
            DEFECTS, int(defects)
        )
    for rule in DEFECTS:
        omitted = defects == "some" and rule not in listed
        assert (rule in text.partition("The org is too small for")[2]) is omitted


def test_the_seed_decides_everything() -> None:
    assert generate_org(50, 20, 7, "some") == generate_org(50, 20, 7, "some")
    assert generate_org(50, 20, 7, "some") != generate_org(50, 20, 8, "some")


def test_an_org_is_as_varied_as_a_real_one(tmp_path: Path) -> None:
    org = loaded(tmp_path, generate_org(500, 30, 1, "none"))
    statuses = {user.status for user in org.users}
    assert statuses >= {"ACTIVE", "LOCKED_OUT", "PASSWORD_EXPIRED", *UNASSIGNED_OR_INACTIVE}
    assert {user.type for user in org.users} == {"", "contractor"}
    values: list[Any] = [value for user in org.users for value in user.profile.values()]
    assert {type(value) for value in values} == {str, int, float, bool, list, type(None)}
    assert "" in values
    assert {group.source for group in org.groups} == {
        ("", ""), ("active_directory", "corp.example.com"), ("ldap", "ldap.example.com"),
        ("app", "Jira"),
    }  # fmt: skip
    assert {app.name for app in org.apps} == {"salesforce", "jira", "amazon_aws_sso"}
    assert org.everyone
    assert any(not user.profile["lastName"].isascii() for user in org.users)


def test_a_large_push_group_has_more_members_than_one_request_can_change(tmp_path: Path) -> None:
    text = generate_org(200, 40, 3, "3")
    large: list[Group] = [g for g in loaded(tmp_path, text).groups if g.name.startswith("aws-")]
    sizes = {g.name: len(g.members) for g in large if g.name != ASSIGNMENT_GROUP}
    assert sorted(name for name, size in sizes.items() if size > 100) == sorted(
        planted_defects(text)["OIC-211"]
    )


def test_the_command_writes_a_file_or_standard_output(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    size = ["--people", "20", "--groups", "5", "--seed", "7"]
    assert main(["org", *size, "--output", str(tmp_path / "org.yaml")]) == 0
    written = (tmp_path / "org.yaml").read_bytes()
    assert written.decode() == generate_org(20, 5, 7, "some")
    assert len(load_org(tmp_path / "org.yaml").users) == 20
    capfdbinary.readouterr()
    assert main(["org", *size]) == 0
    assert capfdbinary.readouterr().out == written


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            ["--people", "30", "--defects", "1"],
            "too small for 1 of OIC-211 (more than 100 members)",
        ),
        (["--groups", "1", "--defects", "5"], "too small for 5 of OIC-202"),
        (["--output", "/missing/org.yaml"], "/missing/org.yaml: cannot be written"),
    ],
)
def test_an_org_that_cannot_be_written_is_refused(
    options: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["org", *options]) == 2
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [["--people", "0"], ["--groups", "0"], ["--people", "1000001"], ["--defects", "all"],
     ["--defects", "0"], ["--defects", "-1"], ["--people", "x"], ["--seed", "x"]],
)  # fmt: skip
def test_a_wrong_option_is_refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["org", *options])
    assert stopped.value.code == 2
    assert options[0] in capsys.readouterr().err
