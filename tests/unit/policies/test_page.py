"""The lists in docs/reference/policies.md match the policy pack."""

import json
import re

from policies.pack import BINDINGS, FIXES
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "reference" / "policies.md").read_text()


def ids(text: str) -> set[str]:
    """Existing rule IDs in a list such as `201, 204 to 207`."""
    found: set[str] = set()
    for first, last in re.findall(r"(\d{3})(?: to (\d{3}))?", text):
        found |= {f"OIC-{n}" for n in range(int(first), int(last or first) + 1)}
    return found & set(BINDINGS)


def test_the_page_lists_the_stack_policies() -> None:
    listed = re.search(r"Rules on several \(([^)]*)\)", PAGE)
    assert listed
    assert ids(listed[1]) == {key for key, binding in BINDINGS.items() if not binding.types}


def test_the_page_lists_the_settings_of_each_policy() -> None:
    for setting in ("otherApps", "otherKeys", "assigned"):
        expected = {key for key, binding in BINDINGS.items() if setting in binding.config}
        [row] = re.findall(rf"^\| [^|]*`{setting}`[^|]*\| ([^|]*) \|", PAGE, re.MULTILINE)
        assert ids(row) == expected


def test_the_page_lists_the_remediations() -> None:
    listed = re.findall(r"^\| `fix-(oic-\d+)`", PAGE, re.MULTILINE)
    assert listed == [fix.rule.id.lower() for fix in FIXES]


def test_the_example_names_existing_policies() -> None:
    example = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert example
    for name, expected in json.loads(example[1]).items():
        binding = BINDINGS[name.removeprefix("fix-").upper()]
        if isinstance(expected, dict):
            assert set(expected) <= {"enforcementLevel", *binding.config}
