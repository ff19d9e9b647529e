"""3xx, people together: what must differ between everybody who is assigned to the app."""

from collections import Counter
from collections.abc import Iterator

from okta_idc.rules.registry import Related, Violation, repeated, user_rule


def _shared(values: tuple[str, ...], keys: tuple[str, ...], what: str) -> Iterator[Violation]:
    """Each value whose key was there before. A blank is nobody's."""
    counts = Counter(keys)
    for index, first in repeated(keys):
        if key := keys[index]:
            message = f"is the {what} of {counts[key]} people."
            yield f"[{index}]", values[index], message, Related(f"[{first}]")


@user_rule(
    "OIC-302",
    "Several users have the same username",
    source="AWS's page (docs/research/aws-setup-page.md#troubleshooting): user names are unique; "
    "AWS compares them without case",
    remedy="give one of them another value, or map the username to an attribute that is unique "
    "(federation.app.user_name_template).",
    good=("a@example.com", "b@example.com"),
    bad=("a@example.com", "A@example.com"),
)
def unique_user_names(user_names: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the app user names of everybody who is assigned."""
    return _shared(user_names, tuple(map(str.casefold, user_names)), "username")


@user_rule(
    "OIC-306",
    "Several users have the same email address",
    source="AWS SCIM API: the primary email is unique in the identity store; a second user with it "
    "is answered with 409 (docs/research/scim.md#attributes)",
    remedy="give one of them another email address, or take email out of the app's profile "
    "mapping.",
    good=("a@example.com", "b@example.com", ""),
    bad=("a@example.com", "A@example.com"),
)
def unique_emails(emails: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the email of everybody who is assigned; an empty text for who has none. Where the
    username is made from the email, OIC-302 finds it too, and both are said: AWS refuses for
    either, and taking the email out of the mapping mends this one alone."""
    return _shared(emails, tuple(map(str.casefold, emails)), "email")


@user_rule(
    "OIC-316",
    "Several users have the same external ID",
    source="AWS SCIM API: externalId is unique in the identity store and must be something that "
    "never changes (docs/research/scim.md#attributes)",
    remedy="map externalId to the Okta user's id.",
    good=("00u1", "00u2"),
    bad=("00u1", "00u1"),
)
def unique_external_ids(external_ids: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the external ids that Okta sends, or that AWS has."""
    return _shared(external_ids, external_ids, "external id")
