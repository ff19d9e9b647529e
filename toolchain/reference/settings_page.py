"""docs/reference/settings.md as text, generated from `okta_idc.settings`.

Keys, types, limits, defaults and descriptions come from the JSON Schema of `Settings`; meanings of
enum values from their docstrings; earlier keys from `RENAMED`. The page has an anchor for each path
of the tree, for example `#app` and `#app.acs_url`.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from typing import Any, get_args

from pydantic import BaseModel

from okta_idc.settings import Settings, models
from okta_idc.settings.shape import RENAMED
from toolchain.reference.setting_types import (
    Json,
    default_in_words,
    description,
    node,
    patterns,
    reference,
    type_in_words,
)

_HEAD = """\
# Settings

The settings of one federation, in the order of the tree. This page is generated from
`okta_idc/settings` by `make docs`; change a setting there.

They are in the stack file `Pulumi.STACK.yaml`, below `okta-identity-center:federation`. Three
keys are required:

```yaml
# yaml-language-server: $schema=docs/reference/stack.schema.json
config:
  okta:orgName: acme
  okta:baseUrl: okta.com
  aws:region: us-east-1
  okta-identity-center:federation:
{minimal}```

- [Pulumi.example.yaml](../../Pulumi.example.yaml) is a production stack file to copy.
- The first line makes editors complete and check keys with [the JSON Schema](stack.schema.json).
- Settings hold no secrets. The SCIM token is in AWS Secrets Manager ([`scim_token`](#scim_token));
  the credentials of Okta and AWS are those of the providers ([permissions](permissions.md)).
- An unknown key, an invalid value, and a broken [rule](rules.md) stop the run before anything
  changes. All are reported at once, each on one line with its path, the value, what to do, and the
  rule's ID. What an invalid value could change is not judged until it is corrected.
- [Component arguments](#component-arguments) have the same tree.
- The settings of `okta-idc review`, `okta-identity-center:review`, are in
  [Require an approval](../guide/access.md#require-an-approval); the JSON Schema has them, too.
- Keys of earlier stack files have [new names](#renamed-keys).

In the tables:

- A key whose default is *not set* has no value unless you set it. The default `{{}}` means the
  defaults of the keys below.
- A *text* is a YAML string. Put digits in quotes: `accounts: ["123456789012"]`.
- Names contain their unit (`_minutes`, `_seconds`, `days_`). `session_duration` is an ISO 8601
  duration.
- *Form* is a regular expression that the value must match.

The examples are parts of one stack file.
"""

_ARGUMENTS = """\
## Component arguments

The arguments of `IdentityCenterFederation` are this tree: same paths, names, and defaults. Outside
Python, names are in camelCase (`app.acs_url` is `app.acsUrl`), and groups and users are always
objects (`{name: aws-admins}`); the keys of your own mappings, for example in `profile_mappings`,
stay as they are. In every language, an AWS location, `region` and `role_arn` in `scim_token` and
`token_expiry_alarm`, is one argument: `provider`, an AWS provider.
[Use the kit in your own program](../guide/use-in-your-program.md) has examples.
"""

_RENAMED = """\
## Renamed keys

Keys of earlier stack files. Each is an error that names the new key.

| earlier key | key |
|---|---|
"""

MINIMAL = """\
scim_token:
  secret: okta-identity-center/scim
"""
"""The required keys alone."""

EXAMPLE = """\
app:
  acs_url: https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-5a4b3c2d-prod
  issuer_url: https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3
attribute_statements:
  - key: Department
    value: user.department
profile_mappings:
  displayName: 'user.displayName != null ? user.displayName : user.firstName + " " + user.lastName'
scim_token:
  secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:okta-identity-center/scim-AbCdEf
  region: eu-west-1
  role_arn: arn:aws:iam::123456789012:role/read-scim-token
provisioning:
  mode: console
  wait_timeout_minutes: 60
assignments:
  groups:
    - aws-access
    - create: aws-contractors
      rule: user.userType=="contractor"
  pushed_members_group: {}
  users:
    - someone@example.com
push_groups:
  - aws-admins
  - id: 00g1a2b3c4d5e6f7g8h9
  - create: aws-auditors
    description: Read access to all accounts
    rule: user.department=="Audit"
account_access:
  permission_sets:
    - name: Administrator
      session_duration: PT4H
      managed_policies:
        - arn:aws:iam::aws:policy/AdministratorAccess
      groups: [aws-admins]
      accounts: ["123456789012", "210987654321"]
  applications:
    - arn: arn:aws:sso::123456789012:application/ssoins-1234567890abcdef/apl-1234567890abcdef
      groups: [aws-auditors]
access_control_attributes:
  attributes:
    CostCenter: ${path:enterprise.costCenter}
token_expiry_alarm:
  emails: [identity-team@example.com]
  days_before: [60, 30, 7]
"""
"""One valid tree; each section of the page shows its part."""


def page() -> str:
    """The whole page, Markdown."""
    tree = Settings.model_json_schema()
    definitions = tree["$defs"]
    return "\n".join(
        [
            _HEAD.format(minimal=re.sub("^(?=.)", "    ", MINIMAL, flags=re.MULTILINE)),
            *_overview(tree, definitions),
            *(_section(path, schema, definitions) for path, schema in _sections(tree, definitions)),
            _ARGUMENTS,
            _RENAMED + "\n".join(_renamed(old, new) for old, new in RENAMED.items()) + "\n",
        ]
    )


def value_descriptions(enum: type[Enum]) -> dict[str, str]:
    """The docstrings of an enum's values, which Python does not keep at run time."""
    statements = [
        each for each in ast.walk(ast.parse(inspect.getsource(enum))) if isinstance(each, ast.stmt)
    ]
    described: dict[str, str] = {}
    for assignment, text in pairwise(statements):
        match assignment, text:
            case (
                ast.Assign(value=ast.Constant(value=str(value))),
                ast.Expr(value=ast.Constant(value=str(docstring))),
            ):
                described[value] = " ".join(docstring.split())
            case _:
                pass
    return described


def _keys(parent: Json) -> list[tuple[str, Json]]:
    """The keys of an object, required ones first."""
    required = parent.get("required", [])
    return sorted(parent["properties"].items(), key=lambda item: item[0] not in required)


def _sections(parent: Json, definitions: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Each top-level key and each object below, with its schema, in the order of the tree."""
    for key, schema in parent["properties"].items():
        inner = node(schema, definitions)
        here = f"{path}.{key}" if path else key
        if inner or not path:
            yield here, schema
        if inner:
            yield from _sections(inner, definitions, here)


def _overview(tree: Json, definitions: Json) -> Iterator[str]:
    yield "## Top level\n"
    yield from _table("", tree, definitions)
    yield "\n## All keys\n"
    yield "| section | keys |\n|---|---|"
    for path, schema in _sections(tree, definitions):
        if inner := node(schema, definitions):
            keys = (f"[`{key}`](#{path}.{key})" for key, _ in _keys(inner))
            yield f"| [`{path}`](#{_heading_anchor(path)}) | {' · '.join(keys)} |"
    yield ""


def _section(path: str, schema: Json, definitions: Json) -> str:
    inner = node(schema, definitions)
    heading = "###" if "." in path else "##"
    parts = [f"{heading} `{path}`\n", f"{description(inner or schema, definitions)}\n"]
    if key := _shorthand_key(path, schema):
        parts.append(f"A text is short for `{{{key}: TEXT}}`.\n")
    if inner:
        parts += [*_table(path, inner, definitions), ""]
    else:
        words = type_in_words(schema, definitions, path)
        parts.append(f"Type: {words}. Default: {default_in_words(schema, definitions)}.\n")
    for key, each in _keys(inner) if inner else [(path, schema)]:
        if values := definitions.get(reference(each), {}).get("enum"):
            described = value_descriptions(getattr(models, reference(each)))
            parts.append(f"Values of `{key}`:\n")
            parts += [*(f"- `{value}`: {described[value]}" for value in values), ""]
    if example := re.search(rf"^{path}:.*\n(?: .*\n)+", EXAMPLE, re.MULTILINE):
        parts.append(f"```yaml\n{example[0]}```\n")
    return "\n".join(parts)


def _table(path: str, parent: Json, definitions: Json) -> Iterator[str]:
    """The keys of an object. Below the top level, each row has its path as anchor."""
    yield "| key | type | default | description |\n|---|---|---|---|"
    for key, schema in _keys(parent) if path else parent["properties"].items():
        here = f"{path}.{key}" if path else key
        required = key in parent.get("required", [])
        forms = [f"Form: `{each}`." for each in sorted(patterns(schema))]
        cells = (
            f'<a id="{here}"></a>`{key}`' if path else f"[`{key}`](#{key})",
            type_in_words(schema, definitions, _heading_anchor(here)),
            "**required**" if required else default_in_words(schema, definitions),
            " ".join([description(schema, definitions), *forms]),
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _shorthand_key(path: str, schema: Json) -> str:
    """The key that a bare text sets in an item of this list; empty if no text is accepted."""
    options = schema.get("items", {}).get("anyOf", [])
    if not any(each.get("type") == "string" for each in options):
        return ""
    annotation: Any = Settings
    for key in path.split("."):
        while not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            annotation = get_args(annotation)[0]
        annotation = annotation.model_fields[key].annotation
    [(_, shorthand)] = map(get_args, get_args(annotation))
    [key] = shorthand.func("x")
    return key


def _renamed(old: str, new: str) -> str:
    path, _, more = new.partition(" ")
    if re.split(r"\W", path)[0] not in Settings.model_fields:  # a key of the same object
        path = f"{old.rpartition('.')[0]}.{path}"
    more = re.sub(r"\w+(?:\.\w+)+", lambda found: _link(found[0]), more)
    return f"| `{old}` | {' '.join(filter(None, (_link(path), more)))} |"


def _link(path: str) -> str:
    return f"[`{path}`](#{path.replace('[]', '')})"


def _heading_anchor(path: str) -> str:
    """The anchor that GitHub gives the heading of a section."""
    return path.replace(".", "")
