"""Report formats: complete, without active content, and with personal values masked."""

import io
import json
import re
from html import unescape
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

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e]]>&'\"\x00\ud800[bold]"


def report(*findings: DoctorFinding, unknown: str = "", skipped: str = "") -> Report:
    result = Report(list(findings), {"OIC-301", "OIC-208", "OIC-103"}, about={"Okta": "acme"})
    if unknown:
        result.mark_unknown(RULES["OIC-414"], Unavailable(unknown))
    if skipped:
        result.mark_unknown(RULES["OIC-617"], Unavailable(skipped, applicable=False))
    return result


def finding(rule: str = "OIC-303", name: str = "ada@example.com", **more: Any) -> DoctorFinding:
    fields: dict[str, Any] = {"path": "title", "value": "VP <Sales>", "message": 'contains "<".',
                             "personal": True, **more}  # fmt: skip
    return DoctorFinding(name, Finding(RULES[rule], **fields))


def read_xml(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 — the report of this test


def on_terminal(result: Report, **more: Any) -> str:
    console = Console(file=io.StringIO(), width=120, force_terminal=False)
    print_report(console, result, **more)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("result", "fail_on", "code"),
    [
        (report(), "advisory", 0),
        (report(finding()), "blocking", 1),
        (report(finding("OIC-208")), "advisory", 1),
        (report(finding("OIC-208")), "blocking", 0),
        (report(unknown="no permission."), "advisory", 2),
        (report(finding("OIC-208"), unknown="no permission."), "blocking", 2),
        (report(finding(), unknown="no permission."), "blocking", 1),
        (report(skipped="nothing declared."), "advisory", 0),
    ],
)
def test_the_exit_code_distinguishes_findings_from_unknown_results(
    result: Report, fail_on: str, code: int
) -> None:
    assert result.exit_code(Severity(fail_on)) == code


def test_findings_are_grouped_by_rule_with_blocking_rules_first() -> None:
    result = report(finding("OIC-208"), finding(), finding("OIC-301", "ben@example.com"),
                  finding("OIC-301", "ada@example.com"))  # fmt: skip
    text = on_terminal(result)
    order = [text.index(rule) for rule in ("[OIC-301,", "[OIC-303,", "[OIC-208,")]
    assert order == sorted(order)
    assert text.count(RULES["OIC-301"].remedy) == 1
    assert text.index("ada@example.com") < text.index("ben@example.com")
    assert "4 findings (3 blocking)" in text


def test_the_heading_states_the_fault() -> None:
    message = "expires in 19 days, on 2026-12-17."
    token = finding("OIC-104", "SCIM token", path="", value=None, message=message)
    assert "SCIM token expires in 19 days, on 2026-12-17 [OIC-104, advisory]" in on_terminal(
        report(token)
    )
    assert f"{RULES['OIC-303'].title} [OIC-303, " in on_terminal(report(finding(), finding()))


@pytest.mark.parametrize(
    ("rule", "citation"),
    [
        ("OIC-301", "Source: docs/research/aws-setup-page.md#troubleshooting."),
        ("OIC-303", f"Source: {RULES['OIC-303'].source.rstrip('.')}"),
    ],
)
def test_every_report_for_people_cites_the_source(rule: str, citation: str) -> None:
    result = report(finding(rule))
    texts = (on_terminal(result), junit(result), unescape(page(result)), str(sarif(result)))
    assert [citation in unescape(text) for text in texts] == [True] * 4


def test_the_terminal_says_once_where_the_sources_are() -> None:
    note = "Sources in docs/ are in the repository"
    assert on_terminal(report(finding("OIC-301"), finding("OIC-302"))).count(note) == 1
    assert note not in on_terminal(report())


def test_unknown_and_skipped_results_are_shown_with_the_reason() -> None:
    text = on_terminal(report(unknown="403. Needs okta.schemas.read.", skipped="Pass --policy."))
    assert "Unknown" in text
    assert "Needs okta.schemas.read. [OIC-414]" in text
    assert "1 rule unknown" in text
    assert "Pass --policy. [OIC-617]" in text


def test_a_long_list_is_truncated_and_the_rest_is_counted() -> None:
    many = report(*(finding(name=f"p{n}@x.org", path=f"a{n}") for n in range(30)))
    assert "… and 5 more (--all lists them)" in on_terminal(many)
    assert "p9@x.org" in on_terminal(many, everything=True)
    assert "more" not in on_terminal(many, everything=True)


def test_equal_findings_are_one_line_with_their_number() -> None:
    same = report(*(finding(name=f"p{n}@x.org") for n in range(300)))
    text = on_terminal(same)
    assert text.count('contains "<".') == 1
    assert "  300: p0@x.org, p100@x.org, p101@x.org, p102@x.org, p103@x.org and 295 more" in text
    assert len(text.splitlines()) < 12
    assert "p299@x.org" in on_terminal(same, everything=True)


def test_a_user_is_listed_once_with_all_findings() -> None:
    ada, ben = "ada@example.com", "ben@example.com"
    both = report(finding("OIC-301"), finding(), finding(name=ben), finding("OIC-208"))
    both.people = frozenset({ada, ben})
    text = on_terminal(both)
    assert text.count(ada) == 1
    row = text[text.index(ada) : text.index("[OIC-303, blocking")]
    assert "[OIC-303]" in row
    assert "[OIC-208]" in row
    assert "1 user listed above" in text[text.index("[OIC-303, blocking") :]
    users = {each["name"]: each["rules"] for each in document(both)["users"]}
    assert users == {ada: ["OIC-301", "OIC-303", "OIC-208"], ben: ["OIC-303"]}


def two_users() -> Report:
    """Ada violates three rules, and Ben and Cleo one of them. One group has a finding too."""
    found = [finding("OIC-301"), finding(), finding("OIC-208"), finding("OIC-204", "group")]
    found += [finding(name=name) for name in ("ben@example.com", "cleo@example.com")]
    result = report(*found)
    result.people = frozenset(each.name for each in found) - {"group"}
    return result


def test_html_lists_each_user_once_and_groups_equal_findings() -> None:
    text = page(two_users())
    assert [text.count(f"{name}@example.com") for name in ("ada", "ben", "cleo")] == [1, 2, 1]
    row = text[text.index("ada@example.com") : text.index('id="OIC-303"')]
    assert re.findall(r"<small>(OIC-\d+)</small>", row)[:2] == ["OIC-303", "OIC-208"]
    assert 'rowspan="3"' in text
    assert "<summary>2: ben@example.com, …</summary>" in text
    assert text.count("1 user listed under OIC-301") == 2


def test_junit_lists_each_user_once_and_every_rule_fails() -> None:
    suite = read_xml(junit(two_users())).find("testsuite")
    assert suite is not None
    texts = {case.get("classname"): case.findtext("failure") or "" for case in suite}
    ada = texts["okta-idc.OIC-301"]
    assert ada.startswith("ada@example.com\n  title 'VP <Sales>'")
    assert ["[OIC-303]" in ada, "[OIC-208]" in ada] == [True, True]
    assert texts["okta-idc.OIC-303"].startswith("2: ben@example.com, cleo@example.com title 'VP")
    assert "1 user listed under OIC-301" in texts["okta-idc.OIC-303"]
    assert texts["okta-idc.OIC-208"].startswith("1 user listed under OIC-301\n")
    assert "".join(texts.values()).count("ada@example.com") == 1


def test_sarif_has_each_user_in_one_result_with_all_findings() -> None:
    results = sarif(two_users())["runs"][0]["results"]
    places = {
        each["ruleId"]: [
            at["fullyQualifiedName"] for at in each["locations"][0]["logicalLocations"]
        ]
        for each in results
    }
    assert places == {
        "OIC-204": ["group/title"], "OIC-301": ["ada@example.com"],
        "OIC-303": ["ben@example.com/title", "cleo@example.com/title"],
    }  # fmt: skip
    [ada] = [each["message"]["text"] for each in results if each["ruleId"] == "OIC-301"]
    for rule in ("OIC-301", "OIC-303", "OIC-208"):
        assert RULES[rule].remedy in ada
    assert ["[OIC-303]" in ada, "[OIC-208]" in ada] == [True, True]


def test_an_alert_of_sarif_stays_open_until_the_last_user_is_corrected() -> None:
    def alerts(*names: str, value: str = "VP <Sales>") -> list[str]:
        result = report(*(finding(name=name, value=value) for name in names))
        result.people = frozenset(names)
        found = sarif(result)["runs"][0]["results"]
        return [each["partialFingerprints"]["finding/v2"] for each in found]

    assert alerts("ada", "ben") == alerts("ben")
    assert alerts("ada") != alerts("ada", value="<")


def test_lists_of_names_are_cut_in_messages() -> None:
    result = report(*(finding(name=f"p{n:03}") for n in range(300)))
    result.people = frozenset(each.name for each in result.found)
    [alert] = sarif(result)["runs"][0]["results"]
    assert alert["message"]["text"].startswith("p000/title, p001/title, p002/title, p003/title, ")
    assert "and 295 more: " in alert["message"]["text"]
    assert len(alert["locations"][0]["logicalLocations"]) == 300
    assert "p199 and 100 more title" in junit(result)


def test_the_markdown_summary_counts_each_user_once() -> None:
    row = re.compile(r"^\| OIC\\-(\d+).* \| (\d+) \| (\d+) \|", re.MULTILINE)
    assert row.findall(markdown(two_users())) == [
        ("204", "1", "0"), ("301", "1", "1"), ("303", "3", "2"), ("208", "1", "0"),
    ]  # fmt: skip


def test_personal_values_are_masked_in_every_format() -> None:
    quoting = finding("OIC-630", value=None, related=(Related("AWS", "SECRET"),))
    plain = report(finding(value="SECRET"), quoting)
    for result, visible in ((plain, True), (plain.masked(), False)):
        formats = [on_terminal(result), json.dumps(document(result)), junit(result),
                 json.dumps(sarif(result)), page(result)]  # fmt: skip
        assert ["SECRET" in text for text in formats] == [visible] * 5
    masked = document(plain.masked())["findings"][0]
    assert (masked["value"], masked["masked"]) == (None, True)


def test_other_values_are_shown() -> None:
    result = report(finding("OIC-619", "the app", value="INACTIVE", personal=False)).masked()
    assert "INACTIVE" in on_terminal(result)


def test_json_contains_every_result() -> None:
    result = document(report(finding(), unknown="no permission.", skipped="nothing declared."))
    (entry,) = result["findings"]
    assert entry["rule"] == "OIC-303"
    assert entry["severity"] == "blocking"
    assert (entry["name"], entry["path"], entry["value"]) == (
        "ada@example.com",
        "title",
        "VP <Sales>",
    )
    assert entry["fix"] == RULES["OIC-303"].remedy
    assert result["unknown"] == [{"why": "no permission.", "rules": ["OIC-414"]}]
    assert result["skipped"] == [{"why": "nothing declared.", "rules": ["OIC-617"]}]
    assert "OIC-301" in result["checked"]


def test_junit_distinguishes_failures_errors_and_skips() -> None:
    result = report(
        finding(), finding("OIC-208"), unknown="no permission.", skipped="nothing declared."
    )
    suite = read_xml(junit(result)).find("testsuite")
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


def test_sarif_contains_what_code_scanning_requires() -> None:
    log = sarif(report(finding(), unknown="no permission."), "Pulumi.prod.yaml")
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    (result,) = run["results"]
    assert log["version"] == "2.1.0"
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "OIC-303"
    assert result["level"] == "error"
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.prod.yaml"
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "ada@example.com/title"
    assert result["partialFingerprints"]["finding/v2"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "no permission." in str(run["invocations"][0]["toolExecutionNotifications"])


SARIF = Draft7Validator(
    json.loads((DATA / "sarif-schema-2.1.0.json").read_text()), format_checker=FormatChecker()
)


def test_sarif_conforms_to_the_schema_of_the_standard() -> None:
    for result in (
        report(),
        report(
            finding(), finding("OIC-208"), unknown="no permission.", skipped="nothing declared."
        ),
        report(finding(name=HOSTILE, value=HOSTILE, message=HOSTILE), unknown=HOSTILE),
    ):
        document = sarif(result, "Pulumi.prod.yaml")
        SARIF.validate(document)
        document["runs"][0]["tool"]["driver"]["ruels"] = []
        assert not SARIF.is_valid(document)  # the schema rejects unknown keys


def test_fingerprints_are_stable_and_unique() -> None:
    def fingerprints(*findings: DoctorFinding) -> list[str]:
        results = sarif(report(*findings))["runs"][0]["results"]
        return [each["partialFingerprints"]["finding/v2"] for each in results]

    assert fingerprints(finding()) == fingerprints(finding())
    different = (finding(), finding(name="ben@example.com"), finding("OIC-305"))
    assert len(set(fingerprints(*different))) == 3


def test_the_markdown_summary_contains_remedies_but_no_names() -> None:
    named = finding(name="SOMEBODY", value="SECRET", path="PLACE", message="is PROBLEM.")
    text = markdown(
        report(named, named, finding("OIC-208", name="SOMEBODY"), unknown="no | right.")
    )
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
    text = page(report(finding(name=HOSTILE, value=HOSTILE, message=HOSTILE), unknown=HOSTILE))
    read = _Page()
    read.feed(text)
    assert "script" not in read.tags
    assert "link" not in read.tags
    assert read.addresses == []
    assert "&lt;script&gt;" in text


@settings(deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_every_format_is_valid_for_any_name(name: str) -> None:
    result = report(finding(name=name, value=name, message=name, path=name), unknown=name or "x")
    read_xml(junit(result))
    json.loads(json.dumps(document(result)))
    SARIF.validate(json.loads(json.dumps(sarif(result))))
    page(result).encode()
    markdown(result).encode()
    text = on_terminal(result)
    text.encode()
    assert all(c.isprintable() or c == "\n" for c in text)


def test_no_name_injects_control_characters_into_the_terminal() -> None:
    text = on_terminal(report(finding(name=HOSTILE, value=None, message=HOSTILE)))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]" in text
