"""The steps of each experiment in contract.py: a function of the lab that returns what it found.

An observation that the contract does not list is `unforeseen`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from okta_idc.clients.json_path import Json, get_list, get_object, get_path, get_text
from okta_idc.clients.okta import Answer
from okta_idc.probe.contract import APP_USER_ATTRIBUTES, FEATURES, SCIM_USER_ATTRIBUTES
from okta_idc.probe.lab import USER, Lab, NotTriedError, connection_of, created
from okta_idc.probe.record import UNFORESEEN
from okta_idc.probe.removal import remove_mappings


@dataclass(frozen=True)
class Observation:
    """An outcome, with the status and the error code of the deciding answer, if any."""

    outcome: str
    status: int | None = None
    code: str = ""


Steps = Callable[[Lab], Awaitable[Observation | str]]
STEPS: dict[str, Steps] = {}
"""By the experiment's ID, which is the function's name."""
_RULES = "/api/v1/groups/rules"
_NOBODY = 'user.title == "okta-idc-probe"'
"""An expression that matches no user."""


def _steps(function: Steps) -> Steps:
    STEPS[function.__name__] = function
    return function


def _answered(answer: Answer, refused: str, accepted: str) -> Observation:
    """A refusal (4xx) or an acceptance (2xx)."""
    outcome = accepted if answer.is_success else UNFORESEEN
    if 400 <= answer.status < 500:
        outcome = refused
    return Observation(outcome, answer.status, answer.code)


@_steps
async def connections(lab: Lab) -> Observation | str:
    read, write = await lab.connection()
    return Observation(connection_of(read, write), write.status, write.code)


@_steps
async def features_api(lab: Lab) -> Observation | str:
    app = await lab.provisioned()
    agrees = app.features_api == (app.connection == "supported")
    return "as_connection" if agrees else "unlike_connection"


@_steps
async def app_features(lab: Lab) -> Observation | str:
    app = await lab.provisioned()
    listed = get_list(await lab.ok("GET", f"/api/v1/apps/{app.id}"), "features")
    shown = frozenset(map(str, listed))
    if shown == FEATURES:
        return "four"
    return "more" if shown > FEATURES else "fewer" if shown < FEATURES else UNFORESEEN


@_steps
async def full_push(lab: Lab) -> Observation | str:
    person, app, group = await lab.person(), await lab.provisioned(), await lab.group()
    await lab.ok("PUT", f"/api/v1/groups/{group}/users/{person.id}")
    name = lab.name("pushed")
    mapping = created(await lab.post_mapping(app, group, targetGroupName=name))
    path = f"{lab.mappings(app)}/{mapping}"

    async def status() -> str:
        return get_text(await lab.ok("GET", path), "status")

    async def pushed() -> bool:
        target = await lab.scim_group_named(name)
        return bool(target) and await lab.is_scim_member(target, person.scim_id)

    async def over() -> bool:
        return await pushed() or await status() == "ERROR"

    if not await lab.access.until(over) or await status() == "ERROR":
        return "replace"  # AWS refuses it, or ignores it
    other, target = await lab.scim_user(), await lab.scim_group_named(name)
    await lab.change_members(target, "add", other)
    for to in ("INACTIVE", "ACTIVE"):
        await lab.ok("PATCH", path, {"status": to})
    await lab.access.settle()
    kept = await lab.is_scim_member(target, other) and await status() != "ERROR"
    return "add" if kept else "replace"


@_steps
async def member_replace(lab: Lab) -> Observation | str:
    group = await lab.scim_group(lab.name("members"))
    first, second = await lab.scim_user(), await lab.scim_user()
    await lab.change_members(group, "add", first)
    status = await lab.change_members(group, "replace", second)
    stays = await lab.is_scim_member(group, first), await lab.is_scim_member(group, second)
    if status >= 300:
        return Observation("reject" if stays == (True, False) else UNFORESEEN, status)
    return {(True, False): "noop204", (False, True): "apply"}.get(stays, UNFORESEEN)


async def _unlinked_target(lab: Lab) -> tuple[str, str]:
    """Name and ID of a group of the app to which nothing is pushed any more."""

    async def make() -> tuple[str, str]:
        app, group, name = await lab.provisioned(), await lab.group(), lab.name("target")
        mapping = await lab.post_mapping(app, group, targetGroupName=name)
        ident, target = created(mapping), get_text(mapping.body, "targetGroupId")
        await lab.access.until(lambda: _pushed(lab, name))
        await lab.delete_mapping(app, ident, target=False)
        return name, target

    return await lab.shared("unlinked target", make)


async def _pushed(lab: Lab, name: str) -> bool:
    return bool(await lab.scim_group_named(name))


@_steps
async def push_by_name(lab: Lab) -> Observation | str:
    app, (name, target) = await lab.provisioned(), await _unlinked_target(lab)
    answer = await lab.post_mapping(app, await lab.group(), targetGroupName=name)
    if not answer.is_success:
        return _answered(answer, "refused", "")
    linked = get_text(answer.body, "targetGroupId") == target
    await lab.delete_mapping(app, created(answer), target=not linked)
    return Observation("linked" if linked else UNFORESEEN, answer.status)


@_steps
async def push_by_id(lab: Lab) -> Observation | str:
    app, (_, target) = await lab.provisioned(), await _unlinked_target(lab)
    answer = await lab.post_mapping(app, await lab.group(), targetGroupId=target)
    return _answered(answer, "refused", "linked")


@_steps
async def push_app_groups(lab: Lab) -> Observation | str:
    app = await lab.provisioned()
    listed = await lab.okta.every("/api/v1/groups", filter='type eq "APP_GROUP"', limit=200)
    ours = await lab.okta.every("/api/v1/apps", q=lab.mark, limit=200)
    own = {each.get("id") for each in ours}
    others = (each for each in listed if get_object(each, "source").get("id") not in own)
    if (source := next(others, None)) is None:
        raise NotTriedError("needs_group_of_other_app")
    answer = await lab.post_mapping(
        app, str(source["id"]), targetGroupName=lab.name("app-group"), status="INACTIVE"
    )
    return _answered(answer, "refuse", "accept")


async def _failed_mapping(lab: Lab) -> tuple[str, Json]:
    """Path and body of a mapping whose push AWS refuses: it already has a group of this name."""

    async def make() -> tuple[str, Json]:
        app, name = await lab.provisioned(), lab.name("taken")
        await lab.scim_group(name)
        mapping = created(await lab.post_mapping(app, await lab.group(), targetGroupName=name))
        path = f"{lab.mappings(app)}/{mapping}"

        async def failed() -> bool:
            body = await lab.ok("GET", path)
            return body.get("status") == "ERROR" or bool(body.get("errorSummary"))

        await lab.access.until(failed)
        return path, await lab.ok("GET", path)

    return await lab.shared("failed mapping", make)


@_steps
async def mapping_error(lab: Lab) -> Observation | str:
    _, body = await _failed_mapping(lab)
    look = get_text(body, "status"), bool(body.get("errorSummary"))
    return {
        ("ERROR", True): "error_with_summary",
        ("ERROR", False): "error_without_summary",
        ("ACTIVE", True): "active_with_summary",
    }.get(look, UNFORESEEN)


@_steps
async def error_retry(lab: Lab) -> Observation | str:
    path, body = await _failed_mapping(lab)
    if body.get("status") != "ERROR" and not body.get("errorSummary"):
        raise NotTriedError("needs_other_experiment")
    answer = await lab.okta.answer("PATCH", path, {"status": "ACTIVE"})
    return _answered(answer, "refused", "accepted")


@_steps
async def app_deletion(lab: Lab) -> Observation | str:
    person, app = await lab.person(), await lab.provisioned()
    if not (await lab.scim_user_named(person.login)).get("active"):
        raise NotTriedError("needs_provisioned_user")
    await remove_mappings(lab.okta, f"/api/v1/apps/{app.id}")
    await lab.ok("POST", f"/api/v1/apps/{app.id}/lifecycle/deactivate")
    await lab.ok("DELETE", f"/api/v1/apps/{app.id}")
    await lab.access.settle()
    user = await lab.scim_user_named(person.login)
    if not user:
        return "users_deleted"
    return "users_kept" if user.get("active") else "users_deactivated"


@_steps
async def individual_unassignment(lab: Lab) -> Observation | str:
    app, group = await lab.app(), await lab.group()
    user, _ = await lab.member(group)
    await lab.ok("PUT", f"/api/v1/apps/{app}/groups/{group}", {})
    path = f"/api/v1/apps/{app}/users/{user}"

    async def assigned() -> bool:
        return (await lab.okta.answer("GET", path)).is_success

    if not await lab.access.until(assigned):
        raise NotTriedError("set_up_refused")
    answer = await lab.okta.answer("DELETE", path)
    if not answer.is_success:
        return _answered(answer, "refused", "")
    return Observation("ignored" if await assigned() else "removed", answer.status)


@_steps
async def default_priority(lab: Lab) -> Observation | str:
    app = await lab.app()
    found: list[object] = []
    for _ in range(2):
        body = await lab.ok("PUT", f"/api/v1/apps/{app}/groups/{await lab.group()}", {})
        found.append(body.get("priority"))
    known = {"next": [0, 1], "next_from_one": [1, 2], "zero": [0, 0]}
    return next((name for name, each in known.items() if each == found), UNFORESEEN)


async def _broken_rule(lab: Lab) -> tuple[str, Answer]:
    """Path of a rule whose group was deleted, and Okta's answer to a read of it."""

    async def make() -> tuple[str, Answer]:
        group = await lab.group()
        path = f"{_RULES}/{await lab.active_rule(_NOBODY, group)}"
        await lab.ok("DELETE", f"/api/v1/groups/{group}")

        async def changed() -> bool:
            answer = await lab.okta.answer("GET", path)
            return not answer.is_success or get_text(answer.body, "status") != "ACTIVE"

        await lab.access.until(changed)
        return path, await lab.okta.answer("GET", path)

    return await lab.shared("broken rule", make)


@_steps
async def rule_deleted_group(lab: Lab) -> Observation | str:
    _, answer = await _broken_rule(lab)
    if answer.status == 404:
        return Observation("rule_deleted", 404, answer.code)
    outcomes = {"INVALID": "invalid", "ACTIVE": "unchanged"}
    return Observation(outcomes.get(get_text(answer.body, "status"), UNFORESEEN), answer.status)


@_steps
async def rule_invalid_change(lab: Lab) -> Observation | str:
    path, answer = await _broken_rule(lab)
    if get_text(answer.body, "status") != "INVALID":
        raise NotTriedError("needs_other_experiment")
    answer = await lab.okta.answer("POST", f"{path}/lifecycle/deactivate")
    known = {400: "refused_400", 403: "refused_403"}
    outcome = "accepted" if answer.is_success else known.get(answer.status, UNFORESEEN)
    return Observation(outcome, answer.status, answer.code)


@_steps
async def rule_active_update(lab: Lab) -> Observation | str:
    rule = await lab.active_rule(_NOBODY, await lab.group())
    body = await lab.ok("GET", f"{_RULES}/{rule}")
    keys = ("type", "name", "conditions", "actions")
    changed = {key: body.get(key) for key in keys} | {"name": f"{get_text(body, 'name')}-2"}
    return _answered(
        await lab.okta.answer("PUT", f"{_RULES}/{rule}", changed), "refused", "accepted"
    )


@_steps
async def rule_manual_removal(lab: Lab) -> Observation | str:
    group, (user, login) = await lab.group(), await lab.user()
    rule = await lab.active_rule(f'user.login == "{login}"', group)
    if not await lab.access.until(lambda: lab.is_member(group, user)):
        raise NotTriedError("set_up_refused")
    await lab.ok("DELETE", f"/api/v1/groups/{group}/users/{user}")
    body = await lab.ok("GET", f"{_RULES}/{rule}")
    excluded = get_list(body, "conditions", "people", "users", "exclude")
    return "excluded" if user in excluded else "not_excluded"


@_steps
async def rule_earlier_members(lab: Lab) -> Observation | str:
    group = await lab.group()
    user, login = await lab.member(group)
    await lab.active_rule(f'user.login == "{login}" and user.title == "before"', group)
    await lab.access.settle()
    await lab.ok("POST", f"/api/v1/users/{user}", {"profile": {"title": "after"}})
    await lab.access.settle()
    return "kept" if await lab.is_member(group, user) else "removed"


async def _expression(lab: Lab, expression: str) -> Observation:
    answer = await lab.post_rule(expression, await lab.group())
    return _answered(answer, "refused", "accepted")


@_steps
async def rule_ternary(lab: Lab) -> Observation | str:
    return await _expression(lab, 'user.title == "okta-idc-probe" ? true : false')


@_steps
async def rule_user_status(lab: Lab) -> Observation | str:
    return await _expression(lab, 'user.status == "OKTA-IDC-PROBE"')


@_steps
async def rule_name_limit(lab: Lab) -> Observation | str:
    name = lab.name("rule").ljust(51, "x")
    answer = await lab.post_rule(_NOBODY, await lab.group(), name)
    return _answered(answer, "refused", "accepted")


@_steps
async def deactivated_user_groups(lab: Lab) -> Observation | str:
    group = await lab.group()
    user, _ = await lab.member(group)
    await lab.ok("POST", f"/api/v1/users/{user}/lifecycle/deactivate", None, sendEmail="false")
    return "kept" if await lab.is_member(group, user) else "removed"


@_steps
async def group_user_count(lab: Lab) -> Observation | str:
    group = await lab.group()
    user, _ = await lab.member(group)
    await lab.ok("POST", f"/api/v1/users/{user}/lifecycle/suspend")
    listed = await lab.okta.every("/api/v1/groups", q=lab.mark, expand="stats", limit=200)
    stats = [get_object(e, "_embedded", "stats") for e in listed if e.get("id") == group]
    count = get_text(stats[0], "usersCount") if stats else ""
    return {"1": "all_statuses", "0": "active_only"}.get(count, UNFORESEEN)


@_steps
async def unknown_cursor(lab: Lab) -> Observation | str:
    answer = await lab.okta.answer("GET", "/api/v1/groups", limit=1, after="okta-idc-probe")
    accepted = "first_page" if answer.body else "empty_page"
    return _answered(answer, "refused", accepted)


@_steps
async def limit_above_maximum(lab: Lab) -> Observation | str:
    path = f"/api/v1/apps/{await lab.app()}/groups"
    return _answered(await lab.okta.answer("GET", path, limit=100_000), "refused", "capped")


@_steps
async def trailing_slash(lab: Lab) -> Observation | str:
    answer = await lab.okta.answer("GET", "/api/v1/groups/", limit=1)
    found = _answered(answer, "not_found", "ignored")
    return found if answer.status in (200, 404) else Observation(UNFORESEEN, answer.status)


async def _sign_on(lab: Lab, key: str, value: object) -> Observation:
    """Whether a new app keeps a key of `signOn`."""
    name = lab.name("app")
    body = lab.app_body(name, {key: value})
    answer = await lab.post("app", name, "/api/v1/apps", body)
    if not answer.is_success:
        return _answered(answer, "refused", "")
    app = await lab.ok("GET", f"/api/v1/apps/{created(answer)}")
    kept = get_object(app, "settings", "signOn").get(key)
    return Observation("kept" if kept else "ignored", answer.status)


@_steps
async def second_acs_url(lab: Lab) -> Observation | str:
    url = "https://us-east-1.signin.aws.amazon.com/platform/saml/acs/okta-idc-probe"
    return await _sign_on(lab, "acsEndpoints", [{"index": 0, "url": url}])


@_steps
async def unknown_sign_on_key(lab: Lab) -> Observation | str:
    return await _sign_on(lab, "oktaIdcProbe", "okta-idc-probe")


@_steps
async def wrong_type(lab: Lab) -> Observation | str:
    name = lab.name("app")
    answer = await lab.post("app", name, "/api/v1/apps", lab.app_body(name, notes={"admin": 7}))
    return _answered(answer, "refused", "ignored")


async def _features(lab: Lab) -> str:
    """Path of the features API, where it is available."""
    app = await lab.provisioned()
    if not app.features_api:
        raise NotTriedError("needs_features_api")
    return f"/api/v1/apps/{app.id}/features"


@_steps
async def unknown_feature(lab: Lab) -> Observation | str:
    answer = await lab.okta.answer("GET", f"{await _features(lab)}/OKTA_IDC_PROBE")
    known = {404: "not_found", 400: "refused"}
    return Observation(known.get(answer.status, UNFORESEEN), answer.status, answer.code)


@_steps
async def unknown_capability(lab: Lab) -> Observation | str:
    body = {"update": {"oktaIdcProbe": {"status": "DISABLED"}}}
    answer = await lab.okta.answer("PUT", f"{await _features(lab)}/USER_PROVISIONING", body)
    return _answered(answer, "refused", "ignored")


async def _mapped(lab: Lab) -> Json:
    """The properties in the profile mapping of a new app; empty if it has no mapping."""
    app = await lab.app()
    listed = await lab.okta.every("/api/v1/mappings", targetId=app, limit=200)
    mapping = next((each for each in listed if get_object(each, "target").get("id") == app), None)
    if mapping is None:
        return {}
    found = await lab.ok("GET", f"/api/v1/mappings/{mapping['id']}")
    return get_object(found, "properties")


@_steps
async def profile_mapping_defaults(lab: Lab) -> Observation | str:
    properties = await _mapped(lab)
    if not properties:
        return UNFORESEEN
    same = all(get_text(each, "expression") == f"user.{key}" for key, each in properties.items())
    return "same_names" if same else "other_expressions"


@_steps
async def app_user_attributes(lab: Lab) -> Observation | str:
    properties = await _mapped(lab)
    if not properties:
        return UNFORESEEN
    found = {*properties} - {"userName"}  # an org may have it in the mapping or apart from it
    return "supported" if found == {*APP_USER_ATTRIBUTES} else "others"


@_steps
async def policy_priority(lab: Lab) -> Observation | str:
    name = lab.name("policy")
    body = {"type": "ACCESS_POLICY", "name": name, "description": "Temporary", "priority": 7}
    answer = await lab.post("policy", name, "/api/v1/policies", body)
    if not answer.is_success:
        raise NotTriedError("set_up_refused")
    return "kept" if answer.body.get("priority") == 7 else "renumbered"


@_steps
async def scim_filter_id(lab: Lab) -> Observation | str:
    user = await lab.scim_user()
    status, page = await lab.scim("GET", "/Users", filter=f'id eq "{user}"')
    if status >= 300:
        return Observation("refused", status)
    found = [get_text(each, "id") for each in get_list(page, "Resources")]
    return Observation("found" if found == [user] else UNFORESEEN, status)


def _scim_answered(status: int, refused: str, accepted: str) -> Observation:
    return Observation(refused if status >= 400 else accepted, status)


@_steps
async def scim_partial_address(lab: Lab) -> Observation | str:
    address = {"country": "US", "type": "work", "primary": True}
    status, _ = await lab.post_scim_user(addresses=[address])
    return _scim_answered(status, "refused", "accepted")


@_steps
async def scim_user_name_case(lab: Lab) -> Observation | str:
    name = lab.name("aws-user")
    if (await lab.post_scim_user(f"{name}-case@example.com"))[0] >= 300:
        raise NotTriedError("set_up_refused")
    status, _ = await lab.post_scim_user(f"{name}-CASE@example.com")
    return _scim_answered(status, "ignored", "distinguished")


@_steps
async def scim_meta_location(lab: Lab) -> Observation | str:
    status, body = await lab.post_scim_user()
    if status >= 300:
        raise NotTriedError("set_up_refused")
    return "present" if get_text(body, "meta", "location") else "absent"


@_steps
async def scim_schemas(lab: Lab) -> Observation | str:
    status, page = await lab.scim("GET", "/Schemas")
    if not 200 <= status < 300:
        return Observation("absent" if 400 <= status < 500 else UNFORESEEN, status)
    listed = [each for each in get_list(page, "Resources") if get_text(each, "id") == USER]
    names = {get_text(item, "name") for each in listed for item in get_list(each, "attributes")}
    return Observation("supported" if {*names} == {*SCIM_USER_ATTRIBUTES} else "others", status)


@_steps
async def scim_provider_config(lab: Lab) -> Observation | str:
    status, config = await lab.scim("GET", "/ServiceProviderConfig")
    if status >= 300 or not config:
        return Observation(UNFORESEEN, status)
    features = [get_path(config, each, "supported") for each in ("changePassword", "etag", "sort")]
    none = features == [False] * 3 and get_path(config, "filter", "maxResults") == 50
    return Observation("none" if none else "others", status)
