"""The map and the review as text, page, Markdown and JSON: complete, limited, and harmless."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from okta_idc import text
from okta_idc.access_map.difference import difference
from okta_idc.access_map.impact import Row
from okta_idc.access_map.model import Access, AccessMap
from okta_idc.access_map.reporters.documents import (
    difference_document,
    map_document,
    review_document,
)
from okta_idc.access_map.reporters.page import map_page
from okta_idc.access_map.reporters.review_markdown import MAX_BYTES, review_markdown
from okta_idc.access_map.reporters.review_tables import headline
from okta_idc.access_map.reporters.review_text import print_review
from okta_idc.access_map.reporters.tree import print_difference, print_map
from okta_idc.access_map.review import AffectedPerson, Review, SetRow
from okta_idc.cli import console
from okta_idc.text import printable
from tests.unit.okta_idc.hostile_strings import STRINGS
from tests.unit.okta_idc.html_parts import HtmlParts

MARKER = "MARKERmarker"
APPROVAL = "3-8f2c41d09ab3"


def some_map(**slots: str) -> AccessMap:
    """A map with one of everything; slots: group, set, account, application, person, unknown."""
    group, name = slots.get("group", "devs"), slots.get("set", "Read")
    account, app = slots.get("account", "210987654321"), slots.get("application", "arn:app")
    return AccessMap(
        Access({(group, name): frozenset({account})}, {group: frozenset({app})}),
        frozenset({group}),
        {group: frozenset({slots.get("person", "ada@example.com")})},
        (slots.get("unknown", "it is denied."),),
    )


def some_review(**slots: str) -> Review:
    """A review with one of everything; slots: group, set, place, person, change, unknown."""
    row = Row(slots.get("group", "devs"), slots.get("set", "Read"),
              frozenset({slots.get("place", "210987654321")}), 3)  # fmt: skip
    return Review(
        gaining=3, losing=2, changed=1, interrupted=0, affected=4, gains=(row,), losses=(row,),
        accounts={slots.get("place", "210987654321"): (3, 2)},
        sets=(SetRow(slots.get("set", "Read"), (slots.get("change", "adds x"),), 1),),
        people=(AffectedPerson(slots.get("person", "ada@example.com"), 3, 1),),
        digest="8f2c41d09ab3", unknown=(slots.get("unknown", "it is denied."),),
    )  # fmt: skip


IN_MAP = ("group", "set", "account", "application", "person", "unknown")
IN_REVIEW = ("group", "set", "place", "person", "change", "unknown")
Shown = Callable[[Callable[[], None]], str]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shown:
    """What a function prints on a wide terminal without colors."""
    monkeypatch.setenv("COLUMNS", "3000")

    def run(show: Callable[[], None]) -> str:
        show()
        return capsys.readouterr().out

    return run


def words(shown: str) -> str:
    return " ".join(shown.split())


def check_terminal(shown: Shown, show: Callable[[str], None]) -> None:
    harmless = shown(lambda: show(MARKER))
    assert MARKER in harmless
    for hostile in STRINGS:
        actual = shown(lambda hostile=hostile: show(hostile))
        assert all(c.isprintable() or c == "\n" for c in actual)
        assert words(actual) == words(harmless.replace(MARKER, printable(hostile)))


@pytest.mark.parametrize("slot", IN_MAP)
def test_no_string_changes_the_tree(shown: Shown, slot: str) -> None:
    def show(given: str) -> None:
        print_map(console.terminal(), some_map(**{slot: given}), "Access")

    check_terminal(shown, show)


def test_no_line_is_cut_at_the_width_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    accounts = [f"{number:012}" for number in range(5)]
    users = [f"user-{number}@example.com" for number in range(5)]
    access = Access({("aws-data", "Read"): frozenset(accounts)})
    live = AccessMap(access, frozenset({"aws-data"}), {"aws-data": frozenset(users)})
    lines = [f"aws-data  5 people: {', '.join(users)}", f"└── Read  {', '.join(accounts)}"]
    print_map(console.terminal(), live, "Access")
    assert capsys.readouterr().out.splitlines()[1:] == lines
    print_difference(console.terminal(), difference(AccessMap(Access(), live.groups), live))
    assert capsys.readouterr().out.splitlines()[1:3] == [f"+ {lines[0]}", lines[1]]


@pytest.mark.parametrize("slot", ["group", "set", "account", "application", "unknown"])
def test_no_string_changes_the_difference(shown: Shown, slot: str) -> None:
    def show(given: str) -> None:
        found = difference(AccessMap(Access(), frozenset()), some_map(**{slot: given}))
        print_difference(console.terminal(), found)

    check_terminal(shown, show)


@pytest.mark.parametrize("slot", IN_REVIEW)
def test_no_string_changes_the_review(shown: Shown, slot: str) -> None:
    def show(given: str) -> None:
        print_review(console.terminal(), some_review(**{slot: given}), [], APPROVAL)

    check_terminal(shown, show)


@pytest.mark.parametrize("slot", IN_REVIEW)
def test_no_string_changes_the_structure_of_markdown(slot: str) -> None:
    harmless = review_markdown(some_review(**{slot: MARKER}), [], APPROVAL, names=True)
    assert MARKER in harmless
    for hostile in STRINGS:
        actual = review_markdown(some_review(**{slot: hostile}), [], APPROVAL, names=True)
        assert words(actual) == words(harmless.replace(MARKER, text.markdown(printable(hostile))))


def data_of(page: HtmlParts) -> Any:
    """The document in the page's data block."""
    found = (
        number
        for number, tag in enumerate(page.tags)
        if isinstance(tag, tuple) and ("id", "data") in tag[1]
    )
    return json.loads(page.texts[next(found) + 1])


def page(shown: AccessMap, **more: Any) -> str:
    return map_page(shown, "Access in AWS", **more)


@pytest.mark.parametrize("slot", IN_MAP)
def test_no_string_changes_the_page(slot: str) -> None:
    harmless = HtmlParts(page(some_map()))
    for hostile in STRINGS:
        written = page(some_map(**{slot: hostile}))
        read = HtmlParts(written)
        assert read.tags == harmless.tags
        key = {"group": "groups", "set": "sets", "account": "accounts", "person": "people",
               "application": "applications", "unknown": "unknown"}[slot]  # fmt: skip
        [first] = data_of(read)[key]
        assert (first[0] if slot == "group" else first) == printable(hostile, 500)
        inside = re.search(r'id="data">([^<]*)</script>', written)
        assert inside
        assert inside[1].isascii()
        assert not set("<>&'") & set(inside[1])


def test_the_policy_allows_the_pages_own_style_and_script_only() -> None:
    written = page(some_map())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', written)
    assert policy
    for tag in ("style", "script"):
        block = re.search(rf"<{tag}>(.*?)</{tag}>", written, re.DOTALL)
        assert block
        digest = base64.b64encode(hashlib.sha256(block[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none';")
    assert "unsafe" not in policy[1]
    assert not re.search(r"https?://|\bon\w+=|url\(|@import|innerHTML", written)


def test_the_page_lists_each_text_and_each_list_of_accounts_once() -> None:
    places = frozenset({"1", "2"})
    shown = AccessMap(Access({("a", "X"): places, ("b", "X"): places}, {}), frozenset("ab"))
    data = data_of(HtmlParts(page(shown)))
    assert (data["accounts"], data["sets"], data["lists"]) == (["1", "2"], ["X"], [[0, 1]])
    assert data["groups"] == [["a", None, [[0, 0, 0]], [], 0], ["b", None, [[0, 0, 0]], [], 0]]


def test_the_page_lists_people_by_name() -> None:
    people = {"a": frozenset({"zoe"}), "b": frozenset({"zoe", "ada", "ben"})}
    data = data_of(HtmlParts(page(AccessMap(Access(), frozenset("ab"), people))))
    members = [[data["people"][number] for number in group[1]] for group in data["groups"]]
    assert members == [["zoe"], ["ada", "ben", "zoe"]]


def test_the_page_of_a_difference_marks_both_sides() -> None:
    sides = (("12", "p", "a"), ("23", "q", "ab"))
    declared, live = (
        AccessMap(Access({("a", "X"): frozenset(places)}, {"a": frozenset(app)}), frozenset(groups))
        for places, app, groups in sides
    )
    found = difference(declared, live)
    data = data_of(HtmlParts(page(found.as_map(), found=found)))
    [a, b] = data["groups"]
    uses = {
        tuple(data["accounts"][n] for n in data["lists"][numbers]): state
        for _, numbers, state in a[2]
    }
    assert uses == {("1",): 1, ("3",): 2, ("2",): 0}
    assert {data["applications"][n]: state for n, state in a[3]} == {"p": 1, "q": 2}
    assert (a[4], b[4]) == (0, 2)


def test_documents_have_exact_names() -> None:
    hostile = "\x1b[2J<b>"
    assert map_document(some_map(group=hostile), "live")["groups"][0]["name"] == hostile
    found = difference(AccessMap(Access(), frozenset()), some_map(group=hostile))
    assert difference_document(found)["extra"]["access"][0]["group"] == hostile
    document = review_document(some_review(person=hostile), APPROVAL, [])
    assert document["people"][0]["name"] == hostile


def test_unknown_parts_are_null_in_the_document() -> None:
    document = map_document(AccessMap(Access(None, None), frozenset("a"), {}, ("why",)), "live")
    [group] = document["groups"]
    assert (group["access"], group["applications"], group["people"]) == (None, None, None)


def rows(number: int, name: str) -> tuple[Row, ...]:
    return tuple(Row(f"{name}{n}", f"{name}{n}", frozenset({f"{n}"}), n) for n in range(number))


def test_markdown_stays_below_the_limit_and_counts_the_rest() -> None:
    worst = "@[" * 100  # characters that Markdown needs most bytes for
    found = replace(
        some_review(), gains=rows(500, worst), losses=rows(500, worst),
        accounts={f"{worst}{n}": (1, 1) for n in range(500)},
        unknown=tuple(f"{worst}{n}" for n in range(500)),
    )  # fmt: skip
    written = review_markdown(found, ["x" * 2_000], APPROVAL)
    assert len(written.encode()) <= MAX_BYTES
    assert APPROVAL in written
    assert written.startswith("**At least: 3 people gain access; 2 people lose access")
    shown = written.count("\n| ") - written.count("| group |") - written.count("| account or")
    assert shown < 500
    assert len(re.findall(r"… and [\d,]+ more (rows|reasons)", written)) >= 3


def test_many_gains_leave_room_for_the_losses() -> None:
    long = "\U0001f600" * 200  # four bytes each
    found = replace(some_review(), gains=rows(500, long), losses=rows(500, long))
    written = review_markdown(found, [], APPROVAL)
    assert len(written.encode()) <= MAX_BYTES
    assert "… and 500 more rows." not in written
    gains, losses = (part.count(f"\n| {long[:150]}") for part in written.split("Losses:"))
    assert gains == losses > 5
    few = review_markdown(replace(found, losses=rows(1, "g")), [], APPROVAL)
    assert few.count(f"\n| {long[:150]}") >= 2 * gains  # what is left is used
    assert "| g0 | g0 |" in few


def test_markdown_lists_twenty_rows_of_a_table() -> None:
    found = replace(some_review(), gains=rows(30, "g"), losses=(), unknown=())
    written = review_markdown(found, [], APPROVAL)
    assert "… and 10 more rows." in written


def test_markdown_names_users_only_if_it_may() -> None:
    assert "ada" not in review_markdown(some_review(), [], APPROVAL)
    assert "ada" in review_markdown(some_review(), [], APPROVAL, names=True)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((0, 0, 0, 0), "Nobody gains or loses access."),
        ((1, 0, 0, 0), "1 person gains access."),
        ((2, 1, 0, 0), "2 people gain access; 1 person loses access."),
        ((0, 0, 3, 0), "3 people keep a permission set that changes."),
        (
            (0, 0, 0, 1),
            "1 person loses access during the update, because assignments are replaced.",
        ),
    ],
)
def test_the_headline_is_about_people(numbers: tuple[int, ...], expected: str) -> None:
    gaining, losing, changed, interrupted = numbers
    found = replace(
        some_review(), gaining=gaining, losing=losing, changed=changed, interrupted=interrupted,
        unknown=(),
    )  # fmt: skip
    assert headline(found) == expected
    unknown = headline(replace(found, unknown=("x",)))
    assert unknown == f"At least: {expected}" or unknown == "No change of access is known."


def test_long_lists_are_cut_and_counted_on_the_terminal(shown: Shown) -> None:
    groups = [f"g{n:03}" for n in range(40)]
    places = frozenset(f"{n:012}" for n in range(50))
    people = frozenset(f"user{n:02}" for n in range(20))
    found = AccessMap(
        Access({(group, "Read"): places for group in groups}, {}), frozenset(groups),
        dict.fromkeys(groups, people),
    )  # fmt: skip
    written = shown(lambda: print_map(console.terminal(), found, "Access"))
    assert "40 groups, 20 people, 1 permission set, 50 accounts" in written
    assert "and 15 more groups" in written
    assert "000000000004, and 45 more" in written
    assert "user04, and 15 more" in written
    everything = shown(lambda: print_map(console.terminal(), found, "Access", everything=True))
    assert "more" not in everything
    assert "000000000049" in everything


def test_colors_are_on_a_terminal_only(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert "\x1b" not in shown(lambda: print_map(console.terminal(), some_map(), "Access"))
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in shown(lambda: print_map(console.terminal(), some_map(), "Access"))


def test_a_difference_names_the_side(shown: Shown) -> None:
    none = AccessMap(Access(), frozenset())
    extra = shown(lambda: print_difference(console.terminal(), difference(none, some_map())))
    assert "In AWS, and not declared: 2 assignments of 1 group" in extra
    missing = shown(lambda: print_difference(console.terminal(), difference(some_map(), none)))
    assert "Declared, and not in AWS: 2 assignments of 1 group" in missing
    same = shown(lambda: print_difference(console.terminal(), difference(none, none)))
    assert "No difference between the declared and the live access." in same
