"""The kinds of resources that the components declare, and what recovery knows about each."""

from dataclasses import dataclass

APP = "okta:app/saml:Saml"
CONNECTION = "okta:app/connection:Connection"
FEATURES = "okta:app/features:Features"
GROUP = "okta:group/group:Group"
RULE = "okta:group/rule:Rule"
GROUP_ASSIGNMENT = "okta:app/groupAssignment:GroupAssignment"
USER_ASSIGNMENT = "okta:app/user:User"
PUSH_MAPPING = "okta:index/pushGroup:PushGroup"
PROFILE_MAPPING = "okta:profile/mapping:Mapping"
PERMISSION_SET = "aws:ssoadmin/permissionSet:PermissionSet"
MANAGED_POLICY = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
CUSTOMER_POLICY = "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment"
INLINE_POLICY = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
BOUNDARY = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment"
ACCOUNT_ASSIGNMENT = "aws:ssoadmin/accountAssignment:AccountAssignment"
APPLICATION_ASSIGNMENT = "aws:ssoadmin/applicationAssignment:ApplicationAssignment"
ACCESS_CONTROL = "aws:ssoadmin/instanceAccessControlAttributes:InstanceAccessControlAttributes"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
EVENT_RULE = "aws:cloudwatch/eventRule:EventRule"
EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"


@dataclass(frozen=True)
class Kind:
    """`title`: what messages call it. `imported`: creating an existing one fails or makes a second
    one, so recovery imports it; the next `up` takes over any other. `refreshed`: a refresh drops
    one that is gone; for any other, only `pulumi state delete` does: the provider fails on a 404
    (docs/research/okta-provider.md#push-groups), or a group still assigns the user. `retained`: a
    destroy removes it from the state and keeps the object."""

    title: str
    imported: bool = False
    refreshed: bool = True
    retained: bool = False


KINDS = {
    APP: Kind("app", imported=True),
    CONNECTION: Kind("provisioning connection", refreshed=False),
    FEATURES: Kind("provisioning features", refreshed=False),
    GROUP: Kind("group", imported=True),
    RULE: Kind("group rule", imported=True),
    GROUP_ASSIGNMENT: Kind("group assignment"),
    USER_ASSIGNMENT: Kind("user assignment", refreshed=False),  # a group may still assign the user
    PUSH_MAPPING: Kind("push mapping", imported=True, refreshed=False),
    PROFILE_MAPPING: Kind("profile mapping", retained=True),
    PERMISSION_SET: Kind("permission set", imported=True),
    MANAGED_POLICY: Kind("managed policy attachment", imported=True),
    CUSTOMER_POLICY: Kind("customer managed policy attachment", imported=True),
    INLINE_POLICY: Kind("inline policy"),
    BOUNDARY: Kind("permissions boundary"),
    ACCOUNT_ASSIGNMENT: Kind("account assignment", imported=True),
    APPLICATION_ASSIGNMENT: Kind("application assignment", imported=True),
    ACCESS_CONTROL: Kind("attributes for access control", imported=True, retained=True),
    TOPIC: Kind("SNS topic", imported=True),
    TOPIC_POLICY: Kind("SNS topic policy"),
    SUBSCRIPTION: Kind("SNS subscription"),
    EVENT_RULE: Kind("EventBridge rule", imported=True),
    EVENT_TARGET: Kind("EventBridge target", imported=True),
}
"""Every kind by its type token."""
