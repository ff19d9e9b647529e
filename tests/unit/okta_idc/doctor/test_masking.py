"""No form of a masked report shows a value from a person's profile, whatever it contains."""

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
from tests.unit.okta_idc.doctor.sample_inventory import judge, people, person, sound

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


def forms(report: Report) -> dict[str, str]:
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
def test_a_masked_report_shows_no_value_of_a_person(
    profile: dict[str, object], department: object, external_id: str
) -> None:
    found = sound()
    email = profile.get("email")
    found.people = people(
        person("ada", 1, profile=profile, okta={"profile": {"department": department}}),
        person("ben", 2, profile={"email": email.upper() if isinstance(email, str) else email}),
        person("cyd", 3, credentials={"userName": profile.get("userName") or "cyd@example.com"}),
        person("dan", 4, credentials={"userName": profile.get("userName") or "dan@example.com"}),
    )
    users = {"u-1": ("ada", external_id), "u-2": ("ben", external_id), "u-3": ("eve", external_id)}
    found.store_users = {
        ident: StoreUser(f"{name}@example.com", True, value, True)
        for ident, (name, value) in users.items()
    }
    report = judge(found)
    # User names are names, shown on purpose; Identity Store lists compare them.
    report.found = [each for each in report.found if SECRET.lower() not in each.name.lower()]
    assert {"OIC-316", "OIC-630"} <= {each.rule.id for each in report.found}
    shown = forms(report.masked())
    leaks = {name for name, text in shown.items() if SECRET.lower() in text.lower()}
    assert not leaks, leaks


def test_the_values_are_there_where_masking_is_off() -> None:
    found = sound()
    found.people = people(person("ada", 1, profile={"title": f"<{SECRET}'"}))
    shown = forms(judge(found))
    assert {name for name, text in shown.items() if SECRET in text} == set(shown) - {"markdown"}
