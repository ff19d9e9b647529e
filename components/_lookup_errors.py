"""Readable errors for lookups.

Every lookup of the components goes through `readable` or `invoke`. They turn the SDK's plain
`Exception`, which would be printed with a traceback, into a `RunError`
(docs/research/pulumi-python-host.md).
"""

import re
from typing import Any, TypeVar

import pulumi
from pulumi import InvokeOptions, Output, Resource

T = TypeVar("T")

LOOKUPS = {
    "okta:app/getConnection": ("the app's provisioning connection", "okta.apps.read"),
    "okta:app/getSaml": ("the SAML app", "okta.apps.read"),
    "okta:group/getGroup": ("the members of a group", "okta.groups.read"),
    "okta:index/getAppGroupAssignments": ("the app's group assignments", "okta.apps.read"),
    "okta:index/getGroups": ("groups", "okta.groups.read"),
    "okta:index/getPushGroups": ("push mappings", "okta.apps.read and okta.groups.read"),
    "okta:user/getUserProfileMappingSource": ("the user profile", "okta.profileMappings.read"),
    "okta:user/getUsers": ("users", "okta.users.read"),
    "aws:identitystore/getGroupMemberships": ("members", "identitystore:ListGroupMemberships"),
    "aws:identitystore/getGroups": ("groups", "identitystore:ListGroups"),
    "aws:identitystore/getUsers": ("users", "identitystore:ListUsers"),
    "aws:secretsmanager/getSecret": ("the secret's tags", "secretsmanager:DescribeSecret"),
    "aws:secretsmanager/getSecretVersion": ("the secret", "secretsmanager:GetSecretValue"),
    "aws:secretsmanager/getSecrets": ("the list of secrets", "secretsmanager:ListSecrets"),
    "aws:ssoadmin/getInstances": ("IAM Identity Center instances", "sso:ListInstances"),
    "aws:ssoadmin/getPermissionSet": ("a permission set", "sso:DescribePermissionSet"),
    "aws:ssoadmin/getPermissionSets": ("permission sets", "sso:ListPermissionSets"),
}
"""What each lookup reads, and the Okta scopes or the AWS action that it needs."""

_FAILED = re.compile(r"invoke of (?P<token>(?P<kind>(?P<provider>\w+):[\w/]+):\w+) failed: ")
_NOISE = re.compile(
    r"rpc error: code = \w+ desc = |invocation of [\w:/]+ returned an error: |"
    r"invoking [\w:/]+: |\d+ errors? occurred:|(?<=\s)\* "
)
_PAGE = "(docs/reference/permissions.md in the repository of okta-identity-center)"
_ADVICE: tuple[tuple[str, dict[str, str]], ...] = (
    (
        r"connection (refused|reset)|no such host|i/o timeout|deadline exceeded|unreachable|"
        r"request send failed|Could not connect|\bEOF\b|x509|tls:|giving up after|timed out",
        {"okta": "Check okta:orgName, okta:baseUrl and the network.",
         "aws": "Check aws:region and the network."},
    ),
    (
        r"\b401\b|Invalid token|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|"
        r"InvalidSignature|security token|no EC2 IMDS role|No valid credential|invalid_client",
        {"okta": "Check that the Okta API token or private key is valid in this org.",
         "aws": "Sign in to AWS again, or check the profile and the access key."},
    ),
    (
        r"\b403\b|Forbidden|do not have permission|required scopes|AccessDenied|not authorized",
        {"okta": f"Grant {{right}}, and an admin role that includes it {_PAGE}.",
         "aws": f"Allow {{right}} {_PAGE}."},
    ),
    (
        r"\b404\b|[Nn]ot found|ResourceNotFound",
        {"okta": "Check that it exists in this org and that the credentials may see it.",
         "aws": "Check that it exists in this account and Region."},
    ),
    (
        r"\b429\b|rate limit|Throttl|TooManyRequests",
        dict.fromkeys(("okta", "aws"), "Run the command again in a minute."),
    ),
)  # fmt: skip
"""Patterns of error messages, and the remedy by provider; the first match applies."""


class LookupFailedError(pulumi.RunError):
    """Okta or AWS refused a lookup, or could not be reached."""


def readable(found: Output[T]) -> Output[T]:
    """The result of a lookup; if the lookup fails, the output fails with LookupFailedError."""

    def fail(error: Exception) -> T:
        raise _readable(error) from None

    return found.recover(fail)


async def invoke(function: str, args: dict[str, Any], parent: Resource | None = None) -> Any:
    """The result of a lookup, for example `okta:index/getGroups`; raises LookupFailedError if it
    fails."""
    token, opts = f"{function}:{function.rpartition('/')[2]}", InvokeOptions(parent=parent)
    try:
        return await pulumi.runtime.invoke_async(token, args, opts)
    except Exception as error:
        raise _readable(error) from None


def _readable(error: Exception) -> Exception:
    """A lookup's error as a readable message; any other error unchanged, with its traceback."""
    failed = _FAILED.match(str(error))
    if failed is None or isinstance(error, pulumi.RunError):
        return error
    provider, kind = failed["provider"], failed["kind"]
    what, right = LOOKUPS.get(kind, (failed["token"], "the right to read it"))
    reason = " ".join(_NOISE.sub("", str(error)[failed.end() :]).split()).rstrip(".")
    todo = next((a.get(provider, "") for cause, a in _ADVICE if re.search(cause, reason)), "")
    source = {"okta": "Okta", "aws": "AWS"}.get(provider, provider)
    message = f"Cannot read {what} from {source}: {reason}. {todo.format(right=right)}"
    return LookupFailedError(message.rstrip())
