"""The page of the map in a real browser: search, filters, and names that do nothing."""

from pathlib import Path
from typing import Any

from okta_idc.access_map.difference import difference
from okta_idc.access_map.model import Access, AccessMap
from okta_idc.access_map.reporters.page import map_page
from tests.browser_page import page
from tests.unit.okta_idc.hostile_strings import STRINGS

__all__ = ["page"]
GROUPS = [f"team-{number:04}" for number in range(250)]
HACK = "document.title='hacked'"
ATTACKS = (
    f"<script>{HACK}</script>", f"</script><script>{HACK}</script>",
    f'<img src=x onerror="{HACK}">', f'\'"><svg onload="{HACK}">', f"javascript:{HACK}",
    f"${{{HACK}}}",
)  # fmt: skip


def show(page: Any, tmp_path: Path, html: str) -> list[str]:
    """Open the page from a file. Returns errors, violations of the policy, and requests."""
    recorded: list[str] = []
    page.on("console", lambda message: recorded.append(message.text))
    page.on("pageerror", lambda error: recorded.append(str(error)))
    page.on("request", lambda request: recorded.append(request.url))
    file = tmp_path / "map.html"
    file.write_text(html, encoding="utf-8")
    page.goto(file.as_uri())
    assert recorded.pop(0) == file.as_uri()
    return recorded


def names(page: Any) -> list[str]:
    return page.locator("#groups .name").all_inner_texts()


def sample() -> AccessMap:
    accounts = {(group, "Read"): frozenset({"210987654321"}) for group in GROUPS}
    accounts["team-0007", "Admin"] = frozenset({"321098765432", "210987654321"})
    return AccessMap(
        Access(accounts, {"team-0009": frozenset({"arn:aws:sso::1:application/x/apl-9"})}),
        frozenset(GROUPS),
        {group: frozenset({f"user{n}@example.com"}) for n, group in enumerate(GROUPS)},
    )


def test_groups_are_searched_and_filtered(page: Any, tmp_path: Path) -> None:
    recorded = show(page, tmp_path, map_page(sample(), "Access in AWS"))
    assert len(names(page)) == 100
    assert page.locator("#count").inner_text() == "250 groups of 250, the first 100 are listed"
    page.get_by_role("button", name="Show more groups").click()
    page.get_by_role("button", name="Show more groups").click()
    assert names(page) == GROUPS
    for query, expected in (
        ("TEAM-0042", ["team-0042"]), ("user17@", ["team-0017"]), ("admin", ["team-0007"]),
        ("3210", ["team-0007"]), ("apl-9", ["team-0009"]), ("nobody", []),
    ):  # fmt: skip
        page.get_by_label("Search").fill(query)
        assert names(page) == expected
    page.get_by_label("Search").fill("")
    page.get_by_label("Permission set").select_option(label="Admin")
    assert names(page) == ["team-0007"]
    page.get_by_label("Permission set").select_option(label="Read")
    page.get_by_label("Account").select_option(label="321098765432")
    assert names(page) == []  # no group has this set in this account
    page.get_by_label("Permission set").select_option(label="all")
    assert names(page) == ["team-0007"]
    page.locator("summary").click()
    rows = page.locator("#groups tr")
    rows.first.wait_for()  # the table is filled after the click, when the group opens
    assert [" ".join(row.split()) for row in rows.all_inner_texts()] == [
        "People user7@example.com", "Admin 210987654321, 321098765432", "Read 210987654321",
    ]  # fmt: skip
    assert recorded == []


def test_what_the_search_finds_comes_first_and_is_marked(page: Any, tmp_path: Path) -> None:
    people = frozenset(f"user{number}" for number in range(300))
    shown = AccessMap(
        Access({("team-10", "Read"): frozenset("12"), ("team-9", "Read"): frozenset("2")}),
        frozenset({"team-10", "team-9"}), {"team-10": people, "team-9": people},
    )  # fmt: skip
    show(page, tmp_path, map_page(shown, "Access"))
    assert names(page) == ["team-9", "team-10"]
    page.get_by_label("Search").fill("USER299")
    page.locator("summary").first.click()
    assert page.locator("mark").inner_text() == "user299"
    cell = page.locator("td").first
    assert cell.inner_text().startswith("user299, user0, user1, user10, user100")
    page.get_by_role("button", name="Show all 300").click()
    listed = cell.inner_text().split(", ")
    assert (listed[0], sorted(listed)) == ("user299", sorted(people))


def test_a_narrow_screen_has_the_values_below_their_title(page: Any, tmp_path: Path) -> None:
    show(page, tmp_path, map_page(sample(), "Access"))
    page.set_viewport_size({"width": 400, "height": 800})
    try:
        page.locator("summary").first.click()
        title, value = page.locator("th").first.bounding_box(), page.locator("td").first
        assert value.bounding_box()["y"] >= title["y"] + title["height"]
    finally:
        page.set_viewport_size({"width": 1180, "height": 660})


def test_only_differences_are_shown_if_chosen(page: Any, tmp_path: Path) -> None:
    live = sample()
    accounts = {k: v for k, v in (live.access.accounts or {}).items() if k[0] != "team-0003"}
    declared = AccessMap(Access(accounts, live.access.applications), live.groups)
    found = difference(declared, live)
    assert show(page, tmp_path, map_page(found.as_map(), "Differences", found)) == []
    page.get_by_label("Differences only").check()
    assert names(page) == ["team-0003"]
    page.locator("summary").click()
    assert "in AWS, not declared" in page.locator("tr.extra").inner_text()
    for colored in ("summary .extra", "tr.extra small"):  # too little contrast if translucent
        assert page.locator(colored).evaluate("each => getComputedStyle(each).opacity") == "1"


def test_a_group_has_a_marker_that_it_opens(page: Any, tmp_path: Path) -> None:
    show(page, tmp_path, map_page(sample(), "Access"))
    summary, marker = page.locator("summary").first, "e => getComputedStyle(e, '::before').content"
    assert summary.evaluate(marker) == '"▸"'
    summary.click()
    assert summary.evaluate(marker) == '"▾"'


def test_long_lists_are_shown_on_demand(page: Any, tmp_path: Path) -> None:
    people = frozenset(f"user{number:03}" for number in range(300))
    shown = AccessMap(Access(), frozenset("a"), {"a": people})
    show(page, tmp_path, map_page(shown, "Access"))
    page.locator("summary").click()
    assert "user299" not in page.locator("td").inner_text()
    page.get_by_role("button", name="Show all 300").click()
    assert "user299" in page.locator("td").inner_text()


def test_hostile_names_are_text(page: Any, tmp_path: Path) -> None:
    hostile = [*ATTACKS, *STRINGS[::7]]
    shown = AccessMap(
        Access({(each, each): frozenset({each}) for each in hostile},
               {each: frozenset({each}) for each in hostile}),
        frozenset(hostile), {each: frozenset({each}) for each in hostile}, tuple(hostile),
    )  # fmt: skip
    recorded = show(page, tmp_path, map_page(shown, "Access"))
    for summary in page.locator("summary").all():
        summary.click()
    for attack in ATTACKS:
        page.get_by_label("Search").fill(attack)
        assert attack in names(page)
        page.locator("summary").first.click()
    assert page.title() == "Access"
    assert page.locator("main img, main script, main svg, main b, #unknown b").count() == 0
    assert recorded == []
