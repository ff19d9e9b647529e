"""3xx, attributes that must be unique among all assigned users."""

from collections import Counter
from collections.abc import Iterator

from okta_idc.rules.registry import (
    EnforcementPoint,
    Related,
    Violation,
    repeated,
    rule,
    user_rule,
)


def _shared(values: tuple[str, ...], keys: tuple[str, ...], what: str) -> Iterator[Violation]:
    """Each value with a repeated key, except empty keys."""
    counts = Counter(keys)
    for index, first in repeated(keys):
        if key := keys[index]:
            message = f"is the {what} of {counts[key]} users."
            yield f"[{index}]", values[index], message, Related(f"[{first}]")


@rule(
    "OIC-302",
    "Several users have the same username",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    personal=True,
    source="docs/research/aws-setup-page.md#troubleshooting",
    remedy="Change one of the usernames, or use a unique attribute in `app.username_format`.",
    good=("a@example.com", "b@example.com"),
    bad=("a@example.com", "A@example.com"),
)
def unique_user_names(user_names: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the app usernames of all assigned users; in settings, of those that they declare."""
    return _shared(user_names, tuple(map(str.casefold, user_names)), "username")


@user_rule(
    "OIC-306",
    "Several users have the same email address",
    source="docs/research/scim.md#attributes",
    remedy="Change one of the email addresses, or remove email from the app's profile mapping.",
    good=("a@example.com", "b@example.com", ""),
    bad=("a@example.com", "A@example.com"),
)
def unique_emails(emails: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the email addresses of all assigned users; empty for none. OIC-302 reports a
    username that is the email address too: AWS rejects either."""
    return _shared(emails, tuple(map(str.casefold, emails)), "email")


@user_rule(
    "OIC-316",
    "Several users have the same external ID",
    source="docs/research/scim.md#attributes",
    remedy="Map externalId to the Okta user's ID.",
    good=("00u1", "00u2"),
    bad=("00u1", "00u1"),
)
def unique_external_ids(external_ids: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the external IDs that Okta sends, or those in AWS."""
    return _shared(external_ids, external_ids, "external ID")
