"""People assigned to the app one by one (docs/research/aws-setup-page.md#step-3).

Owns one assignment a person, found by login or id, and no others. AWS recommends groups, and so
does the policy pack (OIC-209): this is for the few who belong to none.

The provider wants each one's user name in the app (terraform-provider-okta,
resource_okta_app_user), so it is worked out from the app's username format.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, Resource, ResourceOptions

from okta_idc.okta_expression import OKTA_ATTRIBUTES, Unknown, username_of
from okta_idc.rules import assignments as rules

from .. import _options
from .._errors import ValidationError, raise_findings

_PEOPLE_PER_CALL = 25  # keeps the URL well under the usual 8 kB


class UserArgs(TypedDict):
    """One person; either `login` or `id` is given."""

    login: NotRequired[str]
    """The username in Okta."""
    id: NotRequired[str]
    """The id in Okta, 00u…"""
    user_name: NotRequired[str]
    """In AWS. Default: what the app's username format makes of the person."""
    import_id: NotRequired[str]
    """Takes over an assignment that is there: `app id/user id`."""


@dataclass(frozen=True)
class User:
    """A person who is there, and the app's user name."""

    id: str
    user_name: str


class UserAssignmentsArgs(TypedDict):
    """Inputs of UserAssignments."""

    app_id: Input[str]
    """From the ProvisioningGate, so that nobody is assigned while provisioning is off."""
    people: Sequence[UserArgs]
    found: Output[dict[str, User]]
    """From find_users."""
    after: NotRequired[Sequence[Resource]]
    """What must be in place before anybody is provisioned."""
    protect: NotRequired[bool]
    """Default: false. True: an assignment cannot be removed without lifting the protection."""


class UserAssignments(pulumi.ComponentResource):
    """One assignment for each person."""

    assignments: list[okta.app.User]

    def __init__(
        self, name: str, args: UserAssignmentsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:UserAssignments", name, {}, opts)
        found = args["found"]
        self.assignments = [
            okta.app.User(
                f"{name}-{key}",
                app_id=args["app_id"],
                user_id=found.apply(lambda known, key=key: known[key].id),
                username=found.apply(lambda known, key=key: known[key].user_name),
                opts=_options.options(
                    ResourceOptions(parent=self, depends_on=list(args.get("after", []))),
                    person.get("import_id"),
                    args.get("protect", False),
                ),
            )
            for key, person in ((called(person), person) for person in args["people"])
        ]
        self.register_outputs({})


def called(person: UserArgs) -> str:
    """What the person is called here: the login in small letters, or the id. Resources have this
    name, and one that Okta takes for the same must not be another: it would be removed again."""
    return _given(person).lower() if "login" in person else _given(person)


def _given(person: UserArgs) -> str:
    return person.get("login") or person.get("id") or ""


def ids_of(people: Mapping[str, User]) -> dict[str, str]:
    """Okta's ids by what each is called."""
    return {called: person.id for called, person in people.items()}


def find_users(
    people: Sequence[UserArgs], template: str, opts: InvokeOutputOptions | None = None
) -> Output[dict[str, User]]:
    """Id and user name by what each is called; a call for every 25.

    Fails with ValidationError (OIC-213) for whom Okta does not know, and for whom the user name
    cannot be worked out.
    """
    asked = [_search(person) for person in people]
    chunks = [asked[i : i + _PEOPLE_PER_CALL] for i in range(0, len(asked), _PEOPLE_PER_CALL)]
    answers = [
        okta.user.get_users_output(
            searches=[okta.user.GetUsersSearchArgs(expression=" or ".join(chunk))], opts=opts
        )
        for chunk in chunks
    ]

    def judge(read: Sequence[okta.user.GetUsersResult]) -> dict[str, User]:
        there = {
            key: user
            for part in read
            for user in part.users
            for key in (user.id, user.login.lower())
        }
        places = {f"assign_people[{i}]": _given(person) for i, person in enumerate(people)}
        statuses = {key: user.status for key, user in there.items()}
        raise_findings(rules.person_exists(rules.WantedPeople(places, statuses)))
        return {
            called(person): _named(place, person, there, template)
            for place, person in zip(places, people, strict=True)
        }

    return Output.all(*answers).apply(judge)


def _search(person: UserArgs) -> str:
    field = "profile.login" if "login" in person else "id"
    return f"{field} eq {json.dumps(_given(person), ensure_ascii=False)}"


def _named(
    place: str, person: UserArgs, there: Mapping[str, okta.user.outputs.GetUsersUserResult],
    template: str,
) -> User:  # fmt: skip
    key = called(person)
    user = there[key]
    profile = {**json.loads(user.custom_profile_attributes or "{}")}
    profile |= {name: getattr(user, _snake(name)) for name in OKTA_ATTRIBUTES}
    name = person.get("user_name") or username_of(template, profile)
    if isinstance(name, Unknown):
        raise ValidationError(
            f"{place}: {_given(person)!r}: the username cannot be derived from {template!r}: "
            f"{name.reason} Fix: set it: {{login: …, user_name: …}}."
        )
    return User(user.id, name)


def _snake(camel: str) -> str:
    return re.sub(r"(?<=.)([A-Z])", lambda match: f"_{match[1].lower()}", camel)
