"""docs/reference/seed.md has each sentence of AWS's pages once, and all that it names exists."""

import ast
import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import typer

import components
from okta_idc.cli.main import app
from okta_idc.rules import RULES
from okta_idc.settings import Settings
from tests import setup_page
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "reference" / "seed.md").read_text(encoding="utf-8")
_CITED = re.compile(r"\b([SC]\d+) “([^”]*)”")
_CODE = re.compile(r"`([^`]+)`")
_RULE = re.compile(r"\[(OIC-\d+)\]\(rules\.md#(oic-\d+)\)")
_WITHOUT = "\n## Sentences without a demand\n"


@dataclass(frozen=True)
class Row:
    sentences: tuple[tuple[str, str], ...]
    demand: str
    declared: str
    rules: str
    step: str
    tests: str


def rows(page: str) -> Iterator[Row]:
    for line in page.split(_WITHOUT)[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and _CITED.search(cells[0]):
            yield Row(tuple(cited(cells[0])), *cells[1:])


def cited(text: str) -> list[tuple[str, str]]:
    return [(number, html.unescape(words)) for number, words in _CITED.findall(text)]


@cache
def schema() -> dict[str, Any]:
    return Settings.model_json_schema()


def properties(node: dict[str, Any]) -> dict[str, Any]:
    """The keys of a setting, through references, lists, and alternatives of the JSON Schema."""
    if "$ref" in node:
        return properties(schema()["$defs"][node["$ref"].rpartition("/")[2]])
    found = dict(node.get("properties", {}))
    for each in (*node.get("anyOf", ()), *node.get("allOf", ()), node.get("items")):
        found |= properties(each) if each else {}
    return found


def is_setting(path: str) -> bool:
    node = schema()
    for key in path.split("."):
        keys = properties(node)
        if key not in keys:
            return False
        node = keys[key]
    return True


@cache
def functions(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return frozenset(
        node.name for node in tree if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def commands() -> set[str]:
    group: Any = typer.main.get_command(app)
    return set(group.commands)


def unknown_names(row: Row) -> Iterator[str]:
    """What a row names and does not exist."""
    for name in _CODE.findall(row.declared):
        public = name in components.__all__ and f"{name}Args" in components.__all__
        if not (public if name[:1].isupper() else is_setting(name)):
            yield f"declared by {name}"
    links = _RULE.findall(row.rules)
    for rule, anchor in links:
        if rule not in RULES or anchor != rule.lower():
            yield f"judged by {rule}"
    if len(links) != row.rules.count("OIC-"):
        yield f"a rule without a link in {row.rules}"
    yield from (f"rule {rule}" for rule in re.findall(r"OIC-\d+", row.step) if rule not in RULES)
    for command in re.findall(r"`okta-idc ([\w-]+)", row.step):
        if command not in commands():
            yield f"command {command}"
    for test in _CODE.findall(row.tests):
        file, _, name = test.partition("::")
        if not name.startswith("test_") or name not in functions(file):
            yield f"test {test}"


def problems(page: str) -> list[str]:
    found: list[str] = []
    sentences, listed = setup_page.recorded(), list(rows(page))
    without = cited(page.partition(_WITHOUT)[2])
    every = [*(each for row in listed for each in row.sentences), *without]
    times = Counter(number for number, _ in every)
    found += [f"{number} is listed {times[number]} times" for number in sentences
              if times[number] != 1]  # fmt: skip
    found += [f"{number} “{words}” is no sentence" for number, words in every
              if number not in sentences or sentences[number].opening != words]  # fmt: skip
    for row in listed:
        name = row.sentences[0][0]
        found += [f"{name}: {each} does not exist" for each in unknown_names(row)]
        if not row.demand.endswith("."):
            found.append(f"{name}: has no demand")
        if row.declared == row.rules == row.step == "–":
            found.append(f"{name}: is neither declared, judged, nor a step")
        if "::" not in row.tests:
            found.append(f"{name}: has no test")
    found += [f"{name} is no setting" for name in _CODE.findall(page)
              if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", name) and not is_setting(name)]  # fmt: skip
    for prefix in ("S", "C"):
        numbers = [number for number in sentences if number.startswith(prefix)]
        demands = [number for row in listed for number, _ in row.sentences if number in numbers]
        if not re.search(rf"^\| {prefix} \|.*\| {len(numbers)} \| {len(demands)} \|$", page, re.M):
            found.append(f"{prefix}: the numbers of sentences at the top are wrong")
    return found


def test_every_sentence_is_on_the_page_once() -> None:
    assert problems(PAGE) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("; C5 “For example, it might be a”", "", "C5 is listed 0 times"),
        ("S28 “", "S27 “If any of these values are”<br>S28 “", "S27 is listed 2 times"),
        ("S28 “Entitlements and", "S28 “Entitlements or", "is no sentence"),
        ("S28 “", "S280 “", "is no sentence"),
        ("[OIC-311](rules.md#oic-311)", "[OIC-399](rules.md#oic-399)", "judged by OIC-399"),
        ("[OIC-311](rules.md#oic-311)", "[OIC-311](rules.md#oic-312)", "judged by OIC-311"),
        ("[OIC-311](rules.md#oic-311)", "OIC-311", "a rule without a link"),
        ("`instance_arn`", "`instance_id`", "declared by instance_id"),
        ("`app.acs_url`", "`app.acs_uri`", "declared by app.acs_uri"),
        ("`GroupAssignments`", "`GroupAssignment`", "declared by GroupAssignment"),
        ("`AccountAccess`", "`ValidationError`", "declared by ValidationError"),
        ("`okta-idc token status`", "`okta-idc checktoken`", "command checktoken"),
        (
            "/test_preview_saml.py::",
            "/test_preview.py::",
            "cli/test_preview.py",
        ),
        ("::test_the_probe_only_reads", "::test_the_probe_writes", "test_the_probe_writes"),
        ("sets.session_duration`", "sets.duration`", "permission_sets.duration is no setting"),
        ("| S | ", "| T | ", "numbers of sentences"),
    ],
)
def test_a_mistake_on_the_page_is_found(old: str, new: str, problem: str) -> None:
    assert old in PAGE
    assert any(problem in each for each in problems(PAGE.replace(old, new, 1)))


def test_a_row_without_any_answer_is_found() -> None:
    [row] = (line for line in PAGE.splitlines() if line.startswith("| S28 “"))
    cells = row.split(" | ")
    assert any(
        "neither declared" in each
        for each in problems(PAGE.replace(row, " | ".join([*cells[:2], *"–––", cells[5]])))
    )
    assert any("has no test" in each for each in problems(PAGE.replace(cells[5], "– |")))
    assert any("has no demand" in each for each in problems(PAGE.replace(cells[1], "")))


def test_a_page_is_split_into_its_sentences() -> None:
    page = """# Title<a name="x"></a>

One link to [a page](x.md)\\. Version 2\\.0 of
**bold** text\\.
+ An item – `code` and [another](y.md#z)\\.

## Section

**To do it**

1. Choose **Save**\\.

   1. **Value**
**Note**
More\\.

```
<x>
 y. Z
```

Why? Because: <>;:%
"""
    read = list(setup_page.sentences(page))
    assert [(each.section, each.opening) for each in read] == [
        ("Title", "One link to a page."),
        ("Title", "Version 2.0 of bold text."),
        ("Title", "An item – code and another."),
        ("Section", "To do it"),
        ("Section", "Choose Save."),
        ("Section", "Value"),
        ("Section", "Note"),
        ("Section", "More."),
        ("Section", "<x> y. Z"),
        ("Section", "Why?"),
        ("Section", "Because: <>;:%"),
    ]
    plain = "Choose Save."
    assert [setup_page.digest(plain) == each.digest for each in read].count(True) == 1


def test_a_digest_ignores_marks_lines_and_case_but_no_word() -> None:
    digests = {
        next(setup_page.sentences(text)).digest
        for text in ("Choose **Save** now\\.", "Choose\n  *save* now.", "choose `Save` [now](x).")
    }
    assert len(digests) == 1
    assert next(setup_page.sentences("Choose Save later.")).digest not in digests


def test_only_unknown_sentences_of_a_later_edition_are_printed(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("## Troubleshooting\n\nChoose **Save**\\. Choose **Discard**\\.\n")
    monkeypatch.setattr("sys.argv", ["setup_page", str(page)])
    setup_page.main()
    assert capsys.readouterr().out == "Troubleshooting: Choose Discard. …\n"


def test_no_sentence_is_copied() -> None:
    for each in setup_page.recorded().values():
        assert len(each.opening.split()) <= setup_page.OPENING_WORDS
