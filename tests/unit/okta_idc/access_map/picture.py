"""`python -m tests.unit.okta_idc.access_map.picture`: updates docs/images/access-map.png."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from okta_idc.access_map.difference import difference
from okta_idc.access_map.model import Access, AccessMap
from okta_idc.access_map.reporters.page import map_page
from tests.paths import ROOT
from tests.sandbox.console import console_journey

ACCOUNTS = frozenset({"210987654321", "321098765432", "432109876543"})
FEW = frozenset({"210987654321"})
PEOPLE = {
    "aws-admins": ("kaia.tamm", "marco.conti"),
    "aws-data": ("ben.oduya", "elif.kaya", "hana.sato", "jonas.weber", "mina.park"),
    "aws-developers": ("ada.berg", "alex.kim", "amir.haddad", "dana.novak", "finn.walsh",
                       "ivan.petrov", "lea.moreau", "noah.fischer"),
    "aws-finance": ("bea.costa", "diego.silva", "grace.obi", "jana.kral", "liam.byrne"),
}  # fmt: skip
DECLARED = Access(
    {
        ("aws-admins", "Admin"): ACCOUNTS, ("aws-admins", "ReadOnly"): ACCOUNTS,
        ("aws-data", "Developer"): FEW, ("aws-developers", "Developer"): ACCOUNTS,
        ("aws-finance", "CostReports"): ACCOUNTS,
    }
)  # fmt: skip
LIVE = Access(
    {
        **(DECLARED.accounts or {}), ("aws-data", "Developer"): ACCOUNTS,
        ("aws-developers", "Admin"): FEW, ("aws-finance", "CostReports"): ACCOUNTS - FEW,
    }
)  # fmt: skip


def main() -> int:
    program = console_journey.chromium()
    if program is None:
        sys.stderr.write("Chromium is missing. Install it with: apt-get install chromium\n")
        return 1
    groups = frozenset(PEOPLE)
    people = {
        group: frozenset(f"{name}@example.com" for name in names) for group, names in PEOPLE.items()
    }
    found = difference(AccessMap(DECLARED, groups), AccessMap(LIVE, groups, people))
    now = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    html = map_page(found.as_map(), "Differences of access", found, now)
    with tempfile.TemporaryDirectory() as folder, console_journey.browser(program) as page:
        file = Path(folder) / "map.html"
        file.write_text(html, encoding="utf-8")
        page.goto(file.as_uri())
        page.locator("summary", has_text="aws-developers").click()
        page.locator("summary", has_text="aws-finance").click()
        page.screenshot(path=ROOT / "docs" / "images" / "access-map.png", full_page=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
