"""docs/reference/rules.md matches the rule registry."""

import re

from okta_idc.rules import RULES
from okta_idc.rules.examples import show
from toolchain.reference.rules_page import FAMILIES, page


def test_every_rule_has_one_heading_and_links_to_it() -> None:
    headings = re.findall(r"^### (.+)$", page(), re.MULTILINE)
    assert headings == sorted(RULES)
    for rule in RULES.values():
        assert rule.link == f"docs/reference/rules.md#{rule.id.lower()}"


def test_every_family_of_ids_has_a_name() -> None:
    assert {key[4] for key in RULES} == set(FAMILIES)


def test_the_page_shows_where_a_rule_is_enforced() -> None:
    for rule in RULES.values():
        assert f"enforced by: {', '.join(rule.enforced_by)}." in page({rule.id: rule})


def test_a_hidden_character_is_visible_in_an_example() -> None:
    assert show({"title": "a\u200bb"}) == '{title: "a\\u200bb"}'


def test_settings_and_commands_in_a_text_are_code() -> None:
    assert "What to do: Keep the group in `push_groups`, and" in page({"OIC-201": RULES["OIC-201"]})
    assert "\\`" not in page()
