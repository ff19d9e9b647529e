"""Checks the rules that need only the settings, or only the arguments of one component.

A value that is not plain data is unknown: it is an Output, or has a fault of its own
(`okta_idc.settings.partial`). A rule is checked on what is known, and not at all if the unknown
value could change its result.
"""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from okta_idc.rules import (
    Finding,
    access_selection,
    account_access,
    assignments,
    attribute_statements,
    attributes,
    endpoints,
    fleet,
    group_rules,
    groups,
    instance_attributes,
    mapping_targets,
    permission_sets,
    policy_conditions,
    policy_grammar,
    policy_tags,
    profile_mappings,
    stack_file,
    uniqueness,
    user_names,
)
from okta_idc.rules.group_name_patterns import parsed
from okta_idc.rules.registry import Rule, join_path, repeated
from okta_idc.rules.stack_file import Entries, Keys, NamedResource, is_plain
from okta_idc.rules.suggestions import closest
from okta_idc.settings.expressions import group_rules as declared_rules
from okta_idc.settings.expressions import groups_to_create
from okta_idc.settings.models import (
    DEFAULT_ATTRIBUTES,
    AccountAccess,
    AccountAssignments,
    GroupSource,
    Node,
    PermissionSet,
    StacksByAccount,
    StacksByName,
    TokenExpiryAlarm,
)
from okta_idc.settings.partial import Unknown
from okta_idc.settings.parts import PREFIXES, listed_names, part_of
from okta_idc.settings.settings import Settings

Found = Iterator[tuple[str, list[Finding]]]
"""Findings, with the path that their paths are relative to."""


def findings(settings: Settings) -> Found:
    """All findings. The components check values that are not known yet."""
    app = settings.app
    for path, text, rule in (
        ("app.acs_url", app.acs_url, endpoints.acs_url),
        ("app.issuer_url", app.issuer_url, endpoints.issuer_url),
        ("app.username_format", app.username_format, user_names.user_name_template),
    ):
        yield path, rule(text) if isinstance(text, str) else []
    mapped = {
        name: profile_mappings.Mapped(text, push=True)
        for name, text in _known(settings.profile_mappings).items()
        if isinstance(text, str)
    }
    yield "profile_mappings", profile_mappings.unsupported(mapped)
    for rule in (
        profile_mappings.expression_is_one,
        profile_mappings.maps_the_okta_user,
        mapping_targets.target_exists,
    ):
        yield "profile_mappings", rule(mapped)
    yield from statement_findings((each.key, each.value) for each in settings.attribute_statements)
    yield from _groups(settings)
    yield from _users(settings)
    yield from _imports(settings)
    yield from _group_rules(settings)
    for index, each in enumerate(settings.push_group_patterns):
        found = access_selection.pattern_is_valid(each.pattern) if is_plain(each.pattern) else []
        yield f"push_group_patterns[{index}].pattern", found
    yield from _account_access(settings)
    yield from _fleet(settings)
    if alarm := settings.token_expiry_alarm:
        for path, found in alarm_findings(alarm):
            yield join_path("token_expiry_alarm", path), found


def statement_findings(statements: Iterable[tuple[object, object]]) -> Found:
    """Findings by path on attribute statements, given as key and value. Unknown keys and values are
    not checked."""
    declared = tuple(
        attributes.Attribute(
            key if isinstance(key, str) else f"unknown {index}",
            value if isinstance(value, str) else "user.x",
        )
        for index, (key, value) in enumerate(statements)
    )
    for index, attribute in enumerate(declared):
        path = f"attribute_statements[{index}]"
        yield path, attributes.attribute_key(attribute)
        yield path, attributes.attribute_value(attribute)
        yield path, attributes.literal_is_allowed(attribute)
        yield path, attributes.value_is_not_empty(attribute)
        yield path, attributes.app_attribute(attribute)
        sent = attribute_statements.statement(attribute)
        too_long = attribute_statements.statement_lengths(sent)
        yield path, [each.renamed(lambda p: "key" if p == "name" else p) for each in too_long]
    yield "attribute_statements", attributes.unique_keys(declared)
    yield "attribute_statements", attributes.attribute_count(declared)


def _groups(settings: Settings) -> Found:
    assigned, pushed = settings.assignments, settings.push_groups
    for path, each in (("assignments.groups", assigned.groups), ("push_groups", pushed)):
        for index, group in enumerate(each):
            yield f"{path}[{index}]", _group_keys(group)
    names = _texts([group.name or group.create for group in pushed])
    for index, name in enumerate(names):
        if not _is_placeholder(name):
            yield f"push_groups[{index}]", groups.group_name(name)
    yield "push_groups", groups.group_names_differ(names)
    members = assigned.pushed_members_group
    combined = [*_keys(assigned.groups), *_texts([members.name] if members else [])]
    roles = groups.GroupRoles(tuple(combined), _keys(pushed))
    combined_path = f"assignments.groups[{len(assigned.groups)}]"
    for each in groups.listed_once(roles) + groups.one_role_per_group(roles):
        yield "", [each.renamed(lambda path: _MEMBERS if path == combined_path else path)]
    yield "assignments.groups", _priorities(settings)


def _group_keys(group: GroupSource) -> list[Finding]:
    keys = _keys_of(group)
    return stack_file.one_group_source(keys) + stack_file.group_keys_apply(keys) if keys else []


def _keys_of(node: Node) -> Keys | None:
    """The keys that have a value; None if the node as a whole is unknown."""
    values = dict(node)
    if all(isinstance(value, Unknown) for value in values.values()):
        return None
    unset = (None, False, "")
    given = (key for key, value in values.items() if not (is_plain(value) and value in unset))
    return Keys(frozenset(given))


def _priorities(settings: Settings) -> list[Finding]:
    declared = settings.assignments
    priorities = [group.priority for group in declared.groups]
    if not all(map(is_plain, priorities)):
        return []
    by_name = dict(zip(_keys(declared.groups), priorities, strict=True))
    if (members := declared.pushed_members_group) is not None:
        by_name |= dict.fromkeys(_texts([members.name]))
    return stack_file.priority_for_all(by_name)


def _users(settings: Settings) -> Found:
    assigned = settings.assignments
    for index, user in enumerate(assigned.users):
        if keys := _keys_of(user):
            yield f"assignments.users[{index}]", stack_file.one_user_source(keys)
    shown = _texts([user.login or user.id for user in assigned.users])
    yield "", _repeated("assignments.users", shown, tuple(map(str.lower, shown)))
    yield "", _user_names(settings)
    for index, user in enumerate(assigned.users):
        if isinstance(user.username, str):
            path = f"assignments.users[{index}].username"
            yield path, user_names.declared_user_name(user.username)
    members = assigned.pushed_members_group
    named = (*_keys(assigned.groups), *_texts([members.name] if members else []), *shown)
    confirmed = assignments.ConfirmedRemovals(named, _texts(assigned.confirm_deprovisioning))
    yield "", assignments.confirmed_is_not_assigned(confirmed)


def _user_names(settings: Settings) -> list[Finding]:
    """Findings on the usernames that the settings decide: declared ones, and logins."""
    by_login, users = settings.app.username_format == _LOGIN, settings.assignments.users
    names = [user.username or (user.login if by_login else None) for user in users]
    listed = _texts([user.login or user.id for user in users])
    for index, _ in repeated(map(str.lower, listed)):
        names[index] = None  # OIC-712 covers a user who is listed twice
    paths = {
        f"[{i}]": f"assignments.users[{i}]{'.username' if user.username else ''}"
        for i, user in enumerate(users)
    }
    found = uniqueness.unique_user_names(_texts(names))
    return [each.renamed(paths.__getitem__) for each in found]


def _imports(settings: Settings) -> Found:
    """Findings on IDs of existing resources, each of which only one resource can import."""
    assigned, access = settings.assignments, settings.account_access
    for key, lists in (
        (
            "import_id",
            {
                "assignments.groups": assigned.groups,
                "assignments.users": assigned.users,
                "push_groups": settings.push_groups,
                "account_access.permission_sets": access.permission_sets,
            },
        ),
        ("aws_group_id", {"push_groups": settings.push_groups}),
    ):
        places = {
            f"{path}[{index}].{key}": value
            for path, declared in lists.items()
            for index, each in enumerate(declared)
            if isinstance(value := getattr(each, key), str)
        }
        yield "", stack_file.no_repetition(Entries(tuple(places.items())))


def alarm_findings(alarm: TokenExpiryAlarm) -> Found:
    """Findings on the alarm's lists."""
    yield "", _repeated("emails", _texts(alarm.emails))
    days = [str(days) if is_plain(days) else days for days in alarm.days_before]
    yield "", _repeated("days_before", _texts(days))


def _group_rules(settings: Settings) -> Found:
    for path, group in groups_to_create(settings):
        if isinstance(group.rule, str):
            yield f"{path}.rule", condition_findings(group.rule)
    declared = [*declared_rules(settings)]
    found = group_rules.rule_names_differ(tuple(each.name for each in declared))
    paths = {f"[{index}]": each.path for index, each in enumerate(declared)}
    yield "", [finding.renamed(lambda path: paths[path]) for finding in found]


def condition_findings(condition: str) -> list[Finding]:
    """Findings on the condition of one group rule; one fault has one finding."""
    rules = (
        group_rules.condition_is_expression,
        group_rules.condition_is_allowed,
        group_rules.condition_is_boolean,
    )
    return next((found for rule in rules if (found := rule(condition))), list[Finding]())


def _fleet(settings: Settings) -> Found:
    """Findings on how the federation is divided among stacks."""
    if settings.fleet is None:
        return
    for kind, prefix in PREFIXES.items():
        cut = getattr(settings.fleet, kind)
        if not isinstance(cut, StacksByName | StacksByAccount):
            continue
        given = {key: value for key, value in dict(cut).items() if value not in (None, [])}
        if all(map(is_plain, given.values())):
            division = fleet.Division(tuple(given))
            yield f"fleet.{kind}", fleet.divided_in_one_way(division)
        parts: dict[str, tuple[str, ...]] = {}
        for name in filter(is_plain, listed_names(cut)):
            part = part_of(prefix, name)
            parts[part] = (*parts.get(part, ()), name)
        yield f"fleet.{kind}", fleet.stack_names_differ(fleet.Division((), parts))


def _account_access(settings: Settings) -> Found:
    access = settings.account_access
    patterns = parsed([each.pattern for each in settings.push_group_patterns])
    by_name = [n for _, n in _grants(access) if any(each.matches(n) for each in patterns)]
    pushed = (*_keys(settings.push_groups), *by_name)
    retiring = _keys(group for group in settings.push_groups if group.retire is True)
    for path, name in _grants(access):
        subject = account_access.AccessOfGroups((name,), (), retiring)
        yield (
            f"account_access.{path}",
            _whole(account_access.retiring_groups_have_no_access(subject)),
        )
    tags = _texts([statement.key for statement in settings.attribute_statements])
    if (control := settings.access_control_attributes) is not None:
        sources = _known(control.attributes or DEFAULT_ATTRIBUTES)
        for path, found in access_control_findings(sources, tags):
            yield path, found
        tags += tuple(sources) if is_plain(control.attributes) else _texts([control.attributes])
    for path, found in account_access_findings(access, pushed, tags):
        yield join_path("account_access", path), found


def access_control_findings(
    sources: Mapping[str, object], tags: tuple[str, ...],
    own: str = "access_control_attributes.attributes", tag: str = "attribute_statements[{}].key",
) -> Found:  # fmt: skip
    """Findings on attributes for access control. `tags`: keys of the attribute statements. `own`
    and `tag`: the paths of both."""
    for key, source in sources.items():
        attribute = instance_attributes.InstanceAttribute(key, str(source))
        found = instance_attributes.instance_source(attribute) if is_plain(source) else []
        yield f"{own}.{key}", _whole(found)
    feeds = instance_attributes.KeySources(tags, tuple(sources))
    yield (
        "",
        [
            each.renamed(lambda p: re.sub(r"saml\[(\d+)\]", lambda m: tag.format(m[1]), p))
            for each in instance_attributes.one_source_per_key(feeds)
        ],
    )


def account_access_findings(
    access: AccountAccess, pushed: tuple[str, ...], tags: tuple[str, ...]
) -> Found:
    """Findings on permission sets and assignments. `tags`: keys of the session tags."""
    names = _texts([declared.name for declared in access.permission_sets])
    yield "permission_sets", permission_sets.set_names_differ(names)
    for index, declared in enumerate(access.permission_sets):
        path = f"permission_sets[{index}]"
        for below, found in _permission_set(declared, tags):
            yield f"{path}{below}", found
    known = tuple(name for name in pushed if not _is_placeholder(name))
    names_of_groups = frozenset(known)
    for path, name in _grants(access):
        if name not in names_of_groups and not _could_be_pushed(name, pushed):
            subject = account_access.AccessOfGroups((name,), known)
            yield path, _whole(account_access.access_groups_are_pushed(subject))
    yield from _repetitions(access)


def _could_be_pushed(name: str, pushed: tuple[str, ...]) -> bool:
    """Whether a push group whose name is unknown could have this name, which no other has. A name
    that resembles another push group is taken for a misspelled one."""
    known = tuple(each for each in pushed if not _is_placeholder(each))
    return len(known) < len(pushed) and not closest(name, known)


def unjudged(settings: Settings) -> Iterator[Rule[Any]]:
    """The rules that a valid value may break, but that the invalid value of another key decides
    too. All other rules are checked on each valid value."""
    groups, access = settings.push_groups, settings.account_access
    grants = [name for _, name in _grants(access)]
    faulty = any(_is_faulty(group.name) for group in groups)
    if faulty and any(
        n not in _keys(groups) and _could_be_pushed(n, _keys(groups)) for n in grants
    ):
        yield account_access.access_groups_are_pushed
    if any(_is_faulty(group.retire) and group.key in grants for group in groups):
        yield account_access.retiring_groups_have_no_access
    priorities = [group.priority for group in settings.assignments.groups]
    if len(priorities) > 1 and any(map(_is_faulty, priorities)):
        yield stack_file.priority_for_all
    control = settings.access_control_attributes
    sources = {} if control is None else control.attributes
    keys = [each.key for each in settings.attribute_statements]
    known = tuple(k for k in (*_texts(keys), *_known(sources)) if not _is_placeholder(k))
    policies = [
        json.dumps(p) for s in access.permission_sets if isinstance(p := s.inline_policy, dict)
    ]
    if any(map(_is_faulty, (*keys, sources))) and any(
        policy_tags.tags_are_sent(policy_tags.PolicyAndTags(policy, known)) for policy in policies
    ):
        yield policy_tags.tags_are_sent


def _is_faulty(value: object) -> bool:
    """Whether the value is not valid; an Output is valid."""
    return isinstance(value, Unknown)


def _permission_set(declared: PermissionSet, tags: tuple[str, ...]) -> Found:
    inline = declared.inline_policy
    policy = json.dumps(inline) if isinstance(inline, dict) else None
    texts = declared.description, declared.session_duration, declared.relay_state
    known = [text if isinstance(text, str) else None for text in texts]
    managed = (*declared.managed_policies, *declared.customer_managed_policies)
    name = declared.name if is_plain(declared.name) else "unknown"
    subject = permission_sets.PermissionSet(name, known[0], known[1], known[2], policy, managed)
    for rule in (
        permission_sets.set_name, permission_sets.set_description,
        permission_sets.session_duration, permission_sets.relay_state,
        permission_sets.inline_policy_size, permission_sets.inline_policy_json,
        permission_sets.managed_policies,
    ):  # fmt: skip
        yield "", rule(subject)
    yield from _policy_references(declared)
    if policy is not None:
        for judge in (*policy_grammar.RULES, *policy_conditions.RULES):
            yield ".inline_policy", judge(policy)
    if policy is not None and not any(map(_is_placeholder, tags)):
        sent = policy_tags.tags_are_sent(policy_tags.PolicyAndTags(policy, tags))
        yield ".inline_policy", sent
    for below, each in declared.combinations():
        yield from _selectors(below, each)
        for number, account in enumerate(_texts(each.accounts)):
            if not _is_placeholder(account):
                assigned = account_access.Assignment("", name, account)
                yield f"{below}.accounts[{number}]", _whole(account_access.account_id(assigned))


def _selectors(path: str, declared: AccountAssignments) -> Found:
    """Findings on selectors that need no look-up."""
    excluded = declared.excluded_accounts
    for key, listed in (
        ("account_selectors", declared.account_selectors), ("excluded_accounts", excluded),
    ):  # fmt: skip
        for index, each in enumerate(listed):
            named = [key for key in _PROPERTIES if getattr(each, key)]
            subject = access_selection.Selector(tuple(named))
            found = access_selection.selector_names_property(subject)
            yield f"{path}.{key}[{index}]", found
    by_id = tuple(each.id for each in excluded if isinstance(each.id, str))
    exclusions = access_selection.Exclusions(
        tuple(account for account in declared.accounts if is_plain(account)),
        len(declared.account_selectors), len(excluded), by_id,
    )  # fmt: skip
    yield path, access_selection.exclusions_apply(exclusions)


def account_access_warnings(access: AccountAccess) -> Found:
    """Advisory findings on permission sets, which do not stop a deployment."""
    for index, declared in enumerate(access.permission_sets):
        if isinstance(inline := declared.inline_policy, dict):
            subject = policy_tags.PolicyAndTags(json.dumps(inline), ())
            path = f"permission_sets[{index}].inline_policy"
            yield path, policy_tags.deny_covers_missing_tag(subject)
            yield path, policy_tags.allow_requires_tag(subject)


def _policy_references(declared: PermissionSet) -> Found:
    aws, own = permission_sets.aws_managed_policy, permission_sets.customer_managed_policy
    for key, rule in (("managed_policies", aws), ("customer_managed_policies", own)):
        for index, policy in enumerate(_texts(getattr(declared, key))):
            if not _is_placeholder(policy):
                yield f".{key}[{index}]", rule(policy)
    boundary = declared.permissions_boundary
    if boundary and is_plain(boundary):
        # AccountAccess refers to an ARN as an AWS managed policy, and to others by path and name.
        yield ".permissions_boundary", (aws if boundary.startswith("arn:") else own)(boundary)


def _repetitions(access: AccountAccess) -> Found:
    """Entries that are listed twice, and resources that would have the same name."""
    for index, declared in enumerate(access.permission_sets):
        path = f"permission_sets[{index}]"
        for below, each in declared.combinations():
            for key in ("accounts", "groups"):
                yield "", _repeated(f"{path}{below}.{key}", _texts(getattr(each, key)))
        yield "", _repeated(f"{path}.managed_policies", _texts(declared.managed_policies))
        own = _texts(declared.customer_managed_policies)
        same = tuple(each.strip("/") for each in own)
        yield "", _repeated(f"{path}.customer_managed_policies", own, same)
    for index, application in enumerate(access.applications):
        yield "", _repeated(f"applications[{index}].groups", _texts(application.groups))
    arns = _texts([application.arn for application in access.applications])
    listed = Entries(tuple((f"applications[{i}].arn", arn) for i, arn in enumerate(arns)))
    yield "", stack_file.no_repetition(listed)
    by_path: dict[str, Finding] = {}
    for finding in stack_file.names_differ(tuple(access_resources(access))):
        by_path.setdefault(finding.path, finding)  # one for all accounts
    yield "", list(by_path.values())


def access_resources(access: AccountAccess) -> Iterator[NamedResource]:
    """The policies and assignments with the names that components/aws/account_access.py gives them
    after its own; entries that are listed twice, only once."""
    for index, name in _each_once(_texts([each.name for each in access.permission_sets])):
        declared, path = access.permission_sets[index], f"permission_sets[{index}]"
        assigned: dict[tuple[str, str], str] = {}
        for below, each in declared.combinations():
            for number, group in _each_once(_texts(each.groups)):
                for account in _texts(each.accounts):
                    assigned.setdefault((group, account), f"{path}{below}.groups[{number}]")
        for (group, account), place in assigned.items():
            yield NamedResource(place, group, f"{name}-{group}-{account}", "assignment")
        own = tuple(each.strip("/") for each in _texts(declared.customer_managed_policies))
        for key, policies in (
            ("managed_policies", _texts(declared.managed_policies)),
            ("customer_managed_policies", own),
        ):
            for number, policy in _each_once(policies):
                named = f"{name}-{policy.rpartition('/')[2]}"
                yield NamedResource(f"{path}.{key}[{number}]", policy, named, key)
    for index, arn in _each_once(_texts([each.arn for each in access.applications])):
        for number, group in _each_once(_texts(access.applications[index].groups)):
            path = f"applications[{index}].groups[{number}]"
            yield NamedResource(path, group, f"{arn.rpartition('/')[2]}-{group}", "application")


def _repeated(path: str, values: tuple[str, ...], keys: tuple[str, ...] = ()) -> list[Finding]:
    return stack_file.no_repetition(stack_file.entries(path, values, keys))


def _each_once(values: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Index and value of each known value, without repetitions."""
    for value in dict.fromkeys(values):
        if not _is_placeholder(value):
            yield values.index(value), value


def _grants(access: AccountAccess) -> Iterator[tuple[str, str]]:
    """Each group that has access, by path."""
    listed = [
        (f"permission_sets[{index}]{below}.groups", each.groups)
        for index, declared in enumerate(access.permission_sets)
        for below, each in declared.combinations()
    ]
    listed += [
        (f"applications[{i}].groups", each.groups) for i, each in enumerate(access.applications)
    ]
    for path, names in listed:
        for number, group in enumerate(_texts(names)):
            if not _is_placeholder(group):
                yield f"{path}[{number}]", group


_LOGIN = "${source.login}"
_PROPERTIES = ("id", "name", "organizational_unit", "tags")
_MEMBERS = "assignments.pushed_members_group.name"
_NUMBERS = itertools.count(1)


class _Placeholder(str):
    """A text for an unknown value; it equals no other text."""

    __slots__ = ()


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    """The texts, with a placeholder for each unknown one."""
    return tuple(
        value if isinstance(value, str) else _Placeholder(f"(unknown {next(_NUMBERS)})")
        for value in values
    )


def _is_placeholder(text: str) -> bool:
    return isinstance(text, _Placeholder)


def _known(mapping: Any) -> dict[str, Any]:
    return cast(dict[str, Any], mapping) if isinstance(mapping, dict) else {}


def _whole(found: list[Finding]) -> list[Finding]:
    """The findings without a path in their subject."""
    return [replace(each, path="") for each in found]


def _keys(declared: Iterable[GroupSource]) -> tuple[str, ...]:
    return _texts(group.key for group in declared)
