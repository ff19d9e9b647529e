"""No format of a masked report shows a value from a user's profile."""

import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from okta_idc.doctor.report import Report
from okta_idc.doctor.reporters.document import document
from okta_idc.doctor.reporters.html import page
from okta_idc.doctor.reporters.junit import junit
from okta_idc.doctor.reporters.markdown import markdown
from okta_idc.doctor.reporters.sarif import sarif
from okta_idc.doctor.reporters.terminal import print_report
from okta_idc.inventory.model import StoreUser
from okta_idc.rules.profiles import SENT
from tests.unit.okta_idc.doctor.sample_inventory import app_user, assigned_users, judge, sound

SECRET = "Zq7Wx"
_HOSTILE = st.text(
    st.sampled_from("'\"\\`{}[]()<>;:%&@ \t\n\x00\u200b\ud8000é\u202e%s"), max_size=12
)
_VALUES = st.builds(lambda before, after: f"{before}{SECRET}{after}", _HOSTILE, _HOSTILE)
_LONG = st.builds(lambda value: value + "x" * 1_100, _VALUES)
_ANY = st.one_of(_VALUES, _LONG, st.lists(_VALUES, max_size=2), st.none(), st.just(""))
_PROFILES = st.dictionaries(
    st.sampled_from([*SENT, "password", "roles", "photos"]), _ANY, min_size=1, max_size=8
)


def formats(report: Report) -> dict[str, str]:
    console = Console(file=io.StringIO(), width=5_000)
    print_report(console, report)
    return {
        "terminal": console.file.getvalue(),  # type: ignore[attr-defined]
        "json": json.dumps(document(report)),
        "junit": junit(report),
        "sarif": json.dumps(sarif(report)),
        "html": page(report),
        "markdown": markdown(report),
    }


@settings(deadline=None, max_examples=60)
@given(_PROFILES, _ANY, _VALUES)
def test_a_masked_report_shows_no_profile_value(
    profile: dict[str, object], department: object, external_id: str
) -> None:
    found = sound()
    email = profile.get("email")
    found.users = assigned_users(
        app_user("ada", 1, profile=profile, okta={"profile": {"department": department}}),
        app_user("ben", 2, profile={"email": email.upper() if isinstance(email, str) else email}),
        app_user("cyd", 3, credentials={"userName": profile.get("userName") or "cyd@example.com"}),
        app_user("dan", 4, credentials={"userName": profile.get("userName") or "dan@example.com"}),
    )
    users = {"u-1": ("ada", external_id), "u-2": ("ben", external_id), "u-3": ("eve", external_id)}
    found.store_users = {
        ident: StoreUser(f"{name}@example.com", True, value, True)
        for ident, (name, value) in users.items()
    }
    report = judge(found)
    # Findings are named after usernames, which are not masked.
    report.found = [each for each in report.found if SECRET.lower() not in each.name.lower()]
    assert {"OIC-316", "OIC-630"} <= {each.rule.id for each in report.found}
    reports = formats(report.masked())
    leaks = {name for name, text in reports.items() if SECRET.lower() in text.lower()}
    assert not leaks, leaks


def test_an_unmasked_report_shows_profile_values() -> None:
    found = sound()
    found.users = assigned_users(app_user("ada", 1, profile={"title": f"<{SECRET}'"}))
    reports = formats(judge(found))
    assert {name for name, text in reports.items() if SECRET in text} == set(reports) - {"markdown"}
