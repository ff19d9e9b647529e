"""docs/reference/rules.md says what the registry says."""

import re
import subprocess
import sys

from okta_idc.rules import RULES
from okta_idc.rules.docs_page import FAMILIES, page, show
from tests.paths import ROOT

PAGE = ROOT / "docs" / "reference" / "rules.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "stale: run `make docs`"


def test_what_make_docs_writes_is_the_page() -> None:
    command = [sys.executable, "-m", "okta_idc.rules"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    assert printed.decode("utf-8") == page()


def test_every_rule_is_an_anchor_once_and_its_link_leads_there() -> None:
    headings = re.findall(r"^### (.+)$", page(), re.MULTILINE)
    assert headings == sorted(RULES)
    for rule in RULES.values():
        assert rule.link == f"docs/reference/rules.md#{rule.id.lower()}"


def test_every_family_of_ids_has_a_name() -> None:
    assert {key[4] for key in RULES} == set(FAMILIES)


def test_the_page_shows_who_asks() -> None:
    for rule in RULES.values():
        assert f"asked by: {', '.join(rule.enforced_by)}." in page({rule.id: rule})


def test_a_hidden_character_is_visible_in_an_example() -> None:
    assert show({"title": "a\u200bb"}) == "{'title': 'a\\u200bb'}"
