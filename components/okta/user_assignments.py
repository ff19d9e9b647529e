"""User assignments: Okta users assigned to the app individually.

Manages one assignment per user and no others. AWS recommends groups, and the policy pack reports
individual assignments (OIC-209): they are for the few users who belong to no group.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, ResourceOptions
from pulumi.provider.experimental.util import camel_case

from okta_idc.okta_expression import OKTA_ATTRIBUTES, Unknown, username_of
from okta_idc.rules import assignments as rules
from okta_idc.settings.models import User

from .._args import check_args, check_distinct
from .._errors import ValidationError, caught, raise_caught, raise_findings
from .._lookup_errors import readable
from .._options import child_of, options
from .._outputs import output_dict
from .._renames import Renames
from .._stack_traces import shorten_stack_traces
from .._state import USER_ASSIGNMENT, read_state

_USERS_PER_CALL = 25  # keeps the URL well below the usual limit of 8 kB


class AssignedUser(TypedDict):
    """One user to assign."""

    name: str
    """Login in lower case, or ID; the resource is named after it."""
    user_id: Input[str]
    """ID of the user in Okta, `00u…`."""
    username: Input[str]
    """Username in the app, the SCIM userName in AWS."""
    import_id: NotRequired[str | None]
    """Imports and protects an existing assignment: `APP_ID/USER_ID`."""


class UserAssignmentsArgs(TypedDict):
    app_id: Input[str]
    """ID of the app in Okta."""
    users: list[AssignedUser]
    """Users to assign."""
    protect: NotRequired[bool]
    """Protects the assignments from deletion. Default: true."""


class UserAssignments(pulumi.ComponentResource):
    """One assignment per user."""

    user_ids: Output[dict[str, str]]
    """Okta user IDs by name, once assigned."""

    @shorten_stack_traces
    def __init__(
        self, name: str, args: UserAssignmentsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:UserAssignments", name, {}, opts)
        check_args(UserAssignmentsArgs, args)
        check_distinct("users", args["users"], "user_id")
        child, protect = child_of(self, opts), args.get("protect", True)
        names = {user["name"]: f"{name}-{user['name']}" for user in args["users"]}
        renames = Renames(read_state(self), USER_ASSIGNMENT, f"{name}-", names.values())
        assignments = {
            user["name"]: okta.app.User(
                (full := names[user["name"]]),
                app_id=args["app_id"],
                user_id=user["user_id"],
                username=user["username"],
                opts=options(
                    renames.options(child, full, userId=user["user_id"]),
                    user.get("import_id"),
                    protect,
                ),
            )
            for user in args["users"]
        }
        self.user_ids = output_dict({key: each.user_id for key, each in assignments.items()})
        self.register_outputs({"user_ids": self.user_ids})


@dataclass(frozen=True)
class OktaUser:
    """An existing user, and the username that the app gives them."""

    id: str
    username: str | Output[str]


def find_users(
    users: Sequence[User], username_format: str, opts: InvokeOutputOptions | None = None
) -> Output[dict[str, OktaUser] | ValidationError]:
    """The users by key, in one call per 25 users. A ValidationError for each user that Okta does
    not have (OIC-213), and for each username that cannot be determined."""
    fields = [("profile.login", user.login) if user.login else ("id", user.id) for user in users]
    terms = [f"{field} eq {json.dumps(text, ensure_ascii=False)}" for field, text in fields]
    chunks = [terms[i : i + _USERS_PER_CALL] for i in range(0, len(terms), _USERS_PER_CALL)]
    searches = [[okta.user.GetUsersSearchArgs(expression=" or ".join(each))] for each in chunks]
    answers = [readable(okta.user.get_users_output(searches=each, opts=opts)) for each in searches]

    @caught
    def match(read: Sequence[okta.user.GetUsersResult]) -> dict[str, OktaUser]:
        all_users = [user for part in read for user in part.users]
        found = {key: user for user in all_users for key in (user.id, user.login.lower())}
        paths = {
            f"assignments.users[{i}]": user.login or user.id or "" for i, user in enumerate(users)
        }
        statuses = {key: user.status for key, user in found.items()}
        exist = caught(raise_findings)(rules.user_exists(rules.WantedUsers(paths, statuses)))
        assigned = {
            user.key: caught(_assigned)(path, user, found[user.key], username_format)
            for path, user in zip(paths, users, strict=True)
            if user.key in found
        }
        raise_caught(exist, *assigned.values())
        return {key: each for key, each in assigned.items() if isinstance(each, OktaUser)}

    return Output.all(*answers).apply(match)


def _assigned(
    path: str, user: User, existing: okta.user.outputs.GetUsersUserResult, username_format: str
) -> OktaUser:
    profile = json.loads(existing.custom_profile_attributes or "{}")
    standard = {camel_case(key): value for key, value in dict[str, Any](existing).items()}
    profile |= {name: standard[name] for name in OKTA_ATTRIBUTES}
    username = user.username or username_of(username_format, profile)
    if isinstance(username, Unknown):
        message = (
            f"cannot determine the username of {user.key!r} from the format {username_format!r}. "
            "Set it: {login: …, username: …}."
        )
        raise ValidationError.at(path, message)
    return OktaUser(existing.id, username)
