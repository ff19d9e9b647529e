"""Deliberate deviations of the emulator's answers from the evidence, each with the reason."""

import re

SHAPES: dict[tuple[str, str], str] = {
    (r".* /api/v1/apps.*", r"(\[\]\.)?settings\.app\.\w+: not in"):
        "each catalog app has its own settings; amazon_aws_sso was never recorded",
    (r".* /api/v1/apps.*", r"(\[\]\.)?visibility\.appLinks\.\w+_link: not in"):
        "the link contains the catalog app's name",
    (r".* /api/v1/apps.*", r"(\[\]\.)?_links\.(activate: not in|deactivate: missing)"):
        "the recorded apps were active; an inactive app has the other link "
        "(docs/research/okta-api.md#connection-object)",
    (r"(PUT /api/v1/apps/{id}|GET /api/v1/apps)", r"(\[\]\.)?settings\.signOn\."):
        "the recorded updates and lists are of custom SAML apps; a catalog app keeps only the "
        "overrides, as in its recorded reads "
        "(docs/research/okta-api.md#sign-on-settings-of-a-catalog-app)",
    (r"(GET|POST|PUT) /api/v1/apps/{id}|(GET|POST) /api/v1/apps",
     r"(\[\]\.)?settings\.signOn\.attributeStatements\[\]\.type: 'BOGUS'"):
        "it is not known whether Okta refuses an unknown type; the plugin sends one",
    (r"(GET|PUT) /api/v1/apps(/{id})?", r"(\[\]\.)?features: \['GROUP_PUSH'"):
        "the recorded apps had no provisioning; the names are documented "
        "(docs/research/okta-api.md#features-of-the-app)",
    (r"(GET|POST) /api/v1/apps/{id}/connections/default", r"(_links|authScheme|baseUrl): missing"):
        "the recorded apps are supported; for an unsupported app, this answer was reported "
        "(docs/research/okta-api.md#unsupported-apps)",
    (r"(GET|POST) /api/v1/apps/{id}/connections/default",
     r"_links\.(activate|deactivate): (missing|not in)"):
        "the recordings are of reads of an enabled and writes of a disabled connection",
    (r".* /api/v1/apps/{id}/group-push/mappings.*",
     r"(\[\]\.)?(lastPush|errorSummary): not in"):
        "the recorded groups were never pushed; Okta documents both keys (GroupPushMapping)",
    (r"(GET|PUT) /api/v1/apps/{id}/groups(/{id})?", r"(\[\]\.)?profile(\.[\s\S]*)?: not in"):
        "the recorded assignments have no profile; it has the app attributes that a client sets "
        "for the group's users",
    (r".* /api/v1/groups(/{id})?",
     r"(\[\]\.)?(source: not in|profile\.\w+: not in|type: 'APP_GROUP')"):
        "the recordings include no group of an app; Active Directory's profile is documented "
        "(docs/research/okta-api.md#groups-of-active-directory)",
    (r"GET /api/v1/groups/{id}/apps",
     r"\[\]\.(accessibility|universalLogout|settings\.(notes|notifications|signOn))\b"):
        "the apps are as in the recorded lists of apps, which the description contradicts",
    (r"GET /api/v1/groups/rules", r"\[\]\.allGroupsValid: not documented"):
        "the recorded answers for a single rule have this key",
    (r"(GET|POST) /api/v1/mappings/{id}", r"(source\.id: 'oty|target\.id: '0oa)"):
        "the recorded mappings go from an app to Okta, the plugin's from Okta to the app",
    (r"(GET|POST) /api/v1/mappings/{id}", r"properties\.\w+: (not in|missing)"):
        "each app maps its own attributes",
    (r"(GET|POST) /api/v1/meta/schemas/apps/{id}/default",
     r"definitions\.(base|custom)\.properties\."):
        "each app has its own attributes; the recordings are of an OpenID Connect app",
    (r"(GET|POST) /api/v1/meta/schemas/user/default", r"definitions\.custom\.properties\."):
        "each org adds its own attributes",
    (r"(GET|POST) /api/v1/meta/schemas/user/{id}", r"description: not documented"):
        "the recorded schema of the default user type has this key",
    (r"(GET|PUT) /api/v1/policies/{id}/rules/{id}",
     r"(conditions: None|_links\.deactivate: missing|actions\.appSignOn\.)"):
        "the recorded rules were created by a user; this one is the policy's system rule",
    (r"GET /api/v1/(users.*|groups/{id}/users)", r"(\[\]\.)?profile\.\w+: not in"):
        "users have the attributes of the org file",
    (r"GET /api/v1/users/{id}|POST /api/v1/users", r"_links\.\w+: (missing|not in)"):
        "the recorded users were PROVISIONED; the links depend on the status",
    (r"GET /api/v1/users/{id}|POST /api/v1/users", r"activated: None"):
        "the recorded users were activated; a user in the status STAGED is not",
}  # fmt: skip
"""Maps regular expressions for the operation and the deviation's text to the reason."""


USED: set[tuple[str, str]] = set()
"""The rows that matched a deviation in this process."""


def allowed(operation: str, line: str) -> bool:
    return _matches(SHAPES, operation, line)


RECORDED: dict[tuple[str, str], str] = {
    (r"GET /api/v1/apps", r"the answer: recorded 1 elements, actual 0"):
        "the filter matches no app; the scratch server ignored the filter",
    (r"GET /api/v1/apps/{id}", r"features: recorded 3 elements, actual 0"):
        "the connection is disabled; the scratch server still showed the features",
    (r"(POST|PUT) /api/v1/policies(/{id})?", r"_links\.(rules|self\.hints): not recorded"):
        "as in the recorded reads of a real policy",
    (r"GET /api/v1/policies/{id}/rules", r"\[\]\._links\.self\.hints: not recorded"):
        "as in the recorded reads of a real rule",
}  # fmt: skip
"""The same for the answers of the scratch server in tests/data/wire.

Applies only to operations without a recording of a real org.
"""


def is_known_difference(operation: str, line: str) -> bool:
    return _matches(RECORDED, operation, line)


def _matches(table: dict[tuple[str, str], str], operation: str, line: str) -> bool:
    rows = [row for row in table if re.fullmatch(row[0], operation) and re.match(row[1], line)]
    USED.update(rows)
    return bool(rows)
