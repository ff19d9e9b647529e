"""Bindings of provisioning: the connection's Base URL, password sync, the profile mapping."""

from collections.abc import Callable
from functools import partial

from okta_idc.rules import app_drift, endpoints, mapping_targets, profile_mappings

from .binding import Subjects, of_stack, subject
from .properties import Inputs
from .stack_graph import OTHER_APPS, Resource, Stack

CONNECTION = "okta:app/connection:Connection"
FEATURES = "okta:app/features:Features"
MAPPING = "okta:profile/mapping:Mapping"


@of_stack(endpoints.scim_endpoint, endpoints.endpoint_known, config=OTHER_APPS)
def base_url(stack: Stack) -> Subjects:
    """The connections of the stack's apps for IAM Identity Center, and every other connection with
    an address of AWS: the ID alone does not show what an app is for."""
    ours = {stack.id_of(each) for each in stack.federating()}
    for app, each in stack.of_apps(CONNECTION, name="idProperty"):
        read = partial(_url, each.values, app in ours)
        yield from subject(read, each.at("baseUrl"))


def _url(connection: Inputs, ours: bool) -> str | None:
    url = connection.text("baseUrl")
    return url if url is None or ours or endpoints.is_of_aws(url) else None


@of_stack(app_drift.password_sync_disabled, config=OTHER_APPS)
def password(stack: Stack) -> Subjects:
    for _, each in stack.of_apps(FEATURES):
        update = each.values.inner("capabilities").inner("update")
        yield from subject(lambda u=update: u.inner("password").text("status"), each.location)


def _each_mapping(read: Callable[[Inputs], object], stack: Stack) -> Subjects:
    """The subject that `read` makes of each attribute mapped from Okta to an app."""
    for _, each in mappings_to_apps(stack):
        for inputs in each.values.each("mappings"):
            yield from subject(partial(read, inputs), each.at("mappings"))


def mappings_to_apps(stack: Stack) -> list[tuple[str, Resource]]:
    """The profile mappings from Okta to apps, with the app's ID. The target of a mapping from an
    app to Okta is a user type (oty…)."""
    found = stack.of_apps(MAPPING, name="targetId")
    return [(target, each) for target, each in found if not target.startswith("oty")]


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
of_stack(
    profile_mappings.mapping_is_pushed,
    profile_mappings.expression_is_one,
    profile_mappings.maps_the_okta_user,
    mapping_targets.target_exists,
    config=OTHER_APPS,
)(partial(_each_mapping, _mapped))
