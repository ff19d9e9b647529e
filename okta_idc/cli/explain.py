"""`okta-idc explain`: a rule, or why a user is in AWS or not and what they get there."""

import difflib
import re
from typing import Annotated, Any

import typer
from rich.console import Console

from okta_idc.cli.console import print_error, print_json, print_labeled, terminal
from okta_idc.cli.options import (
    App,
    AwsEndpoint,
    IdentityStoreId,
    Json,
    OktaUrl,
    Outputs,
    ProviderSettings,
    Region,
    Stack,
)
from okta_idc.doctor.report import READ_FAILED
from okta_idc.doctor.reporters.terminal import say
from okta_idc.rules import RULES, Rule
from okta_idc.rules.examples import show
from okta_idc.rules.registry import DOCS_NOTE

_RULE_ID = re.compile(r"(?:OIC-?)?([0-9]{3})", re.IGNORECASE)


def explain(
    subject: Annotated[
        str,
        typer.Argument(help="ID of a rule (OIC-203 or 203), or a user's Okta login, email, or ID."),
    ],
    outputs: Outputs = None,
    stack: Stack = "",
    settings: ProviderSettings = None,
    app: App = "",
    identity_store: IdentityStoreId = "",
    region: Region = "",
    as_json: Json = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
) -> None:
    """Explain a rule, or why a user is in AWS or not and what they get there. Reads only.

    A rule: what it checks, where it is enforced, its source, examples, and the remedy. Needs no
    credentials.

    A user: assignment and provisioning, groups in Okta and AWS, session tags, and permission sets.
    Makes about ten calls, whatever the size of the org.

    Exit code 0: the rule exists, or the user is in AWS without findings; 1: the user is not in AWS,
    or has findings; 2: no such rule or user, several users, or something could not be read.

    Example: okta-idc explain OIC-203

    Example: okta-idc explain ada@example.com --stack prod
    """
    if match := _RULE_ID.fullmatch(subject.strip()):
        if match[0].isdecimal():
            print_error(f"{match[0]} is read as the rule OIC-{match[0]}. For a user, pass the ID.")
        _explain_rule(f"OIC-{match[1]}", as_json)
        return
    from okta_idc.cli.explain_user import explain_user  # imports every client

    explain_user(
        subject, outputs=outputs, stack=stack, settings=settings, app=app,
        identity_store=identity_store, region=region, as_json=as_json, okta_url=okta_url,
        aws_endpoint=aws_endpoint,
    )  # fmt: skip


def _explain_rule(ident: str, as_json: bool) -> None:
    rule = RULES.get(ident)
    if rule is None:
        near = difflib.get_close_matches(ident, RULES, n=3, cutoff=0.8)
        print_error(
            f"error: no rule has the ID {ident}. Similar: {', '.join(near) or 'none'}. All rules: "
            "docs/reference/rules.md."
        )
        raise typer.Exit(READ_FAILED)
    broken = rule(rule.bad)[0]
    problem = f"{broken.path}: {broken.problem}".removeprefix(": ")
    subject = " ".join((rule.check.__doc__ or "").split())
    if as_json:
        print_json(
            {
                "id": rule.id, "title": rule.title, "severity": rule.severity.value,
                "enforced_by": [point.value for point in rule.enforced_by], "subject": subject,
                "source": rule.source, "fix": rule.remedy, "good": show(rule.good),
                "bad": show(rule.bad), "problem": problem, "page": rule.link,
            }
        )  # fmt: skip
        return
    _print_rule(terminal(), rule, subject, problem)


def _print_rule(console: Console, rule: Rule[Any], subject: str, problem: str) -> None:
    say(console, f"{rule.id}: {rule.title}", "bold")
    for title, text in (
        ("Severity", str(rule.severity)),
        ("Enforced by", ", ".join(rule.enforced_by)),
        ("Checks", subject.removeprefix("Subject: ")),
        ("Right", show(rule.good)),
        ("Wrong", show(rule.bad)),
        ("", problem),
        ("Fix", rule.remedy),
        ("Source", rule.source),
        ("Page", f"{rule.link} ({DOCS_NOTE.removesuffix('.')})"),
    ):
        print_labeled(console, title, text)
