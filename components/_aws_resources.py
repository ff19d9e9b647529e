"""The federation's parts on the AWS side: what is asked for of access, attributes and alarm."""

import pulumi_aws as aws
from pulumi import Output, Resource, ResourceOptions

from .aws.access_control_attributes import AccessControlAttributes
from .aws.account_access import AccountAccess
from .aws.scim_token import ScimToken
from .aws.token_expiry_alarm import DAYS_BEFORE, TokenExpiryAlarm
from .federation_args import IdentityCenterFederationArgs
from .okta.groups import group_key
from .okta.push_groups import PushGroups


def declare_aws_resources(
    parent: Resource,
    name: str,
    args: IdentityCenterFederationArgs,
    instance_arn: Output[str],
    token: ScimToken,
    pushes: PushGroups,
) -> None:
    """Whatever of access, attributes and alarm is asked for."""
    child, keys = ResourceOptions(parent=parent), [a["key"] for a in args.get("attributes", [])]
    control = args.get("access_control")
    if control is not None:
        switched = AccessControlAttributes(
            f"{name}-attributes",
            {
                "instance_arn": instance_arn,
                "attributes": control.get("attributes", {}),
                "from_okta": keys,
                "import_id": control.get("import_id", ""),
                "protect": args.get("protect", False),
            },
            child,
        )
        keys += switched.keys
    sets, applications = args.get("permission_sets", []), args.get("applications", [])
    if sets or applications:
        AccountAccess(
            f"{name}-access",
            {
                "instance_arn": instance_arn,
                "group_ids": pushes.group_ids,
                "pushed": [group_key(group) for group in args.get("push", [])],
                "group_ids_there": {
                    group_key(group): group["aws_group_id"]
                    for group in args.get("push", [])
                    if "aws_group_id" in group
                },
                "permission_sets": sets,
                "applications": applications,
                "tags": keys,
                "protect": args.get("protect", False),
            },
            child,
        )
    alarm = args.get("alarm")
    if alarm is not None:
        TokenExpiryAlarm(
            f"{name}-alarm",
            {
                "expires": token.expires,
                "secret": args["secret"],
                "emails": alarm.get("emails", []),
                "days_before": alarm.get("days_before", DAYS_BEFORE),
            },
            part(child, args.get("alarm_provider")),
        )


def part(options: ResourceOptions, provider: aws.Provider | None) -> ResourceOptions:
    """A part that lies elsewhere has a provider of its own; the others have the federation's."""
    if provider is None:
        return options
    return ResourceOptions.merge(options, ResourceOptions(providers=[provider]))
