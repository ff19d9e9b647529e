"""Foreign text cannot change a report: 300 hostile strings in every slot of every renderer.

Each output is compared with the output for a harmless marker in the same slot: the structure is the
same, and the text differs only where the marker was.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from okta_idc import text
from okta_idc.adoption.items import Item
from okta_idc.cli import console, preview_saml, status
from okta_idc.doctor.provisioning_status import NotProvisioned, ProvisioningStatus, PushStatus
from okta_idc.doctor.report import DoctorFinding, Report
from okta_idc.doctor.reporters.document import document
from okta_idc.doctor.reporters.html import page
from okta_idc.doctor.reporters.junit import junit
from okta_idc.doctor.reporters.markdown import markdown
from okta_idc.doctor.reporters.sarif import sarif
from okta_idc.doctor.reporters.terminal import print_report
from okta_idc.doctor.saml_preview import Preview, Sent
from okta_idc.doctor.token_status import TokenStatus
from okta_idc.okta_expression import Unknown
from okta_idc.rules import RULES, Finding
from okta_idc.rules.binding import Unavailable
from okta_idc.rules.registry import Related
from okta_idc.text import printable
from tests.paths import ROOT
from tests.unit.okta_idc.hostile_strings import STRINGS
from tests.unit.okta_idc.html_parts import HtmlParts

MARKER = "MARKERmarker"
NOW = status.datetime.now(status.UTC)
Slots = dict[str, Callable[[str], Any]]


def report(**slots: str) -> Report:
    related = Related(slots.get("related path", "R"), slots.get("related value", "rv"))
    fields = {each: slots.get(each, each.upper()) for each in ("path", "value", "message")}
    found = Finding(RULES["OIC-303"], **fields, related=(related,))
    result = Report([DoctorFinding(slots.get("name", "NAME"), found)], {"OIC-303"})
    result.about = {"Okta": slots.get("about", "ABOUT")}
    result.mark_unknown(RULES["OIC-414"], Unavailable(slots.get("unknown", "UNKNOWN")))
    reason = Unavailable(slots.get("skipped", "SKIPPED"), applicable=False)
    result.mark_unknown(RULES["OIC-617"], reason)
    return result


IN_REPORT = (
    "name", "path", "value", "message", "related path", "related value", "about", "unknown",
    "skipped",
)  # fmt: skip


def variants(hostile: str) -> tuple[str, ...]:
    """How a string is shown: escaped, or quoted and escaped."""
    shown = printable(hostile)
    quoted = (repr(shown), printable(repr(hostile)), repr(hostile))
    return (shown, *(each[1:-1] for each in quoted), *quoted)


def same(actual: str, harmless: str, hostile: str, shown: Callable[[str], str] = str) -> bool:
    """Whether the texts differ only where the marker is."""
    return any(
        actual == harmless.replace(marked, shown(variant))
        for variant in variants(hostile)
        for marked in (MARKER, f"'{MARKER}'")
    )


def words(shown: str) -> str:
    return " ".join(shown.split())


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of a document with their paths, without fingerprints."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key != "partialFingerprints":
                yield from flat(each, f"{path}/{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from flat(each, f"{path}/{number}")
    else:
        yield path, value


def xml_parts(xml: str) -> list[tuple[str, str]]:
    tree = ET.fromstring(xml)  # noqa: S314 — the report of this test
    parts = [(each.tag, each.text or "") for each in tree.iter()]
    return parts + [(f"{e.tag}.{key}", value) for e in tree.iter() for key, value in e.items()]


def check_parts(actual: list[tuple[str, str]], harmless: list[tuple[str, str]], hostile: str):
    assert [key for key, _ in actual] == [key for key, _ in harmless]
    for (_, shown), (_, expected) in zip(actual, harmless, strict=True):
        assert same(str(shown), str(expected), hostile)


@pytest.mark.parametrize("slot", IN_REPORT)
def test_no_string_changes_the_structure_of_the_page(slot: str) -> None:
    now = NOW
    harmless = HtmlParts(page(report(**{slot: MARKER}), now))
    for hostile in STRINGS:
        read = HtmlParts(page(report(**{slot: hostile}), now))
        assert read.tags == harmless.tags
        for actual, expected in zip(read.texts, harmless.texts, strict=True):
            assert same(actual, expected, hostile)


@pytest.mark.parametrize("slot", IN_REPORT)
def test_no_string_changes_the_structure_of_junit_xml(slot: str) -> None:
    harmless = xml_parts(junit(report(**{slot: MARKER})))
    for hostile in STRINGS:
        check_parts(xml_parts(junit(report(**{slot: hostile}))), harmless, hostile)


@pytest.mark.parametrize("slot", IN_REPORT)
def test_no_string_changes_the_structure_of_sarif_and_json(slot: str) -> None:
    for write in (sarif, document):
        harmless = list(flat(write(report(**{slot: MARKER}))))
        for hostile in STRINGS:
            written = json.loads(json.dumps(write(report(**{slot: hostile}))))
            actual = list(flat(written))
            if write is document:  # for programs: exact values
                plain = [(k, str(v).replace(MARKER, hostile)) for k, v in harmless]
                quoted = [(k, str(v).replace(f"'{MARKER}'", repr(hostile))) for k, v in harmless]
                assert [(k, str(v)) for k, v in actual] in (plain, quoted)
            else:
                check_parts(actual, harmless, hostile)


@pytest.mark.parametrize("slot", IN_REPORT)
def test_no_string_changes_the_structure_of_markdown(slot: str) -> None:
    harmless = markdown(report(**{slot: MARKER}))
    assert (MARKER in harmless) == (slot in ("unknown", "skipped"))
    for hostile in STRINGS:
        shown = printable(hostile)
        expected = harmless.replace(MARKER, text.markdown(shown))
        assert words(markdown(report(**{slot: hostile}))) == words(expected)


@pytest.fixture
def shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Callable[[], None]], str]:
    """What a function prints on a terminal of any width."""
    monkeypatch.setenv("COLUMNS", "1000")

    def run(show: Callable[[], None]) -> str:
        show()
        out, err = capsys.readouterr()
        return out + err

    return run


def check_terminal(shown: Callable[[Callable[[], None]], str], show: Callable[[str], None]) -> None:
    harmless = shown(lambda: show(MARKER))
    assert MARKER in harmless
    for hostile in STRINGS:
        actual = shown(lambda hostile=hostile: show(hostile))
        assert all(c.isprintable() or c == "\n" for c in actual)
        assert actual.count("\n") == harmless.count("\n")
        assert same(words(actual), words(harmless), hostile, words)


@pytest.mark.parametrize("slot", IN_REPORT)
def test_no_string_changes_the_report_on_the_terminal(shown: Any, slot: str) -> None:
    check_terminal(shown, lambda given: print_report(console.terminal(), report(**{slot: given})))


STATUS = ProvisioningStatus(
    label="AWS", app_id="0oa1", store_id="d-1", attributes=("a",), token=TokenStatus(), groups=1,
    assigned=1, users=1, disabled=0, pushed=[PushStatus("g", "ACTIVE", "1", 1)], others=["o"],
    not_provisioned=[], report=Report(),
)  # fmt: skip
IN_STATUS: Slots = {
    "label": lambda text: replace(STATUS, label=text),
    "app_id": lambda text: replace(STATUS, app_id=text),
    "store_id": lambda text: replace(STATUS, store_id=text),
    "attribute": lambda text: replace(STATUS, attributes=(text,)),
    "group": lambda text: replace(STATUS, pushed=[PushStatus(text, "ACTIVE", "1", 1)]),
    "mapping": lambda text: replace(STATUS, pushed=[PushStatus("g", text, "1", 1)]),
    "other group": lambda text: replace(STATUS, others=[text]),
    "token": lambda text: replace(STATUS, token=TokenStatus(unknown=(text,))),
    "reason": lambda text: replace(
        STATUS, not_provisioned=[NotProvisioned("waiting", "n", reason=text)]
    ),
    "user": lambda text: replace(
        STATUS, not_provisioned=[NotProvisioned("waiting", text, reason="r")]
    ),
    "finding": lambda text: replace(STATUS, report=report(name=text)),
    "unknown": lambda text: replace(STATUS, report=report(unknown=text)),
}


@pytest.mark.parametrize("slot", IN_STATUS)
def test_no_string_changes_what_status_prints(shown: Any, slot: str) -> None:
    def show(given: str) -> None:
        found = IN_STATUS[slot](given)
        status._print(console.terminal(), {"region": "us-east-1"}, found, everything=False)

    check_terminal(shown, show)


def test_no_region_changes_what_status_prints(shown: Any) -> None:
    check_terminal(
        shown,
        lambda text: status._print(console.terminal(), {"region": text}, STATUS, everything=False),
    )


SENT = Sent("N", "F", "E", "V", "K")
FINDING = Finding(RULES["OIC-303"], "p", None, "m.")
IN_PREVIEW: Slots = {
    **{
        each: lambda text, each=each: Preview("id", (replace(SENT, **{each: text}),), ())
        for each in ("name", "name_format", "expression", "value", "key")
    },
    "name_id": lambda text: Preview(text, (SENT,), ()),
    "finding": lambda text: Preview("id", (SENT,), ((text, FINDING),)),
    "message": lambda text: Preview("id", (SENT,), (("n", replace(FINDING, message=text)),)),
    "unknown": lambda text: Preview(Unknown(text), (SENT,), ()),
}


@pytest.mark.parametrize("slot", IN_PREVIEW)
def test_no_string_changes_what_preview_saml_prints(shown: Any, slot: str) -> None:
    check_terminal(
        shown, lambda text: preview_saml._print(console.terminal(), "ada", IN_PREVIEW[slot](text))
    )


def test_no_string_changes_a_note_of_adopt(shown: Any) -> None:
    def show(given: str) -> None:
        item = Item({})
        item.problem(f"the group {given} is")
        console.print_error(item.notes[0].text)

    check_terminal(shown, show)


WRITERS = {
    "okta_idc/cli/console.py",
    "okta_idc/cli/main.py",  # the version
    "okta_idc/cli/schema.py",  # the kit's own text
    "okta_idc/cli/__init__.py",  # before Python's version is known
    "okta_idc/access_rules/recorded.py",  # what AWS and Okta answered, in JSON, for programs
    "okta_idc/clients/pace.py",  # times
    "okta_idc/fleet/locks.py",  # an empty file
    "okta_idc/fleet/process.py",  # the engine's log, which only the engine writes
    "okta_idc/fleet/stack_files.py",  # what the core's stack file has, for Pulumi
    "okta_idc/probe/journal.py",  # names and IDs in JSON, for the next run
}
_OUTPUT = re.compile(
    r"^(print|typer\.(echo|secho)|sys\.std(out|err)\.write|.*\.write_(text|bytes)|"
    r"(rich\.console\.)?Console|open|.*\.open|logging\..*|warnings\.warn)$"
)


def test_only_the_console_writes_output() -> None:
    """Another module that prints would bypass the escapes; add its output to the tests above."""
    found = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "okta_idc").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and _OUTPUT.match(ast.unparse(node.func))
        and not ast.unparse(node).endswith(".open('rb')")
    }
    assert found == WRITERS
