"""Where the emulator's answers differ from their evidence on purpose, each with the reason."""

import re

SHAPES: dict[tuple[str, str], str] = {
    (r".* /api/v1/apps.*", r"(\[\]\.)?settings\.app\.\w+: not in"):
        "each catalog app has settings of its own; amazon_aws_sso was never recorded",
    (r".* /api/v1/apps.*", r"(\[\]\.)?visibility\.appLinks\.\w+_link: not in"):
        "the link carries the catalog app's name",
    (r".* /api/v1/apps.*", r"(\[\]\.)?_links\.(activate: not in|deactivate: missing)"):
        "the recorded apps were active; an inactive one has the other link "
        "(docs/research/okta-api.md#connection-object)",
    (r"(PUT /api/v1/apps/{id}|GET /api/v1/apps)", r"(\[\]\.)?settings\.signOn\."):
        "the recorded updates and lists are of custom SAML apps; of a catalog app the overrides "
        "alone are kept, as in the recorded reads of one "
        "(docs/research/okta-api.md#sign-on-settings-of-a-catalog-app)",
    (r"(GET|POST|PUT) /api/v1/apps/{id}|(GET|POST) /api/v1/apps",
     r"(\[\]\.)?settings\.signOn\.attributeStatements\[\]\.type: 'BOGUS'"):
        "whether Okta refuses a type that it does not know is not known; the plugin sends it",
    (r"(GET|PUT) /api/v1/apps(/{id})?", r"(\[\]\.)?features: \['GROUP_PUSH'"):
        "the recorded apps had no provisioning; the names are documented "
        "(docs/research/okta-api.md#features-of-the-app)",
    (r"(GET|POST) /api/v1/apps/{id}/connections/default", r"(_links|authScheme|baseUrl): missing"):
        "the recorded apps are supported; of one that is not, this was reported "
        "(docs/research/okta-api.md#unsupported-apps)",
    (r"(GET|POST) /api/v1/apps/{id}/connections/default",
     r"_links\.(activate|deactivate): (missing|not in)"):
        "recorded were reads of one that is on and writes of one that is off",
    (r".* /api/v1/apps/{id}/group-push/mappings.*",
     r"(\[\]\.)?(lastPush|errorSummary): not in"):
        "the recorded groups were never pushed; both are documented (GroupPushMapping)",
    (r".* /api/v1/groups(/{id})?", r"(\[\]\.)?(source: not in|type: 'APP_GROUP')"):
        "no group of an app was recorded",
    (r"GET /api/v1/groups/rules", r"\[\]\.allGroupsValid: not documented"):
        "in the recorded answers about one rule",
    (r"(GET|POST) /api/v1/mappings/{id}", r"(source\.id: 'oty|target\.id: '0oa)"):
        "the recorded mappings lead from an app to Okta; the plugin's lead the other way",
    (r"(GET|POST) /api/v1/mappings/{id}", r"properties\.\w+: (not in|missing)"):
        "each app maps its own attributes",
    (r"(GET|POST) /api/v1/meta/schemas/apps/{id}/default",
     r"definitions\.(base|custom)\.properties\."):
        "each app has its own attributes; an OpenID Connect app was recorded",
    (r"(GET|POST) /api/v1/meta/schemas/user/default", r"definitions\.custom\.properties\."):
        "each org adds attributes of its own",
    (r"(GET|PUT) /api/v1/policies/{id}/rules/{id}",
     r"(conditions: None|_links\.deactivate: missing|actions\.appSignOn\.)"):
        "the recorded rules were made by somebody; the one here is the policy's own",
    (r"GET /api/v1/(users.*|groups/{id}/users)", r"(\[\]\.)?profile\.\w+: not in"):
        "an org's people have the attributes its org file gives them",
    (r"GET /api/v1/users/{id}", r"_links\.\w+: (missing|not in)"):
        "the recorded people were PROVISIONED; what can be done depends on the status",
}  # fmt: skip
"""(operation, beginning of what `shapes` finds), regular expressions -> why it is so."""


USED: set[tuple[str, str]] = set()
"""The rows that have excused something since this process began."""


def allowed(operation: str, line: str) -> bool:
    return _stands_in(SHAPES, operation, line)


RECORDED: dict[tuple[str, str], str] = {
    (r"GET /api/v1/apps", r"the answer: 1 elements there, 0 here"):
        "asked for a label that no app has: the scratch server overlooked the filter",
    (r"GET /api/v1/apps/{id}", r"features: 3 elements there, 0 here"):
        "the connection is off: the scratch server went on showing what it could do",
    (r"(POST|PUT) /api/v1/policies(/{id})?", r"_links\.(rules|self\.hints): only here"):
        "as in the recorded reads of a real policy",
    (r"GET /api/v1/policies/{id}/rules", r"\[\]\._links\.self\.hints: only here"):
        "as in the recorded reads of a real rule",
}  # fmt: skip
"""The same for the answers in tests/data/wire, which a scratch server gave.

Only for what no recording of a real org describes: those decide alone.
"""


def unlike(operation: str, line: str) -> bool:
    return _stands_in(RECORDED, operation, line)


def _stands_in(table: dict[tuple[str, str], str], operation: str, line: str) -> bool:
    rows = [row for row in table if re.fullmatch(row[0], operation) and re.match(row[1], line)]
    USED.update(rows)
    return bool(rows)
