"""Access tokens of the SCIM endpoint, and the rules of the AWS console."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.aws.identity_center import ForbiddenError, IdentityCenter
from sandbox.clock import Clock
from sandbox.org_file import load_org

AWS = load_org().aws
NOW = datetime.now(UTC)


def prepared(age: timedelta = timedelta()) -> IdentityCenter:
    center = IdentityCenter(AWS)
    center.prepare("right", "id-1", NOW - age)
    return center


def test_only_a_valid_token_of_the_right_tenant_is_accepted() -> None:
    center = prepared()
    assert center.refusal_reason(AWS.tenant, "Bearer right") == ""
    for tenant, header, why in (
        (AWS.tenant, "Bearer wrong", "Unknown token"),
        (AWS.tenant, "right", "Unknown token"),
        (AWS.tenant, "bearer right", "Unknown token"),
        (AWS.tenant, "Bearer r\u00efght\udcff", "Unknown token"),
        (AWS.tenant, "", "Unknown token"),
        ("other", "Bearer right", "Unknown tenant"),
        ("", "Bearer right", "Unknown tenant"),
    ):
        assert center.refusal_reason(tenant, header) == why
    assert IdentityCenter(AWS).refusal_reason(AWS.tenant, "Bearer right") == "Unknown tenant"


def test_a_token_is_valid_for_one_year() -> None:
    assert prepared(timedelta(days=364)).refusal_reason(AWS.tenant, "Bearer right") == ""
    assert (
        prepared(timedelta(days=366)).refusal_reason(AWS.tenant, "Bearer right") == "Expired token"
    )


def test_an_expired_token_counts_towards_the_maximum() -> None:
    center = prepared(timedelta(days=400))
    center.generate()
    with pytest.raises(ForbiddenError, match="supports up to two access tokens"):
        center.generate()


def test_tokens_are_stored_as_digests_only() -> None:
    center = prepared()
    token = center.generate()
    assert token not in repr(vars(center))
    assert center.refusal_reason(AWS.tenant, f"Bearer {token}") == ""


def test_provisioning_can_be_enabled_once() -> None:
    center = prepared()
    with pytest.raises(ForbiddenError, match="already enabled"):
        center.enable()
    assert len(center.tokens) == 1


def test_a_new_tenant_has_the_right_format() -> None:
    center = prepared()
    center.delete_token("id-1")
    center.disable()
    assert center.tenant != AWS.tenant
    assert [len(part) for part in center.tenant.split("-")] == [11, 4, 4, 4, 12]


def test_a_token_expires_by_the_clock_of_the_sandbox() -> None:
    clock = Clock()
    center = IdentityCenter(AWS, clock)
    center.prepare("right", "id-1", clock.time())
    clock.advance(366 * 86_400)
    assert center.refusal_reason(AWS.tenant, "Bearer right") == "Expired token"
    new = center.generate()
    assert center.refusal_reason(AWS.tenant, f"Bearer {new}") == ""
