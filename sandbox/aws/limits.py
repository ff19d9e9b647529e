"""AWS's quotas and rate limits, where they refuse a call of the API.

Sources: docs/research/identity-center.md#quotas, docs/research/aws-quotas.md. The setting `quotas`
lowers the quotas, and `aws_throttle` turns the rate limits on. Assumed: the messages.
"""

import os
import threading
from collections.abc import Callable
from typing import Any

from moto.events.models import events_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.ssoadmin.models import ssoadmin_backends

from ..clock import Clock
from ..settings import Settings
from .errors import RefusedError
from .throttle import Throttle

Params = dict[str, Any]
LOW = 3
"""Every quota while the setting `quotas` is `low`."""
QUOTAS = {
    "permission sets": 3_500,
    "permission sets provisioned in an account": 500,
    "managed policies of a permission set": 20,
    "tags of a resource": 75,
    "users": 100_000,
    "groups": 100_000,
    "secrets": 500_000,
    "versions of a secret": 100,
    "rules of an event bus": 300,
    "targets of a rule": 5,
    "topics": 100_000,
    "subscriptions of a topic": 12_500_000,
    "tags of a topic": 50,
}
MAX_OUTSTANDING = 15
"""Account assignments that can be in creation at a time."""
THROTTLED = ("sso", "identitystore")
"""Services with a limit of 20 calls per second for all their operations together."""


def refuse_above(
    settings: Settings, quota: str, count: int, code: str = "ServiceQuotaExceededException"
) -> None:
    """Raise the error `code` if an operation would lead to more than the quota."""
    limit = LOW if settings["quotas"] == "low" else QUOTAS[quota]
    if count > limit:
        raise RefusedError(code, f"The quota of {limit} {quota} is exceeded")


class Limits:
    """Refuses calls above a rate limit, and those of moto's operations above a quota."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._lock = threading.Lock()  # AWS answers in threads
        self._throttles = {service: Throttle(clock) for service in THROTTLED}

    def refuse_rate(self, service: str) -> None:
        """Raise ThrottlingException if the service had too many calls in this second."""
        if self._settings["aws_throttle"] == "off" or service not in self._throttles:
            return
        with self._lock:
            if not self._throttles[service].take():
                raise RefusedError("ThrottlingException", "Rate exceeded")

    def refuse_quota(self, service: str, operation: str, params: Params, region: str) -> None:
        """Raise the service's error if the operation would exceed a quota. Valid calls only."""
        for quota, code, count in _COUNTS.get((service, operation), ()):
            refuse_above(self._settings, quota, count(params, region), code)


def _secrets(region: str) -> Any:
    return secretsmanager_backends[os.environ["MOTO_ACCOUNT_ID"]][region].secrets


def _permission_sets(region: str) -> Any:
    return ssoadmin_backends[os.environ["MOTO_ACCOUNT_ID"]][region].permission_sets


def _topics(region: str) -> Any:
    return sns_backends[os.environ["MOTO_ACCOUNT_ID"]][region]


# Each returns the number after the operation, or 0 if the operation adds nothing.


def _count_permission_sets(_: Params, region: str) -> int:
    return len(_permission_sets(region)) + 1


def _count_provisioned(p: Params, region: str) -> int:
    assignments = ssoadmin_backends[os.environ["MOTO_ACCOUNT_ID"]][region].account_assignments
    found = {a.permission_set_arn for a in assignments if a.target_id == p["TargetId"]}
    return 0 if p["PermissionSetArn"] in found else len(found) + 1


def _count_policies(p: Params, region: str) -> int:
    for each in _permission_sets(region):
        if each.permission_set_arn == p["PermissionSetArn"]:
            return len(each.managed_policies) + len(each.customer_managed_policies) + 1
    return 0


def _count_secrets(_: Params, region: str) -> int:
    return len(_secrets(region)) + 1


def _count_versions(p: Params, region: str) -> int:
    found = _secrets(region)
    versions = found[p["SecretId"]].versions if p["SecretId"] in found else {}
    adds = {"SecretString", "SecretBinary"} & set(p)
    return len(versions) + 1 if adds and p.get("ClientRequestToken") not in versions else 0


def _bus(p: Params, region: str) -> Any:
    buses = events_backends[os.environ["MOTO_ACCOUNT_ID"]][region].event_buses
    return buses.get((p.get("EventBusName") or "default").rpartition("/")[2])


def _count_rules(p: Params, region: str) -> int:
    bus = _bus(p, region)
    return len(bus.rules) + 1 if bus and p["Name"] not in bus.rules else 0


def _count_targets(p: Params, region: str) -> int:
    bus = _bus(p, region)
    rule = bus.rules.get(p["Rule"]) if bus else None
    return len({each["Id"] for each in [*rule.targets, *p["Targets"]]}) if rule else 0


def _count_topics(p: Params, region: str) -> int:
    topics = _topics(region).topics
    return 0 if p["Name"] in {each.name for each in topics.values()} else len(topics) + 1


def _count_subscriptions(p: Params, region: str) -> int:
    found = [each for each in _topics(region).subscriptions.values()
             if each.topic.arn == p["TopicArn"]]  # fmt: skip
    same = any((each.protocol, each.endpoint) == (p["Protocol"], p.get("Endpoint"))
               for each in found)  # fmt: skip
    return 0 if same else len(found) + 1


def _count_topic_tags(p: Params, region: str) -> int:
    topic = _topics(region).topics.get(p["ResourceArn"])
    return len({*topic._tags, *(tag["Key"] for tag in p["Tags"])}) if topic else 0


_Count = Callable[[Params, str], int]
_QUOTA, _LIMIT = "ServiceQuotaExceededException", "LimitExceededException"
_POLICIES = (("managed policies of a permission set", _QUOTA, _count_policies),)
_COUNTS: dict[tuple[str, str], tuple[tuple[str, str, _Count], ...]] = {
    ("sso-admin", "CreatePermissionSet"): (("permission sets", _QUOTA, _count_permission_sets),),
    ("sso-admin", "CreateAccountAssignment"): (
        ("permission sets provisioned in an account", _QUOTA, _count_provisioned),
    ),
    ("sso-admin", "AttachManagedPolicyToPermissionSet"): _POLICIES,
    ("sso-admin", "AttachCustomerManagedPolicyReferenceToPermissionSet"): _POLICIES,
    ("secretsmanager", "CreateSecret"): (("secrets", _LIMIT, _count_secrets),),
    ("secretsmanager", "PutSecretValue"): (("versions of a secret", _LIMIT, _count_versions),),
    ("secretsmanager", "UpdateSecret"): (("versions of a secret", _LIMIT, _count_versions),),
    ("events", "PutRule"): (("rules of an event bus", _LIMIT, _count_rules),),
    ("events", "PutTargets"): (("targets of a rule", _LIMIT, _count_targets),),
    ("sns", "CreateTopic"): (("topics", "TopicLimitExceeded", _count_topics),),
    ("sns", "Subscribe"): (
        ("subscriptions of a topic", "SubscriptionLimitExceeded", _count_subscriptions),
    ),
    ("sns", "TagResource"): (("tags of a topic", "TagLimitExceeded", _count_topic_tags),),
}
