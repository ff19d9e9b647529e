"""Readable errors for lookups.

Every lookup of the components goes through `readable` or `invoke`. They turn the SDK's plain
`Exception`, which would be printed with a traceback, into a `RunError`
(docs/research/pulumi-python-host.md).
"""

import re
from typing import Any, TypeVar

import pulumi
from pulumi import InvokeOptions, Output, Resource

from okta_idc.rules.registry import REPOSITORY
from okta_idc.text import printable

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
}
"""What each lookup reads, and the Okta scopes or the AWS action that it needs."""

_FAILED = re.compile(r"invoke of (?P<token>(?P<kind>(?P<provider>\w+):[\w/]+):\w+) failed: ")
_NOISE = re.compile(
    r"rpc error: code = \w+ desc = |invocation of [\w:/]+ returned an error: |"
    r"invoking [\w:/]+: |\d+ errors? occurred:|(?<=\s)\* "
)
_NAME_SLOTS = re.compile(r'"https?://[^"]*"|\([^()]*\)')
"""Where the providers put names that users chose: the URL of a request, and parentheses."""
_AWS = r"(?:^|StatusCode: \d+, RequestID: [^,]*, (?:api error )?)"
_OKTA = r"API returned an error: "
_STATUS = r"(?:StatusCode: |^|: )"
_CAUSE = re.compile(
    r"(?P<credentials>no EC2 IMDS role found|failed to refresh cached credentials|"
    r"failed to get shared config profile|No valid credential sources|invalid_client|"
    rf"{_AWS}(?:UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidSignature)|"
    rf"{_OKTA}Invalid token|{_STATUS}401\b)|"
    rf"(?P<permission>{_AWS}AccessDenied|{_OKTA}(?:You do not have permission|"
    rf"The access token provided does not contain)|{_STATUS}403\b)|"
    rf"(?P<missing>{_AWS}ResourceNotFound|couldn't find resource$|"
    rf"{_OKTA}Not found:|{_STATUS}404\b)|"
    rf"(?P<throttling>{_AWS}(?:Throttling|TooManyRequests)|too many requests$|"
    rf"{_OKTA}API call exceeded rate limit|{_STATUS}429\b)|"
    rf"(?P<other>{_OKTA}|StatusCode: [1-9])|"
    r"(?P<network>connection (?:refused|reset)|no such host|i/o timeout|deadline exceeded|"
    r"network is unreachable|request send failed|Could not connect|: EOF|unexpected EOF|x509: |"
    r"tls: |giving up after \d|timed out)"
)
"""What a provider's text begins to say first, so that a name later in it changes nothing
(docs/decisions/0015-classify-lookup-errors-by-fixed-texts.md)."""
_PAGE = f"(docs/reference/permissions.md in {REPOSITORY})"
_ADVICE: dict[str, dict[str, str]] = {
    "okta": {
        "credentials": "Check that the Okta API token or private key is valid in this org.",
        "permission": f"Grant {{right}}, and an admin role that includes it {_PAGE}.",
        "missing": "Check that it exists in this org and that the credentials may see it.",
        "throttling": "Run the command again in a minute.",
        "network": "Check okta:orgName, okta:baseUrl and the network.",
    },
    "aws": {
        "credentials": "Sign in to AWS again, or check the profile and the access key.",
        "permission": f"Allow {{right}} {_PAGE}.",
        "missing": "Check that it exists in this account and Region.",
        "throttling": "Run the command again in a minute.",
        "network": "Check aws:region and the network.",
    },
}
"""The remedy by provider and cause."""


class LookupFailedError(pulumi.RunError):
    """Okta or AWS refused a lookup, or could not be reached. `cause`: `credentials`, `permission`,
    `missing`, `throttling`, `network`, or empty."""

    cause: str = ""


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
    cause = _CAUSE.search(_NAME_SLOTS.sub("", reason))
    todo = _ADVICE.get(provider, {}).get(str(cause and cause.lastgroup), "")
    source = {"okta": "Okta", "aws": "AWS"}.get(provider, provider)
    message = (
        f"Cannot read {what} from {source}: {printable(reason, None)}. {todo.format(right=right)}"
    )
    readable_error = LookupFailedError(message.rstrip())
    readable_error.cause = str(cause.lastgroup) if cause else ""
    return readable_error
