"""3xx, people together: what must differ between everybody who is assigned to the app."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from okta_idc.rules.registry import EnforcementPoint, Violation, rule


def _again(
    values: tuple[str, ...], same: Callable[[str], str], what: str
) -> Iterator[tuple[str, str, str]]:
    """Each value that stood before. A blank is nobody's."""
    holders: dict[str, list[int]] = defaultdict(list)
    for index, value in enumerate(values):
        if value:
            holders[same(value)].append(index)
    for indexes in holders.values():
        for index in indexes[1:]:
            count, first = len(indexes), indexes[0]
            yield f"[{index}]", values[index], f"is the {what} of {count} people, first [{first}]."


@rule(
    "OIC-302",
    "Usernames are unique",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="AWS's page (docs/research/aws-setup-page.md#troubleshooting): user names are unique; "
    "AWS compares them without case",
    remedy="give one of them another value, or map the username to an attribute that is unique "
    "(federation.app.user_name_template).",
    good=("a@example.com", "b@example.com"),
    bad=("a@example.com", "A@example.com"),
)
def unique_user_names(user_names: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the app user names of everybody who is assigned."""
    return _again(user_names, str.casefold, "username")


@rule(
    "OIC-306",
    "Email addresses are unique",
    enforced_by=(EnforcementPoint.DOCTOR,),
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
    return _again(emails, str.casefold, "email")


@rule(
    "OIC-316",
    "External ids are unique",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="AWS SCIM API: externalId is unique in the identity store and must be something that "
    "never changes (docs/research/scim.md#attributes)",
    remedy="map externalId to the Okta user's id.",
    good=("00u1", "00u2"),
    bad=("00u1", "00u1"),
)
def unique_external_ids(external_ids: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the external ids that Okta sends, or that AWS has."""
    return _again(external_ids, str, "external id")
