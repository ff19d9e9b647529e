"""The JSON in Secrets Manager, and that no value of it leaks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import secret

TENANT = "11111111111-2222-3333-4444-555555555555"


@given(st.text())
def test_any_text_is_judged_without_crashing_and_without_being_shown(text: str) -> None:
    for finding in secret.secret_document(text):
        assert finding.value is None or finding.place == "endpoint"


@given(
    st.dictionaries(
        st.sampled_from(["endpoint", "token", "token_id", "created", "expires", "x"]),
        st.none() | st.text() | st.integers() | st.lists(st.text()),
    )
)
def test_what_passes_can_be_read(document: dict[str, object]) -> None:
    import json

    text = json.dumps(document)
    if not secret.secret_document(text):
        assert secret.read_secret(text).token == document["token"]


def test_the_token_is_in_no_finding_and_no_repr() -> None:
    text = secret.secret_document.good.replace('"t"', '"TOPSECRET"')
    broken = text.replace("2027-01-01T00:00:00Z", "soon")
    assert "TOPSECRET" not in " ".join(f.text() for f in secret.secret_document(broken))
    assert "TOPSECRET" not in repr(secret.read_secret(text))


def test_a_date_without_zone_is_utc() -> None:
    text = secret.secret_document.good.replace("2027-01-01T00:00:00Z", "2027-01-01")
    assert secret.read_secret(text).expires == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_token_that_expires_now_has_expired() -> None:
    now = datetime.now(UTC)
    assert secret.token_not_expired((now, now))
    assert not secret.token_not_expired((now + timedelta(seconds=1), now))
