"""The hand-written parts of docs/reference/cli.md, Markdown: what a help text is too short for."""

HEAD = """\
# The command line

`okta-idc` reads and checks a federation outside of Pulumi. Only three commands change anything:
`fleet` (through Pulumi, except `fleet preview`), `token` (`token store` the secret in AWS Secrets
Manager, `token rotate` and `token retire` also a temporary group in Okta), and `probe-org` (a
throw-away org). Install it with `uv tool install okta-identity-center`, or run
`.venv/bin/python -m okta_idc` in a clone.

This page is generated from the help texts in `okta_idc/cli` by `make docs`; change a text there.
`okta-idc --help`, `okta-idc doctor --help`, and so on show them. `okta-idc --version` prints the
version. `okta-idc --install-completion` adds completion of commands and options to bash, zsh, fish,
or PowerShell; open a new shell afterwards. `okta-idc --show-completion` prints the script instead.
"""

SECTIONS = """\
## Credentials

- **Okta**: the settings of the Okta provider, from the stack's `okta:*` or the environment. As in
  the provider, the first of these is used: `OKTA_ACCESS_TOKEN`, `OKTA_API_TOKEN`, and
  `OKTA_API_CLIENT_ID` with `OKTA_API_PRIVATE_KEY` and `OKTA_API_PRIVATE_KEY_ID`. Prefer the last
  one, a service app: set no token with it.
- **AWS**: the usual chain of environment variables, profiles, and roles.
- **AWS Region**: `--region`, then the stack's `aws:region`, `AWS_REGION`, `AWS_DEFAULT_REGION`, and
  the profile (`AWS_PROFILE`) in `~/.aws/config`.
- **The sandbox**: `eval "$(make -s env)"` sets all of this in a clone, and the addresses:
  `OKTA_HTTP_PROXY`, `AWS_ENDPOINT_URL`, and `OKTA_IDC_VERIFY_AT`.

[Permissions](permissions.md) lists what each command needs.

## Where a command finds the federation

`doctor`, `status`, `explain`, `map`, `review`, `preview-saml`, and `token` (except `token store`)
read the outputs of a Pulumi stack: of the selected stack, of `--stack NAME` (both through
`pulumi`), or from a file with `--outputs outputs.json` (`pulumi stack output --json`). Through
`pulumi`, they also read the stack's `okta:*` settings. With a file of outputs, or without a stack,
these settings come from the stack file of `--settings`, without its encrypted values, and from the
environment. `doctor`, `explain`, `map`, `review`, and `adopt` also work without a stack, with
`--okta-url`, `--app`, `--identity-store`, and `--region`; `preview-saml` with `--settings` or
`--app`.

## Exit codes

| code | meaning |
|---|---|
| 0 | success; for checks: everything was checked and is right |
| 1 | findings: something is wrong, or could not be expressed; for `token`: a person has to act |
| 2 | something could not be read, or the usage is wrong |
| 130, 143 | `fleet`: interrupted by Ctrl-C, or by the end of a pipeline |

Secrets are never printed. `--json` writes one JSON document to stdout. An internal error is one
line and exit code 2; with `OIC_DEBUG=1` in the environment, its traceback is shown too, without
credentials.
"""

_STATUS = """\
- **Token**: the expiry in the secret's tags; whether AWS accepts the token in the secret, if the
  secret may be read; when Okta last provisioned a user or group; which token Okta used when
  `token rotate` last checked. No API shows which one it uses now: in `mode: console` without a
  check, the output has the link to the page with **Test API Credentials**.
- **Not provisioned**: rejected users, members of push groups who are not assigned, users who are
  missing in AWS, and groups, with the findings of [the doctor](doctor.md). Each user is listed
  once, equal reasons are counted, and long lists are cut.
"""

_ROTATE = """\
[Operate](../guide/operate/token-expires.md) has an example. At a terminal, the command
shows each step of a person with its link, waits, and verifies the step. Without a terminal, and
with `--json`, it does what it can, and ends with the next step and exit code 1. The progress is in
the secret: `AWSPENDING` is at the new token until the rotation is complete.

1. Reads the new token: with `--token-stdin` from the first line of standard input (or the second
   one, after the endpoint). A token of another tenant, or one that AWS rejects, is not stored.
2. Stores it beside the old one. If another person changes the secret meanwhile, the command stops
   and overwrites nothing.
3. `mode: api`: makes it current, and waits for `pulumi up`. `mode: console`: waits until it is
   entered in Okta, and makes it current when Okta has it.
4. Creates the group `okta-idc-canary-…` in Okta, pushes it, and waits until AWS has it. While both
   tokens are valid, an arrival proves nothing, so the command compares the caller's `accessKeyId`
   in CloudTrail with those of its own requests with both tokens. If CloudTrail cannot be read, or
   does not distinguish them, the token is `unknown`.
5. Waits until AWS rejects the old token, and pushes a group again. Only now is it certain that Okta
   has the new one.

The JSON has `state` (`done`, `aborted`, `waiting`), `okta_has` (`new`, `old`, `rejected`,
`unknown`), `why`, `new`, `old`, `step` (`act`, `text`, `command`), and `warnings`.
"""

_STORE = """\
Before it prompts, the command checks the Region, the credentials, the secret, and, if it exists,
the permission to tag it. The token is never an argument; `Bearer`, quotes, and white space around
it are removed, and text that cannot be a token is refused. If storing fails, the command keeps the
token and offers another attempt, because AWS shows the token once.
"""

_FLEET_UP = """\
Writes the stack file of each part (`Pulumi.prod-access-1.yaml`) from the core's, with the
configuration of the providers and the same key; commit these files. Encrypted values stay
encrypted. A core file whose values are encrypted with the key that Pulumi Cloud keeps for its stack
alone is refused: use an environment of Pulumi ESC, a passphrase, or a KMS key.

Each stack runs in a `pulumi` process of its own, which needs the program's packages. A terminal
shows a table; without one, each start and end of a stack is a line on stderr. The summary names
the folder with the full output of all stacks.

- **Ctrl-C**: no further stack starts, and those that run finish what they have begun. A second one
  ends them at once. The exit code is 130.
- **A killed command**: the stacks that run continue to their end. The next command says which
  stack another run still has, or prints the commands that release its lock.
- **Two commands at once**: the second one ends with exit code 2. On another machine, Pulumi's lock
  of each stack applies.
"""
_FLEET_MOVE = """\
`fleet up` does the same before it runs the stacks. URNs change by the name of the stack only, so
that the next preview is empty. All destinations are written before any source: if the command is
interrupted, both stacks have a resource, and the next `fleet move` removes it from its source.
"""
_FLEET_DESTROY = "Without `--yes`, the command asks for the name of the stack, at a terminal."

NOTES = {
    "adopt": "[Adopt an existing federation](../guide/adopt.md) is the guide.",
    "doctor": "[okta-idc doctor](doctor.md) describes the checks and the reports.",
    "explain": "[Operate](../guide/operate/person-missing.md) has an example.",
    "fleet destroy": _FLEET_DESTROY,
    "fleet move": _FLEET_MOVE,
    "fleet up": _FLEET_UP,
    "map": "[See and review access](../guide/access.md#who-may-use-what) has an example.",
    "preview-saml": "[okta-idc preview-saml](doctor.md#okta-idc-preview-saml) has an example.",
    "probe-org": "[Find out what your org really does](../guide/probe.md) is the guide. Progress "
    "and waits are on stderr.",
    "recover": "[A run was interrupted](../guide/operate/run-interrupted.md) is the guide.",
    "review": "[See and review access](../guide/access.md#what-an-update-changes-for-people) has "
    "an example.",
    "schema": "The published copy is [stack.schema.json](stack.schema.json).",
    "status": _STATUS,
    "token retire": "[`token rotate`](#token-rotate) describes its last steps.",
    "token rotate": _ROTATE,
    "token status": "No API shows which token Okta uses now.\n\n"
    "In the JSON, `rotation` is `pending` (Okta needs the pending token), `promoted` (the old "
    "token is not deleted yet), `changed` (another person changed the secret), `unretired` (AWS "
    "accepts both tokens of the secret: `token retire` comes before the next rotation), or `none`; "
    "`accepted` of a version is null if it is unknown.",
    "token store": _STORE,
}
"""Text by the name of a command, between its help text and its options."""
