"""The experiments: the question, the steps, and the outcomes of each. No I/O.

The most consequential ones come first. The sandbox has a switch of the same name and with the same
outcomes for each (`sandbox/behaviour.py`); the first outcome is what the sandbox assumes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Need(Enum):
    """What an experiment needs besides apps and groups."""

    USERS = "users"
    RULES = "group rules"
    POLICIES = "sign-on policies"
    MAPPINGS = "profile mappings"
    SCIM = "the SCIM token"
    PROVISIONING = "an app with provisioning"


@dataclass(frozen=True)
class Experiment:
    """One question. `outcomes` maps each outcome to its observation, the assumed one first;
    `assumption` is the key in docs/reference/sandbox-fidelity.md; `calls` is an estimate."""

    id: str
    assumption: str
    question: str
    steps: str
    outcomes: Mapping[str, str]
    needs: frozenset[Need] = frozenset()
    calls: int = 3
    cleanup: str = "deletes the app"
    waits: int = 0
    """How often it waits `--patience` to see that nothing happens."""
    last: bool = False
    """Runs after all others, because they need what it removes."""

    @property
    def assumed(self) -> str:
        return next(iter(self.outcomes))


_USERS, _RULES = frozenset({Need.USERS}), frozenset({Need.RULES})
_SCIM = frozenset({Need.SCIM})
_PROVISIONED = frozenset({Need.SCIM, Need.PROVISIONING})
_PEOPLE = _PROVISIONED | _USERS
_NO_CHANGE = "nothing was created"
_MAPPING = "deletes the mapping with its target group, then the groups"
_RULE = "deactivates and deletes the rule, then the group"
_IN_AWS = "deletes the users and groups in AWS"

_LISTED = (
    Experiment(
        "connections", "connection.api",
        "Does the API manage the SCIM connection of this app?",
        "GET and POST `connections/default` of a new app.",
        {
            "unknown": "200, and the status UNKNOWN",
            "supported": "200, and the connection's status",
            "refused": "400",
        },
        calls=5,
    ),
    Experiment(
        "features_api", "connection.features",
        "Is the features API available exactly if the connections API is?",
        "GET `features` after provisioning was enabled.",
        {"as_connection": "both are, or neither is", "unlike_connection": "only one is"},
        _PROVISIONED, calls=8,
    ),
    Experiment(
        "app_features", "app.features",
        "Which `features` does the app show once provisioning is enabled?",
        "Enable provisioning with all three options; GET the app.",
        {
            "four": "GROUP_PUSH, PUSH_NEW_USERS, PUSH_PROFILE_UPDATES, PUSH_USER_DEACTIVATION",
            "more": "these four and others",
            "fewer": "only some of these four",
        },
        _PROVISIONED, calls=2,
    ),
    Experiment(
        "full_push", "push.full-push",
        "Does a full push add members, or replace them all?",
        "Push a group with a member; add another member in AWS; push again.",
        {"add": "both are members", "replace": "the other one is removed, or the push fails"},
        _PEOPLE, calls=24, waits=1, cleanup=_MAPPING + ", and the user in AWS",
    ),
    Experiment(
        "member_replace", "scim.member-replace",
        "How does AWS treat a PATCH that replaces all members of a group?",
        "PATCH `replace members` of a group with a member.",
        {
            "reject": "400, and the members stay",
            "noop204": "204, and the members stay",
            "apply": "204, and the members are replaced",
        },
        _SCIM, calls=7, cleanup=_IN_AWS,
    ),
    Experiment(
        "push_by_name", "push.link-by-name",
        "Can a push mapping link an existing group of the app by its name?",
        "Push a group; delete the mapping, not its target; map another group to the name.",
        {"refused": "400", "linked": "200, and the mapping has the existing target"},
        _PROVISIONED, calls=12, cleanup=_MAPPING,
    ),
    Experiment(
        "push_by_id", "push.link-by-id",
        "Can a push mapping link an existing group of the app by its ID?",
        "As for `push_by_name`, with `targetGroupId`.",
        {"linked": "200", "refused": "400"},
        _PROVISIONED, calls=4, cleanup=_MAPPING,
    ),
    Experiment(
        "push_app_groups", "push.app-groups",
        "Can a group of another app, such as Active Directory, be pushed?",
        "Map such a group of the org, with the status INACTIVE.",
        {"accept": "200", "refuse": "400"},
        _PROVISIONED, calls=4, cleanup="deletes the mapping with its target group",
    ),
    Experiment(
        "mapping_error", "push.error",
        "How does a mapping look whose push AWS refuses?",
        "Create a group in AWS; push a group with its name.",
        {
            "error_with_summary": "the status ERROR, and `errorSummary`",
            "error_without_summary": "the status ERROR alone",
            "active_with_summary": "the status ACTIVE, and `errorSummary`",
        },
        _PROVISIONED, calls=6, cleanup=_MAPPING + " and the group in AWS",
    ),
    Experiment(
        "error_retry", "push.error-retry",
        "Can a mapping in ERROR be set ACTIVE?",
        "PATCH the mapping of `mapping_error`.",
        {"accepted": "200", "refused": "400"},
        _PROVISIONED, calls=2, cleanup=_MAPPING,
    ),
    Experiment(
        "app_deletion", "app.deletion",
        "What becomes of the users in AWS when the app is deleted?",
        "Delete the app that provisioned a user; read the user in AWS.",
        {
            "users_kept": "the user stays active",
            "users_deactivated": "the user is inactive",
            "users_deleted": "the user is gone",
        },
        _PEOPLE, calls=12, cleanup="deletes the users in Okta and AWS", waits=1, last=True,
    ),
    Experiment(
        "individual_unassignment", "assignments.individual",
        "Can a user be unassigned whom a group assigns?",
        "Assign a group with a user; DELETE the app user.",
        {
            "refused": "4xx",
            "removed": "204, and the app user is gone",
            "ignored": "204, and the app user stays",
        },
        _USERS, calls=7, cleanup="deletes the app, the group and the user",
    ),
    Experiment(
        "default_priority", "assignments.priority",
        "Which priority has a group assignment that was created without one?",
        "Assign two groups to a new app.",
        {"next": "0 and 1", "next_from_one": "1 and 2", "zero": "0 and 0"},
        calls=6, cleanup="deletes the app and the groups",
    ),
    Experiment(
        "rule_deleted_group", "rules.deleted-group",
        "What becomes of a group rule whose group is deleted?",
        "Activate a rule; delete its group; GET the rule.",
        {
            "invalid": "the status INVALID",
            "unchanged": "the status as before",
            "rule_deleted": "404",
        },
        _RULES, calls=5, cleanup="deletes the rule",
    ),
    Experiment(
        "rule_invalid_change", "rules.invalid-status",
        "How does Okta refuse to deactivate an INVALID rule?",
        "Deactivate the rule of `rule_deleted_group`.",
        {"refused_400": "400", "refused_403": "403", "accepted": "2xx"},
        _RULES, calls=2, cleanup="deletes the rule",
    ),
    Experiment(
        "rule_active_update", "rules.active-update",
        "Can an active group rule be changed?",
        "PUT another name to an active rule.",
        {"refused": "4xx", "accepted": "200"},
        _RULES, calls=4, cleanup=_RULE,
    ),
    Experiment(
        "rule_manual_removal", "rules.manual-removal",
        "Is a user excluded from a rule when they are removed from its group?",
        "Let a rule add a user; remove the user; GET the rule.",
        {"excluded": "the rule excludes the user", "not_excluded": "it does not"},
        _RULES | _USERS, calls=8, cleanup=_RULE + " and the user",
    ),
    Experiment(
        "rule_earlier_members", "rules.earlier-members",
        "Does a rule remove users who were members before it existed?",
        "Let a rule match a member; change the user so that it no longer matches.",
        {"kept": "the user stays a member", "removed": "the user is removed"},
        _RULES | _USERS, calls=7, waits=2, cleanup=_RULE + " and the user",
    ),
    Experiment(
        "rule_ternary", "rules.expression",
        "Can a rule's expression contain `a ? b : c`?",
        "POST an inactive rule.",
        {"accepted": "200", "refused": "4xx"},
        _RULES, calls=2, cleanup=_RULE,
    ),
    Experiment(
        "rule_user_status", "rules.user-status",
        "Can a rule's expression contain `user.status`?",
        "POST an inactive rule.",
        {"refused": "4xx", "accepted": "200"},
        _RULES, calls=2, cleanup=_RULE,
    ),
    Experiment(
        "rule_name_limit", "rules.name-limit",
        "Can a rule's name have more than 50 characters?",
        "POST an inactive rule with 51 characters.",
        {"refused": "4xx", "accepted": "200"},
        _RULES, calls=2, cleanup=_RULE,
    ),
    Experiment(
        "deactivated_user_groups", "rules.deactivated-users",
        "Does a deactivated user keep the groups?",
        "Deactivate a member of a group; GET the members.",
        {"kept": "the user is a member", "removed": "the user is not"},
        _USERS, calls=5, cleanup="deletes the user and the group",
    ),
    Experiment(
        "group_user_count", "groups.user-count",
        "Which members does `usersCount` of a group count?",
        "Suspend the only member of a group; GET the group with `expand=stats`.",
        {"all_statuses": "1", "active_only": "0"},
        _USERS, calls=5, cleanup="deletes the user and the group",
    ),
    Experiment(
        "unknown_cursor", "lists.unknown-cursor",
        "How does Okta answer an unknown cursor?",
        "GET groups with a made-up `after`.",
        {"refused": "4xx", "first_page": "the first page", "empty_page": "an empty page"},
        calls=1, cleanup=_NO_CHANGE,
    ),
    Experiment(
        "limit_above_maximum", "lists.limit",
        "How does Okta answer a `limit` above the maximum?",
        "GET the groups of an app with limit=100000.",
        {"capped": "200", "refused": "4xx"},
        calls=2,
    ),
    Experiment(
        "trailing_slash", "http.trailing-slash",
        "Does Okta ignore a slash before the query?",
        "GET /api/v1/groups/?limit=1.",
        {"ignored": "200", "not_found": "404"},
        calls=1, cleanup=_NO_CHANGE,
    ),
    Experiment(
        "second_acs_url", "app.second-acs-url",
        "Does the app keep a second ACS URL?",
        "POST an app with `acsEndpoints`; GET it.",
        {"ignored": "the app lacks it", "kept": "the app has it", "refused": "400"},
    ),
    Experiment(
        "unknown_sign_on_key", "app.unknown-keys",
        "Does Okta ignore an unknown key in `signOn`?",
        "POST an app with one; GET it.",
        {"ignored": "the app lacks it", "kept": "the app has it", "refused": "400"},
    ),
    Experiment(
        "wrong_type", "app.wrong-type",
        "Does Okta refuse a number where the app has a text?",
        "POST an app with a number as a note.",
        {"refused": "4xx", "ignored": "200"},
        calls=2,
    ),
    Experiment(
        "unknown_feature", "features.unknown-name",
        "How does the features API answer an unknown name?",
        "GET `features/OKTA_IDC_PROBE`.",
        {"not_found": "404", "refused": "400"},
        _PROVISIONED, calls=2, cleanup=_NO_CHANGE,
    ),
    Experiment(
        "unknown_capability", "features.unknown-capability",
        "Does the features API refuse an unknown capability?",
        "PUT `features/USER_PROVISIONING` with one.",
        {"refused": "4xx", "ignored": "200"},
        _PROVISIONED, calls=2, cleanup=_NO_CHANGE,
    ),
    Experiment(
        "profile_mapping_defaults", "mappings.defaults",
        "Does each attribute of a new app come from the attribute of the same name?",
        "GET the profile mapping of a new app.",
        {"same_names": "every expression is `user.NAME`", "other_expressions": "some are not"},
        frozenset({Need.MAPPINGS}), calls=3,
    ),
    Experiment(
        "app_user_attributes", "app.user-attributes",
        "Has the app exactly the user attributes that AWS supports?",
        "GET the profile mapping of a new app.",
        {"supported": "the mapping has these attributes", "others": "it has others"},
        frozenset({Need.MAPPINGS}), calls=3,
    ),
    Experiment(
        "policy_priority", "policies.priority",
        "Does Okta store the priority of a sign-on policy unchanged?",
        "POST a policy with priority 7.",
        {"kept": "7", "renumbered": "another number"},
        frozenset({Need.POLICIES}), calls=2, cleanup="deletes the policy",
    ),
    Experiment(
        "scim_filter_id", "scim.filter-id",
        "Does AWS's SCIM endpoint filter users by `id eq`?",
        "Create a user in AWS; list with the filter.",
        {"found": "200, and the user", "refused": "400"},
        _SCIM, calls=4, cleanup=_IN_AWS,
    ),
    Experiment(
        "scim_partial_address", "scim.partial-address",
        "Does AWS refuse an address that lacks parts?",
        "POST a user whose address has a country only.",
        {"refused": "400", "accepted": "201"},
        _SCIM, calls=3, cleanup=_IN_AWS,
    ),
    Experiment(
        "scim_user_name_case", "scim.user-name-case",
        "Are user names in AWS unique regardless of case?",
        "POST two users whose names differ in case.",
        {"ignored": "409", "distinguished": "201"},
        _SCIM, calls=4, cleanup=_IN_AWS,
    ),
    Experiment(
        "scim_meta_location", "scim.meta-location",
        "Has `meta` of a SCIM user a `location`?",
        "POST a user, and read `meta` in the answer.",
        {"absent": "no", "present": "yes"},
        _SCIM, calls=3, cleanup=_IN_AWS,
    ),
    Experiment(
        "scim_schemas", "scim.schemas",
        "Does AWS publish the schema of a user with the attributes that it supports?",
        "GET /Schemas.",
        {
            "supported": "200, with these attributes", "others": "200, with others",
            "absent": "4xx",
        },
        _SCIM, calls=1, cleanup=_NO_CHANGE,
    ),
    Experiment(
        "scim_provider_config", "scim.provider-config",
        "Does AWS publish that it has no sorting, entity tags, or password changes, and that a "
        "filter returns at most 50 results?",
        "GET /ServiceProviderConfig.",
        {"none": "none of the three, and 50 results", "others": "other values"},
        _SCIM, calls=1, cleanup=_NO_CHANGE,
    ),
)  # fmt: skip
FEATURES = frozenset(
    {"GROUP_PUSH", "PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION"}
)
"""The `features` that the app is assumed to show with all options enabled."""
APP_USER_ATTRIBUTES = frozenset({
    "firstName", "lastName", "displayName", "middleName", "honorificPrefix", "honorificSuffix",
    "nickName", "profileUrl", "title", "userType", "preferredLanguage", "locale", "timezone",
    "email", "primaryPhone", "streetAddress", "city", "state", "zipCode", "countryCode",
    "employeeNumber", "costCenter", "organization", "division", "department", "manager",
})  # fmt: skip
"""The attributes of an app's users that AWS supports, without the user name, as in the rules
(`okta_idc/rules/profiles.py`)."""
SCIM_USER_ATTRIBUTES = frozenset({
    "userName", "name", "displayName", "nickName", "profileUrl", "title", "userType",
    "preferredLanguage", "locale", "timezone", "active", "emails", "phoneNumbers", "addresses",
})  # fmt: skip
"""The attributes of a SCIM user that AWS supports, without those of the enterprise extension
(docs/research/scim.md#attributes)."""
EXPERIMENTS = {each.id: each for each in _LISTED}
CONTRACT = 1
"""The version of this list. A record names the version that it was made with."""


def in_order(ids: frozenset[str]) -> list[Experiment]:
    """The experiments in the order in which they run."""
    chosen = [each for each in EXPERIMENTS.values() if each.id in ids]
    return sorted(chosen, key=lambda each: each.last)


OVERHEAD = 60
"""Calls before the first experiment and for the removal."""
_CALLS_PER_MINUTE = 25
"""What the rate limits of a small org allow, about."""


def estimate(chosen: list[Experiment], patience: float) -> tuple[int, int]:
    """Calls and minutes, about."""
    calls = OVERHEAD + sum(each.calls for each in chosen)
    seconds = calls * 60 / _CALLS_PER_MINUTE + patience * sum(each.waits for each in chosen)
    return calls, max(1, round(seconds / 60))
