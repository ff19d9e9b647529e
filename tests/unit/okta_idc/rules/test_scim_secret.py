"""The JSON in Secrets Manager, and that no value of it leaks."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import certificates, scim_secret

TENANT = "11111111111-2222-3333-4444-555555555555"


@given(st.text())
def test_any_text_is_judged_without_crashing_and_without_being_shown(text: str) -> None:
    for finding in scim_secret.secret_document(text):
        assert finding.value is None or finding.path == "endpoint"


@given(
    st.dictionaries(
        st.sampled_from(["endpoint", "token", "token_id", "created", "expires", "x"]),
        st.none() | st.text() | st.integers() | st.lists(st.text()),
    )
)
def test_what_passes_can_be_read(document: dict[str, object]) -> None:
    text = json.dumps(document)
    if not scim_secret.secret_document(text):
        assert scim_secret.read_secret(text).token == document["token"]


def test_the_token_is_in_no_finding_and_no_repr() -> None:
    text = scim_secret.secret_document.good.replace('"t"', '"TOPSECRET"')
    broken = text.replace("2027-01-01T00:00:00Z", "soon")
    assert "TOPSECRET" not in " ".join(f.text() for f in scim_secret.secret_document(broken))
    assert "TOPSECRET" not in repr(scim_secret.read_secret(text))


def test_a_date_without_zone_is_utc() -> None:
    text = scim_secret.secret_document.good.replace("2027-01-01T00:00:00Z", "2027-01-01")
    assert scim_secret.read_secret(text).expires == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_token_that_expires_now_has_expired() -> None:
    now = datetime.now(UTC)
    assert scim_secret.token_not_expired((now, now))
    assert not scim_secret.token_not_expired((now + timedelta(seconds=1), now))


NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "found"),
    [
        (timedelta(days=91), set()),
        (timedelta(days=90, seconds=1), set()),
        (timedelta(days=90), {"OIC-104"}),
        (timedelta(days=15, seconds=1), {"OIC-104"}),
        (timedelta(days=15), {"OIC-105"}),
        (timedelta(seconds=1), {"OIC-105"}),
        (timedelta(0), {"OIC-103"}),
        (-timedelta(days=400), {"OIC-103"}),
    ],
)
def test_one_rule_at_most_speaks_of_the_days_left(left: timedelta, found: set[str]) -> None:
    rules = (
        scim_secret.token_not_expired,
        scim_secret.token_not_expiring_in_90_days,
        scim_secret.token_not_expiring_in_15_days,
    )
    assert {f.rule.id for rule in rules for f in rule((NOW + left, NOW))} == found


@pytest.mark.parametrize(
    ("days", "ok"), [(0, False), (-1, False), (1, True), (365, True), (366, True), (367, False)]
)
def test_a_token_lives_a_year(days: int, ok: bool) -> None:
    assert (scim_secret.token_dates((NOW, NOW + timedelta(days=days))) == []) is ok


def test_tags_never_show_a_token_that_slipped_into_them() -> None:
    tags = {"token": "TOPSECRET", "expires": "TOPSECRET", "created": "TOPSECRET", "token_id": ""}
    found = scim_secret.secret_tags(tags)
    assert {f.path for f in found} == {"endpoint", "token_id", "created", "expires"}
    assert "TOPSECRET" not in " ".join(f.text() for f in found)


@pytest.mark.parametrize(("days", "found"), [(91, 0), (90, 1), (0, 1), (-1, 1)])
def test_a_certificate_is_told_90_days_before_its_end(days: int, found: int) -> None:
    ends = NOW + timedelta(days=days)
    assert len(certificates.certificate_not_expiring_soon((ends, NOW))) == found
