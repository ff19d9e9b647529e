"""Each guess of the sandbox, with the experiment of `okta-idc probe-org` that would settle it.

A row belongs to one assumption that fidelity.py finds in the code, and names it by a part of its
text. A value is the ID of an experiment, or the reason why none can settle the guess.
"""

from collections.abc import Iterator

from okta_idc.probe.contract import EXPERIMENTS

_TIME = "it depends on the load of the org, so one observation says little"
_SIGN_IN = "it shows in the sign-in of a person only"
_SIZE = "it takes hundreds of objects, which a probe should not create"
_DIRECTORY = "it takes a directory server that is connected to the org"
_CREDENTIALS = "the probe uses the credentials that it gets, which may be no app's"
_INTERNAL = "AWS does not show what Okta sends, except by its effect"
ROWS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("okta/active_directory.py", "organizational unit", {"groups.directory-profile": _DIRECTORY}),
    ("okta/app_body.py", "values of a wrong type", {
        "app.wrong-type": "wrong_type", "app.unknown-keys": "unknown_sign_on_key",
        "app.second-acs-url": "second_acs_url",
    }),
    ("okta/app_view.py", "these four are assumed", {"app.features": "app_features"}),
    ("okta/assignments.py", "individual assignment is independent", {
        "assignments.individual": "individual_unassignment",
    }),
    ("okta/assignments.py", "default priority", {"assignments.priority": "default_priority"}),
    ("okta/connection.py", "200, UNKNOWN", {
        "connection.api": "connections", "connection.features": "features_api",
    }),
    ("okta/group_rules.py", "a rule applies immediately", {
        "rules.delay": _TIME, "rules.deactivated-users": "deactivated_user_groups",
        "rules.earlier-members": "rule_earlier_members",
        "rules.manual-removal": "rule_manual_removal",
        "rules.active-update": "rule_active_update",
        "rules.deleted-group": "rule_deleted_group", "rules.invalid-status": "rule_invalid_change",
    }),
    ("okta/groups.py", "all are on one page", {"groups.page-of-user": _SIZE}),
    ("okta/groups.py", "whatever their status", {"groups.user-count": "group_user_count"}),
    ("okta/http.py", "unknown cursor", {"lists.unknown-cursor": "unknown_cursor"}),
    ("okta/limits.py", "a window begins", {
        "limits.window": "it takes the whole rate limit of the org for minutes",
    }),
    ("okta/dpop.py", "how old a proof may be", {"oauth.proof-age": _CREDENTIALS}),
    ("okta/middleware.py", "trusted origins", {
        "http.origins": "the calls of the probe come from no page of a site",
    }),
    ("okta/middleware.py", "SSWS without a blank", {
        "http.ssws": "the probe uses the credentials as the kit does, which may be no API token",
    }),
    ("okta/model.py", "those sent to AWS", {"app.user-attributes": "app_user_attributes"}),
    ("okta/model.py", "deprovisions no users", {"app.deletion": "app_deletion"}),
    ("okta/model.py", "users in AWS remain", {
        "users.deletion": "a run removes its users in AWS itself, so that none is left behind",
    }),
    ("okta/oauth_tokens.py", "binds the token to a proof", {"oauth.binding": _CREDENTIALS}),
    ("okta/oauth_tokens.py", "signature", {
        "oauth.checks": "Okta documents that it verifies both; the sandbox omits it deliberately",
    }),
    ("okta/policies.py", "priority unchanged", {
        "policies.priority": "policy_priority", "policies.comparison": _SIGN_IN,
    }),
    ("okta/profile_mappings.py", "by default every attribute", {
        "mappings.defaults": "profile_mapping_defaults",
        "mappings.push": _INTERNAL,
    }),
    ("okta/schemas.py", "the default one comes first", {
        "schemas.order": "it takes a second user type, which cannot be removed without a trace",
    }),
    ("okta/server.py", "trailing slash", {"http.trailing-slash": "trailing_slash"}),
    ("okta/provisioning/group_push.py", "full push sends", {
        "push.full-push": "full_push", "scim.member-replace": "member_replace",
    }),
    ("okta/provisioning/group_push.py", "only users who are assigned", {
        "push.members": "Okta documents it (docs/research/group-push.md#members)",
    }),
    ("okta/provisioning/group_push.py", "both assigned and pushed", {
        "push.order": "it is a race, so one observation says little",
    }),
    ("okta/provisioning/group_push.py", "A mapping in ERROR", {
        "push.error": "mapping_error", "push.error-retry": "error_retry",
    }),
    ("okta/provisioning/group_push.py", "Refresh App Groups", {
        "push.refresh": "the action exists in the Admin Console only",
    }),
    ("okta/provisioning/scim_user.py", "assumed mapping", {"users.scim-body": _INTERNAL}),
    ("okta/provisioning/users.py", "user name template", {"users.name-template": _INTERNAL}),
    ("okta/provisioning/users.py", "user names are unique", {
        "users.unique-names": "AWS refuses a second user of the same name first (`scim_user_name_"
                              "case`)",
    }),
)  # fmt: skip
AWS_ROWS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("aws/account.py", "list the organization's instance first", {
        "sso.instance-order": "`ListInstances` in an account with an instance of its own",
    }),
    ("aws/cloudtrail.py", "looked up at once", {
        "cloudtrail.delay": "`LookupEvents` every minute after a SCIM request",
        "cloudtrail.refused-caller": "a SCIM request with a wrong token, then `LookupEvents`",
        "cloudtrail.times": "`LookupEvents` with a start after the end",
    }),
    ("aws/cloudtrail.py", "the name for /ServiceProviderConfig", {
        "cloudtrail.names": "`GET /ServiceProviderConfig` and `GET /Nothing`, then `LookupEvents`",
    }),
    ("aws/constraints.py", "of a secret one", {
        "errors.sensitive-values": "`CreateUser` with a display name of 2,000 characters",
    }),
    ("aws/constraints.py", "later version of Unicode", {
        "errors.unicode": "`CreateGroup` with a character of the latest version of Unicode",
    }),
    ("aws/fault_injection.py", "except that of a throttled call", {
        "errors.messages": "each refusal in an account: the sandbox injects errors at will",
    }),
    ("aws/identitystore.py", "lists without `VpceAccessRequired`", {
        "store.network-lists": "`UpdateIdentityStore` with a list of networks alone",
    }),
    ("aws/instance.py", "network configuration omits", {
        "sso.network-lists": "`UpdateInstance` without a list, then `DescribeInstance`",
    }),
    ("aws/limits.py", "Assumed: the messages", {
        "quotas.messages": "one object more than each quota of the account allows",
    }),
    ("aws/notifications.py", "that AWS accepts `false`", {
        "sns.raw-delivery": "`Subscribe` by email with `RawMessageDelivery`, `true` and `false`",
    }),
    ("aws/organization.py", "management account only", {
        "organizations.tags": "`GetResources` in a member account, and in another Region",
    }),
    ("aws/paging.py", "a token of another operation", {
        "lists.tokens": "`ListGroups` with the token of `ListUsers`",
    }),
    ("aws/paging.py", "100, or the maximum", {
        "lists.page-size": "each list without `MaxResults`, with more than 100 objects",
    }),
    ("aws/permission_sets.py", "assumed for the description", {
        "sso.cleared-description": "`UpdatePermissionSet` without `Description`, then "
                                   "`DescribePermissionSet`",
    }),
    ("aws/policy_validation.py", "grammar with moto's validator", {
        "policies.findings": "`ValidatePolicy` with the policies in `tests/sandbox/aws`",
    }),
    ("aws/request_guard.py", "limits differ by service", {
        "http.body-limit": "a call with a body of 2 MiB to each service",
    }),
    ("aws/scim.py", "the text of a refusal", {"scim.throttle-text": "21 SCIM requests at once"}),
    ("aws/scim.py", "filter.maxResults", {"scim.provider-config": "scim_provider_config"}),
    ("aws/scim_schemas.py", "schemas list the attributes", {"scim.schemas": "scim_schemas"}),
    ("aws/secret_versions.py", "the number of labels", {
        "secrets.messages": "`UpdateSecretVersionStage` with a 21st label, with an unknown "
                            "version, and without a target for AWSCURRENT",
    }),
    ("aws/ssoadmin.py", "an instance of a member account", {
        "sso.account-instance": "`ListPermissionSets` of an instance of a member account",
    }),
    ("aws/throttle.py", "a token bucket of 20", {
        "scim.throttle": "100 SCIM requests at once, and the time of each refusal",
    }),
    ("faults.py", "the reason of the failure", {
        "sso.failure-reason": "an account assignment that exceeds the account's quota of roles",
    }),
)  # fmt: skip
"""The same for AWS: a value that is no experiment's ID is the call that would settle the guess."""
DEVIATIONS = {
    "the recorded apps had no provisioning": "app_features",
    "for an unsupported app, this answer was reported": "connections",
    "the recordings include no group of an app": "push_app_groups",
    "the recorded groups were never pushed": "mapping_error",
    "each app maps its own attributes": "profile_mapping_defaults",
}
"""Experiments for deviations, by a part of the reason."""


def rows_for(module: str, text: str) -> dict[str, str]:
    """The guesses in an assumption; empty if no row or several rows belong to it."""
    found = [each for path, part, each in ROWS + AWS_ROWS if path == module and part in text]
    return found[0] if len(found) == 1 else {}


def lines(guesses: dict[str, str], otherwise: str = "no experiment: ") -> Iterator[str]:
    """A line of the page for each guess. `otherwise` introduces what is no experiment's ID."""
    for key, settled in guesses.items():
        if settled in EXPERIMENTS:
            yield f"  - `{key}`: experiment `{settled}`."
        else:
            yield f"  - `{key}`: {otherwise}{settled}."


def other_experiments() -> Iterator[str]:
    """A line for each experiment that belongs to no assumption in a comment."""
    settled = {each for *_, guesses in ROWS + AWS_ROWS for each in guesses.values()}
    for each in EXPERIMENTS.values():
        if each.id not in settled:
            yield f"- {each.question} Assumed: {each.outcomes[each.assumed]}."
            yield from lines({each.assumption: each.id})
