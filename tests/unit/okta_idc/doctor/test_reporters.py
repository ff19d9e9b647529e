"""The report in each of its forms: nothing is lost, nothing runs, personal values are masked."""

import io
import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker
from rich.console import Console

from okta_idc.doctor.report import DoctorFinding, Report
from okta_idc.doctor.reporters.document import document
from okta_idc.doctor.reporters.html import page
from okta_idc.doctor.reporters.junit import junit
from okta_idc.doctor.reporters.markdown import markdown
from okta_idc.doctor.reporters.sarif import sarif
from okta_idc.doctor.reporters.terminal import print_report
from okta_idc.rules import RULES, Finding, Severity
from okta_idc.rules.binding import Unavailable
from okta_idc.rules.registry import Related
from tests.paths import DATA

NASTY = "<script>alert(1)</script>\x1b[31m\u202e]]>&'\"\x00\ud800[bold]"


def report(*found: DoctorFinding, unknown: str = "", skipped: str = "") -> Report:
    made = Report(list(found), {"OIC-301", "OIC-208", "OIC-103"}, about={"Okta": "acme"})
    if unknown:
        made.mark_unknown(RULES["OIC-414"], Unavailable(unknown))
    if skipped:
        made.mark_unknown(RULES["OIC-617"], Unavailable(skipped, wanted=False))
    return made


def found(rule: str = "OIC-303", name: str = "ada@example.com", **more: Any) -> DoctorFinding:
    given: dict[str, Any] = {"path": "title", "value": "VP <Sales>", "message": 'contains "<".',
                             "personal": True, **more}  # fmt: skip
    return DoctorFinding(name, Finding(RULES[rule], **given))


def read_xml(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 — our own


def on_terminal(made: Report, **more: Any) -> str:
    console = Console(file=io.StringIO(), width=120, force_terminal=False)
    print_report(console, made, **more)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("made", "fail_on", "code"),
    [
        (report(), "advisory", 0),
        (report(found()), "blocking", 1),
        (report(found("OIC-208")), "advisory", 1),
        (report(found("OIC-208")), "blocking", 0),
        (report(unknown="no right."), "advisory", 2),
        (report(found("OIC-208"), unknown="no right."), "blocking", 2),
        (report(found(), unknown="no right."), "blocking", 1),
        (report(skipped="nothing declared."), "advisory", 0),
    ],
)
def test_the_exit_code_distinguishes_sound_findings_and_unknown(
    made: Report, fail_on: str, code: int
) -> None:
    assert made.exit_code(Severity(fail_on)) == code


def test_findings_are_grouped_by_rule_blocking_first() -> None:
    made = report(found("OIC-208"), found(), found("OIC-301", "ben@example.com"),
                  found("OIC-301", "ada@example.com"))  # fmt: skip
    text = on_terminal(made)
    order = [text.index(rule) for rule in ("[OIC-301,", "[OIC-303,", "[OIC-208,")]
    assert order == sorted(order)
    assert text.count(RULES["OIC-301"].remedy) == 1
    assert text.index("ada@example.com") < text.index("ben@example.com")
    assert "4 findings (3 blocking)" in text


def test_the_heading_states_what_is_wrong() -> None:
    message = "expires in 19 days, on 2026-12-17."
    token = found("OIC-104", "SCIM token", path="", value=None, message=message)
    assert "SCIM token expires in 19 days, on 2026-12-17 [OIC-104, advisory]" in on_terminal(
        report(token)
    )
    assert f"{RULES['OIC-303'].title} [OIC-303, " in on_terminal(report(found(), found()))


def test_unknown_results_are_shown_with_what_is_missing() -> None:
    text = on_terminal(report(unknown="403. Needs okta.schemas.read.", skipped="give --policy."))
    assert "Unknown" in text
    assert "Needs okta.schemas.read. [OIC-414]" in text
    assert "1 rule unknown" in text
    assert "give --policy. [OIC-617]" in text


def test_a_long_list_is_cut_and_counted() -> None:
    text = on_terminal(report(*(found(name=f"p{n}@x.org") for n in range(30))), most=25)
    assert "… and 5 more" in text


def test_personal_values_are_masked_in_every_form() -> None:
    quoting = found("OIC-630", value=None, related=(Related("AWS", "SECRET"),))
    plain = report(found(value="SECRET"), quoting)
    for made, shown in ((plain, True), (plain.masked(), False)):
        forms = [on_terminal(made), json.dumps(document(made)), junit(made),
                 json.dumps(sarif(made)), page(made)]  # fmt: skip
        assert [("SECRET" in form) for form in forms] == [shown] * 5
    masked = document(plain.masked())["findings"][0]
    assert (masked["value"], masked["masked"]) == (None, True)


def test_other_values_are_shown() -> None:
    made = report(found("OIC-619", "the app", value="INACTIVE", personal=False)).masked()
    assert "INACTIVE" in on_terminal(made)


def test_json_holds_everything() -> None:
    made = document(report(found(), unknown="no right.", skipped="nothing declared."))
    (one,) = made["findings"]
    assert one["rule"] == "OIC-303"
    assert one["severity"] == "blocking"
    assert (one["name"], one["path"], one["value"]) == ("ada@example.com", "title", "VP <Sales>")
    assert one["fix"] == RULES["OIC-303"].remedy
    assert made["unknown"] == [{"why": "no right.", "rules": ["OIC-414"]}]
    assert made["skipped"] == [{"why": "nothing declared.", "rules": ["OIC-617"]}]
    assert "OIC-301" in made["checked"]


def test_junit_tells_failures_errors_and_skips_apart() -> None:
    made = report(found(), found("OIC-208"), unknown="no right.", skipped="nothing declared.")
    suite = read_xml(junit(made)).find("testsuite")
    assert suite is not None
    counts = [suite.get(key) for key in ("tests", "failures", "errors", "skipped")]
    assert counts == ["6", "2", "1", "1"]
    by_name = {case.get("classname"): [child.tag for child in case] for case in suite}
    assert by_name == {
        "okta-idc.OIC-103": [], "okta-idc.OIC-208": ["failure"], "okta-idc.OIC-301": [],
        "okta-idc.OIC-303": ["failure"], "okta-idc.OIC-414": ["error"],
        "okta-idc.OIC-617": ["skipped"],
    }  # fmt: skip
    failure = suite.find(".//failure")
    assert failure is not None
    assert RULES["OIC-208"].remedy in (failure.text or "")


def test_sarif_has_what_code_scanning_needs() -> None:
    made = sarif(report(found(), unknown="no right."), "Pulumi.prod.yaml")
    run = made["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    (result,) = run["results"]
    assert made["version"] == "2.1.0"
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "OIC-303"
    assert result["level"] == "error"
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.prod.yaml"
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "ada@example.com/title"
    assert result["partialFingerprints"]["finding/v1"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "no right." in str(run["invocations"][0]["toolExecutionNotifications"])


SARIF = Draft7Validator(
    json.loads((DATA / "sarif-schema-2.1.0.json").read_text()), format_checker=FormatChecker()
)


def test_sarif_keeps_to_the_standards_schema() -> None:
    for made in (
        report(),
        report(found(), found("OIC-208"), unknown="no right.", skipped="nothing declared."),
        report(found(name=NASTY, value=NASTY, message=NASTY), unknown=NASTY),
    ):
        document = sarif(made, "Pulumi.prod.yaml")
        SARIF.validate(document)
        document["runs"][0]["tool"]["driver"]["ruels"] = []
        assert not SARIF.is_valid(document)  # the schema looks, and is strict


def test_one_finding_has_one_fingerprint_and_two_have_two() -> None:
    def marks(*listed: DoctorFinding) -> list[str]:
        results = sarif(report(*listed))["runs"][0]["results"]
        return [each["partialFingerprints"]["finding/v1"] for each in results]

    assert marks(found()) == marks(found())
    assert len(set(marks(found(), found(name="ben@example.com"), found("OIC-305")))) == 3


def test_the_summary_has_advice_and_no_names() -> None:
    mine = found(name="SOMEBODY", value="SECRET", path="PLACE", message="is PROBLEM.")
    text = markdown(report(mine, mine, found("OIC-208", name="SOMEBODY"), unknown="no | right."))
    assert not re.search("SOMEBODY|SECRET|PLACE|PROBLEM", text)
    assert re.search(r"^\| OIC\\-303.* \| blocking \| 2 \| ", text, re.MULTILINE)
    assert text.index("303") < text.index("208")
    assert "no \\| right\\. (OIC-414)" in text
    assert "<" not in text.replace("\\<", "")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.addresses += [f"{k}={v}" for k, v in attrs if k in ("src", "href") or k[:2] == "on"]


def test_the_html_page_has_no_scripts_and_loads_nothing() -> None:
    text = page(report(found(name=NASTY, value=NASTY, message=NASTY), unknown=NASTY))
    read = _Page()
    read.feed(text)
    assert "script" not in read.tags
    assert "link" not in read.tags
    assert read.addresses == []
    assert "&lt;script&gt;" in text


@settings(deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_every_form_is_valid_for_any_name(name: str) -> None:
    made = report(found(name=name, value=name, message=name, path=name), unknown=name or "x")
    read_xml(junit(made))
    json.loads(json.dumps(document(made)))
    SARIF.validate(json.loads(json.dumps(sarif(made))))
    page(made).encode()
    markdown(made).encode()
    shown = on_terminal(made)
    shown.encode()
    assert all(c.isprintable() or c == "\n" for c in shown)


def test_no_name_overwrites_the_terminal() -> None:
    text = on_terminal(report(found(name=NASTY, value=None, message=NASTY)))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]" in text
