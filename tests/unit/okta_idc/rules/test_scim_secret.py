"""The SCIM token secret: validation, expiry and secrecy."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import certificates, scim_secret
from okta_idc.rules.registry import expiry

TENANT = "11111111111-2222-3333-4444-555555555555"


@given(st.text())
def test_findings_on_any_text_show_only_the_endpoint(text: str) -> None:
    for finding in scim_secret.secret_document(text):
        assert finding.value is None or finding.path == "endpoint"


@given(
    st.dictionaries(
        st.sampled_from(["endpoint", "token", "token_id", "created", "expires", "x"]),
        st.none() | st.text() | st.integers() | st.lists(st.text()),
    )
)
def test_a_valid_secret_can_be_parsed(document: dict[str, object]) -> None:
    text = json.dumps(document)
    if not scim_secret.secret_document(text):
        assert scim_secret.read_secret(text).token == document["token"]


def test_findings_and_repr_never_contain_the_token() -> None:
    text = scim_secret.secret_document.good.replace('"t"', '"TOPSECRET"')
    broken = text.replace("2027-01-01T00:00:00Z", "soon")
    assert "TOPSECRET" not in " ".join(f.text() for f in scim_secret.secret_document(broken))
    assert "TOPSECRET" not in repr(scim_secret.read_secret(text))


NAME = st.text("abcXYZ019/_+=.@-", min_size=1, max_size=40)
RANDOM = st.text("abcXYZ019", min_size=41, max_size=620)


@given(NAME, st.sampled_from(["", "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:"]))
def test_every_name_that_aws_allows_is_a_name(name: str, prefix: str) -> None:
    assert scim_secret.is_secret_name(prefix + name)


@given(NAME, RANDOM, NAME)
def test_a_text_with_a_token_in_it_is_neither_a_name_nor_an_id(a: str, token: str, b: str) -> None:
    assert not scim_secret.is_secret_name(a + token + b)
    assert scim_secret.token_id_fault(a + token + b)


@given(st.text(), st.text(min_size=1), st.text())
def test_an_id_never_contains_the_token(before: str, token: str, after: str) -> None:
    assert scim_secret.token_id_fault(before + token + after, token)


@pytest.mark.parametrize("name", ["", "a b", "a\n", "ä", "a:b", "a/" * 300])
def test_a_text_that_aws_rejects_is_not_a_name(name: str) -> None:
    assert not scim_secret.is_secret_name(name)


@pytest.mark.parametrize(
    ("changes", "path", "fault"),
    [
        ({"token": "1"}, "token_id", "is the token"),
        ({"token_id": "A1" * 30}, "token_id", "looks like it"),
        ({"token": "Bearer t"}, "token", "starts with `Bearer`"),
        ({"token": "Authorization: bearer t"}, "token", "starts with `Bearer`"),
        ({"token": " t"}, "token", "contains white space"),
        ({"token": "t\n"}, "token", "contains white space"),
    ],
)
def test_a_token_with_more_than_the_token_or_in_its_id_is_a_fault(
    changes: dict[str, str], path: str, fault: str
) -> None:
    document = {**json.loads(scim_secret.secret_document.good), **changes}
    (found,) = scim_secret.secret_document(json.dumps(document))
    assert (found.path, found.value) == (path, None)
    assert fault in found.message


def test_a_date_without_a_time_zone_is_utc() -> None:
    text = scim_secret.secret_document.good.replace("2027-01-01T00:00:00Z", "2027-01-01")
    assert scim_secret.read_secret(text).expires == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_token_is_expired_at_its_expiry_time() -> None:
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
def test_at_most_one_rule_reports_the_remaining_days(left: timedelta, found: set[str]) -> None:
    rules = (
        scim_secret.token_not_expired,
        scim_secret.token_not_expiring_in_90_days,
        scim_secret.token_not_expiring_in_15_days,
    )
    assert {f.rule.id for rule in rules for f in rule((NOW + left, NOW))} == found


@pytest.mark.parametrize(
    ("days", "ok"), [(0, False), (-1, False), (1, True), (365, True), (366, True), (367, False)]
)
def test_a_token_is_valid_for_at_most_366_days(days: int, ok: bool) -> None:
    dates = scim_secret.TokenDates(NOW, NOW + timedelta(days=days), NOW)
    assert (scim_secret.token_dates(dates) == []) is ok


@pytest.mark.parametrize(("hours", "ok"), [(-1, True), (24, True), (25, False), (24 * 300, False)])
def test_a_token_is_not_created_in_the_future(hours: int, ok: bool) -> None:
    created = NOW + timedelta(hours=hours)
    found = scim_secret.token_dates(
        scim_secret.TokenDates(created, created + timedelta(days=365), NOW)
    )
    assert [each.path for each in found] == ([] if ok else ["created"])


def test_findings_on_tags_never_contain_a_token() -> None:
    tags = {"token": "TOPSECRET", "expires": "TOPSECRET", "created": "TOPSECRET", "token_id": ""}
    found = scim_secret.secret_tags(tags)
    assert {f.path for f in found} == {"endpoint", "token_id", "created", "expires"}
    assert "TOPSECRET" not in " ".join(f.text() for f in found)


@pytest.mark.parametrize(("days", "found"), [(91, 0), (90, 1), (0, 1), (-1, 1)])
def test_a_certificate_is_reported_90_days_before_it_expires(days: int, found: int) -> None:
    ends = NOW + timedelta(days=days)
    assert len(certificates.certificate_not_expiring_soon((ends, NOW))) == found


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=2), "expires in 2 days, on 2026-06-03"),
        (timedelta(days=1), "expires in 1 day, on 2026-06-02"),
        (timedelta(hours=1), "expires in less than a day, on 2026-06-01"),
        (timedelta(0), "expired on 2026-06-01, less than a day ago"),
        (-timedelta(days=1, hours=1), "expired on 2026-05-30, 1 day ago"),
        (-timedelta(days=2_525), "expired on 2019-07-03, 2,525 days ago"),
    ],
)
def test_an_expiry_is_in_the_future_or_the_past(left: timedelta, text: str) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    ends = now + left
    assert expiry(ends, now) == text
    for rule in (
        scim_secret.token_not_expired,
        scim_secret.token_not_expiring_in_90_days,
        scim_secret.token_not_expiring_in_15_days,
        certificates.certificate_not_expiring_soon,
    ):
        assert all(text in finding.message for finding in rule((ends, now)))
