"""Bindings of provisioning: the connection's Base URL, password sync, the profile mapping."""

from collections.abc import Callable
from functools import partial

from okta_idc.rules import app_drift, endpoints, profile_mappings
from okta_idc.rules.binding import Location, Subject

from .binding import Subjects, of_resource, of_stack, subject
from .properties import Inputs
from .stack_graph import OTHER_APPS, Stack

CONNECTION = "okta:app/connection:Connection"
FEATURES = "okta:app/features:Features"
MAPPING = "okta:profile/mapping:Mapping"


@of_resource(endpoints.scim_endpoint, types=[CONNECTION])
def base_url(connection: Inputs) -> Subjects:
    """A connection does not show which app it belongs to: only AWS's addresses are checked."""
    url = connection.text("baseUrl")
    aws = ("amazonaws.", "api.aws", "aws.amazon.")
    if url is not None and any(name in url.casefold() for name in aws):
        yield Subject(url, Location("baseUrl"))


@of_stack(app_drift.password_sync_disabled, config=OTHER_APPS)
def password(stack: Stack) -> Subjects:
    for _, each in stack.of_apps(FEATURES):
        update = each.values.inner("capabilities").inner("update")
        yield from subject(lambda u=update: u.inner("password").text("status"), each.location)


def _each_mapping(read: Callable[[Inputs], object], stack: Stack) -> Subjects:
    """The subject that `read` makes of each attribute mapped from Okta to an app. The target of a
    mapping from an app to Okta is a user type (oty…)."""
    for target, each in stack.of_apps(MAPPING, name="targetId"):
        if not target.startswith("oty"):
            for inputs in each.values.each("mappings"):
                yield from subject(partial(read, inputs), each.at("mappings"))


def _target(inputs: Inputs) -> dict[str, object] | None:
    name = inputs.text("id")
    return None if name is None else {name: inputs.text("expression")}


def _mapped(inputs: Inputs) -> profile_mappings.ProfileMapping | None:
    name = inputs.text("id")
    if name is None:
        return None
    pushed = inputs.text("pushStatus") == "PUSH"
    return {name: profile_mappings.Mapped(inputs.text("expression"), pushed)}


of_stack(profile_mappings.roles, profile_mappings.unsupported, config=OTHER_APPS)(
    partial(_each_mapping, _target)
)
of_stack(profile_mappings.mapping_is_pushed, profile_mappings.expression_is_one, config=OTHER_APPS)(
    partial(_each_mapping, _mapped)
)
