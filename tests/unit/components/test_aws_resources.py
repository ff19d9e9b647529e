"""AWS resources: account access, attributes for access control, and the token expiry alarm."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pulumi
import pytest
from pulumi import RunError

from components.aws import token_expiry_alarm
from okta_idc.settings.models import AccountAccess
from okta_idc.settings.rules import access_resources
from tests.unit.components.conftest import EXPIRES, MockCloud
from tests.unit.components.test_federation import federation

Declare = Callable[..., None]
ACCOUNT = "123456789012"
GROUPS = [{"name": "aws-admins"}, {"name": "aws-data"}]
SET: dict[str, Any] = {"name": "Developer", "groups": ["aws-admins"], "accounts": [ACCOUNT]}


@pytest.fixture
def cloud(cloud: MockCloud) -> MockCloud:
    """A deployed federation: both push groups exist in AWS."""
    cloud.mapped, cloud.in_aws = ["00gB", "00gC"], ["aws-admins", "aws-data"]
    return cloud


def policy(key: str) -> dict[str, Any]:
    condition = {"StringEquals": {f"aws:PrincipalTag/{key}": "blue"}}
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [allow]}


class TestAccountAccess:
    """Push groups get account and application assignments in the same run."""

    def test_an_account_assignment_uses_the_identity_store_group_id(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation(account_access__permission_sets=[SET]))
        [assignment] = cloud.inputs("AccountAssignment")
        assert assignment["principalId"] == "aws-aws-admins"
        assert assignment["principalType"] == "GROUP"
        assert assignment["targetId"] == ACCOUNT

    def test_further_groups_are_assigned_to_accounts_of_their_own(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        further = {"groups": ["aws-data", "aws-admins"], "accounts": [ACCOUNT, "9" * 12]}
        declare(federation(account_access__permission_sets=[SET | {"assignments": [further]}]))
        assigned = [(e["principalId"], e["targetId"]) for e in cloud.inputs("AccountAssignment")]
        assert sorted(assigned) == sorted(
            (f"aws-{group}", account)
            for group in ("aws-admins", "aws-data")
            for account in (ACCOUNT, "9" * 12)
        )

    def test_every_kind_of_policy_is_attached(self, cloud: MockCloud, declare: Declare) -> None:
        managed = "arn:aws:iam::aws:policy/ReadOnlyAccess"
        declared = SET | {
            "managed_policies": [managed],
            "customer_managed_policies": ["team/Deploy", "Plain"],
            "inline_policy": policy("Department"),
            "permissions_boundary": "limits/Outer",
        }
        declare(federation(account_access__permission_sets=[declared]))
        assert cloud.inputs("ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment")[0][
            "managedPolicyArn"
        ] == managed  # fmt: skip
        references = [
            c["customerManagedPolicyReference"]
            for c in cloud.inputs("customerManagedPolicyAttachment:CustomerManagedPolicyAttachment")
        ]
        assert {(r["path"], r["name"]) for r in references} == {
            ("/team/", "Deploy"),
            ("/", "Plain"),
        }
        [inline] = cloud.inputs("PermissionSetInlinePolicy")
        assert json.loads(inline["inlinePolicy"]) == policy("Department")
        [boundary] = cloud.inputs("PermissionsBoundaryAttachment")
        reference = boundary["permissionsBoundary"]["customerManagedPolicyReference"]
        assert (reference["path"], reference["name"]) == ("/limits/", "Outer")

    def test_the_settings_know_the_names_of_the_resources(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        arn = "arn:aws:sso::123456789012:application/ssoins-1111111111111111/apl-1111111111111111"
        access: Any = {
            "permission_sets": [
                {
                    "name": "A",
                    "groups": ["aws-data", "aws-admins"],
                    "accounts": ["1" * 12, "2" * 12],
                    "assignments": [{"groups": ["aws-data"], "accounts": ["2" * 12, "3" * 12]}],
                    "managed_policies": ["arn:aws:iam::aws:policy/job-function/Billing"],
                    "customer_managed_policies": ["/team/Deploy", "Plain"],
                }
            ],
            "applications": [{"arn": arn, "groups": ["aws-data"]}],
        }
        declare(federation(account_access=access))
        kinds = ("Attachment", "AccountAssignment", "ApplicationAssignment")
        declared = [each.name for each in cloud.declared if each.typ.endswith(kinds)]
        known = [each.name for each in access_resources(AccountAccess.model_validate(access))]
        prefix = min(declared, key=len).partition("-access-")[0]
        assert sorted(declared) == sorted(f"{prefix}-access-{name}" for name in known)
        assert len(known) == 9

    def test_a_deny_without_a_null_check_is_a_warning(
        self, cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        warnings: list[str] = []
        monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: warnings.append(text))
        denied = policy("Department")
        denied["Statement"][0]["Effect"] = "Deny"
        declare(federation(account_access__permission_sets=[SET | {"inline_policy": denied}]))
        [warning] = [text for text in warnings if "[OIC-521]" in text]
        assert warning.startswith("permission_sets[0].inline_policy.Statement[0].")
        assert ".aws:PrincipalTag/Department: 'Department'" in warning
        assert len(cloud.inputs("PermissionSetInlinePolicy")) == 1

    def test_an_application_is_assigned_to_a_group(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        arn = "arn:aws:sso::123456789012:application/ssoins-1111111111111111/apl-1111111111111111"
        declare(federation(account_access__applications=[{"arn": arn, "groups": ["aws-data"]}]))
        [assignment] = cloud.inputs("ApplicationAssignment")
        assert assignment["applicationArn"] == arn
        assert assignment["principalId"] == "aws-aws-data"

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"name": "Developer Access"}, r"permission_sets\[0\].name: 'Developer Access'"),
            (
                {"groups": ["aws-admin"]},
                "'aws-admin' is not a push group. Did you mean 'aws-admins'",
            ),
            ({"accounts": ["1234"]}, "'1234' is not an account ID"),
            ({"session_duration": "PT24H"}, "'PT24H' is not between 1 and 12 hours"),
            (
                {"inline_policy": policy("CostCenter")},
                "'CostCenter' is a session tag that is not sent",
            ),
            ({"inline_policy": {"Version": "2012-10-17"}}, "is not a JSON object with a Statement"),
        ],
    )
    def test_invalid_account_access_fails_before_anything_is_declared(
        self, cloud: MockCloud, declare: Declare, changes: dict[str, Any], expected: str
    ) -> None:
        with pytest.raises(RunError, match=expected):
            declare(federation(account_access__permission_sets=[SET | changes]))
        assert cloud.inputs("PermissionSet") == []

    def test_nothing_is_declared_until_all_lookups_succeed(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        with pytest.raises(RunError, match="is not a group in Okta"):
            declare(
                federation(
                    account_access__permission_sets=[SET], push_groups=[*GROUPS, {"name": "nobody"}]
                )
            )
        assert not [a for a in cloud.declared if a.typ.startswith(("okta:", "aws:"))]

    def test_two_permission_sets_with_one_name_are_rejected(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        with pytest.raises(RunError, match="OIC-508"):
            declare(federation(account_access__permission_sets=[SET, SET]))


class TestAccessControlAttributes:
    """Attributes for access control of the Identity Center instance."""

    def test_access_control_attributes_are_unmanaged_by_default(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation())
        assert cloud.inputs("InstanceAccessControlAttributes") == []

    def test_empty_access_control_attributes_declare_one_placeholder_mapping(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation(access_control_attributes={}))
        [control] = cloud.inputs("InstanceAccessControlAttributes")
        assert control["attributes"] == [
            {"key": "IdcUserName", "values": [{"sources": ["${path:userName}"]}]}
        ]

    def test_a_key_from_both_okta_and_aws_is_rejected(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        mapped = {"attributes": {"department": "${path:enterprise.department}"}}
        with pytest.raises(RunError, match="OIC-409"):
            declare(federation(access_control_attributes=mapped))

    def test_a_policy_may_use_an_attribute_mapped_in_aws(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        mapped = {"attributes": {"Title": "${path:title}"}}
        declared = SET | {"inline_policy": policy("Title")}
        declare(
            federation(access_control_attributes=mapped, account_access__permission_sets=[declared])
        )


class TestTokenExpiryAlarm:
    """Alerts before the SCIM token expires."""

    def test_aws_health_and_scheduled_rules_publish_to_the_topic(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(
            federation(token_expiry_alarm={"emails": ["team@example.com"], "days_before": [30, 1]})
        )
        rules = cloud.inputs("eventRule:EventRule")
        dates = [EXPIRES - timedelta(days=days) for days in (30, 1)]
        assert {r.get("scheduleExpression") for r in rules} == {
            None, *(f"cron(0 9 {each.day} {each.month} ? {each.year})" for each in dates)
        }  # fmt: skip
        assert len(cloud.inputs("eventTarget:EventTarget")) == 3
        assert cloud.inputs("topicSubscription:TopicSubscription")[0]["endpoint"] == (
            "team@example.com"
        )
        assert "TOPSECRET" not in json.dumps([a.inputs for a in cloud.declared if "aws" in a.typ])

    @pytest.mark.parametrize("days_left", [70, 200, 364])
    def test_each_default_date_has_a_rule_and_a_message_with_its_days(
        self, cloud: MockCloud, declare: Declare, days_left: int
    ) -> None:
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        day = today + timedelta(days=days_left)
        created = (day - timedelta(days=365)).isoformat()
        assert cloud.secret
        document = {**json.loads(cloud.secret), "created": created, "expires": day.isoformat()}
        cloud.secret = json.dumps(document)
        declare(federation(token_expiry_alarm={"emails": ["team@example.com"]}))
        scheduled = {r.get("scheduleExpression") for r in cloud.inputs("eventRule:EventRule")}
        assert scheduled - {None} == {
            f"cron(0 9 {at.day} {at.month} ? {at.year})"
            for at in (day - timedelta(days=days) for days in (60, 30, 14, 7, 1))
        }
        messages = [t.get("input", "") for t in cloud.inputs("eventTarget:EventTarget")]
        for span in ("in 60 days", "in 30 days", "in 14 days", "in 7 days"):
            assert sum(span in each for each in messages) == 1

    @pytest.mark.parametrize(
        ("event", "matched"),
        [
            ({}, True),
            ({"source": "aws.ec2"}, False),
            ({"detail": {"service": "IAMIDENTITYCENTER", "eventTypeCode": "OTHER"}}, False),
        ],
    )
    def test_the_event_pattern_matches_only_the_token_expiry_event(
        self, event: dict[str, Any], matched: bool
    ) -> None:
        sample = {
            "source": "aws.health",
            "detail-type": "AWS Health Event",
            "detail": {
                "service": "IAMIDENTITYCENTER",
                "eventTypeCode": "AWS_IAMIDENTITYCENTER_SCIM_BEARER_TOKEN_EXPIRY_NOTIFICATION",
                "eventTypeCategory": "accountNotification",
            },
        }
        assert matches(token_expiry_alarm.HEALTH_EVENT, sample | event) is matched

    @pytest.mark.parametrize(
        ("expires", "days", "at"),
        [
            ("2027-03-01T10:00:00+00:00", 1, "cron(0 9 28 2 ? 2027)"),
            ("2028-01-10T00:00:00+00:00", 30, "cron(0 9 11 12 ? 2027)"),
        ],
    )
    def test_a_reminder_schedule_fires_once(self, expires: str, days: int, at: str) -> None:
        assert token_expiry_alarm.cron(expires, days) == at


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """EventBridge's exact matching: every key in the pattern has one of the listed values."""
    return all(
        matches(wanted, event.get(key, {}))
        if isinstance(wanted, dict)
        else event.get(key) in wanted
        for key, wanted in pattern.items()
    )
