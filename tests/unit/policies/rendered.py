"""Render each rule's examples as declared resources.

Inputs follow the providers' documentation, independently of the policy pack's code.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from tests.unit.policies.engine import Declared

PREFIX = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
APP = "0oa1"


def saml(**props: Any) -> list[Declared]:
    return [Declared("okta:app/saml:Saml", {"preconfiguredApp": "amazon_aws_sso"} | props, "app")]


def app_with_statements(statements: Sequence[Any]) -> list[Declared]:
    """An app with the given attribute statements."""
    each = [
        {"name": s.name, "namespace": s.namespace, "type": s.type, "values": list(s.values)}
        for s in statements
    ]
    return saml(attributeStatements=each)


def app_with_attributes(attributes: Sequence[Any]) -> list[Declared]:
    """An app that sends attributes for access control."""
    each = [{"name": PREFIX + a.key, "namespace": URI, "values": [a.value]} for a in attributes]
    return saml(attributeStatements=each)


def app_with_urls(acs: str, issuer: str) -> list[Declared]:
    return saml(appSettingsJson=json.dumps({"acsURL": acs, "entityID": issuer}))


def assigned(subject: Any, name: str = "example") -> list[Declared]:
    props = {
        "principalId": subject.principal,
        "principalType": subject.principal_type,
        "permissionSetArn": f"arn:aws:sso:::permissionSet/{subject.permission_set}",
        "targetId": subject.account,
    }
    return [Declared("aws:ssoadmin/accountAssignment:AccountAssignment", props, name)]


def permission_set(subject: Any, name: str = "example") -> list[Declared]:
    given = {
        "name": subject.name, "description": subject.description, "instanceArn": "arn:instance",
        "sessionDuration": subject.session_duration, "relayState": subject.relay_state,
    }  # fmt: skip
    props = {key: value for key, value in given.items() if value is not None}
    return [Declared("aws:ssoadmin/permissionSet:PermissionSet", props, name)]


def named_set(set_name: str, name: str) -> list[Declared]:
    props = {"name": set_name, "instanceArn": "arn:instance"}
    return [Declared("aws:ssoadmin/permissionSet:PermissionSet", props, name)]


def inline(policy: str | None) -> list[Declared]:
    props = {"inlinePolicy": policy, "permissionSetArn": "arn:set", "instanceArn": "arn:instance"}
    return [
        Declared(
            "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy", props, "inline"
        )
    ]


def attached(subject: Any) -> list[Declared]:
    return [
        Declared(
            "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
            {
                "permissionSetArn": "arn:set",
                "managedPolicyArn": f"arn:aws:iam::aws:policy/{policy}",
            },
            policy,
        )
        for policy in subject.managed_policies
    ]


def managed(policy: str) -> list[Declared]:
    kind = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
    return [Declared(kind, {"permissionSetArn": "arn:set", "managedPolicyArn": policy}, "managed")]


def customer_managed(policy: str) -> list[Declared]:
    """A customer managed policy as permissions boundary."""
    path, _, name = policy.rpartition("/") if policy.startswith("team/") else ("", "", policy)
    reference = {"name": name, "path": f"/{path}/"}
    return [
        Declared(
            "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment",
            {
                "permissionSetArn": "arn:set",
                "permissionsBoundary": {"customerManagedPolicyReference": reference},
            },
            "boundary",
        )
    ]


def instance(attributes: Sequence[tuple[str, str]]) -> list[Declared]:
    each = [{"key": key, "values": [{"sources": [source]}]} for key, source in attributes]
    kind = "aws:ssoadmin/instanceAccessControlAttributes:InstanceAccessControlAttributes"
    return [Declared(kind, {"attributes": each, "instanceArn": "arn:instance"}, "instance")]


def push(source: str, name: str = "example", **props: Any) -> Declared:
    given = {"appId": APP, "sourceGroupId": source, "deleteTargetGroupOnDestroy": False, **props}
    return Declared("okta:index/pushGroup:PushGroup", given, name)


def assignment(group: str, name: str = "example", **props: Any) -> Declared:
    given = {"appId": APP, "groupId": group, **props}
    return Declared("okta:app/groupAssignment:GroupAssignment", given, name)


def roles(subject: Any) -> list[Declared]:
    return [
        *(assignment(group, f"assign-{i}") for i, group in enumerate(subject.assignment_groups)),
        *(push(group, f"push-{i}") for i, group in enumerate(subject.push_groups)),
    ]


def pushed(names: Sequence[str]) -> list[Declared]:
    return [push(f"00g{i}", f"push-{i}", targetGroupName=n) for i, n in enumerate(names)]


def mapping(subject: Any) -> list[Declared]:
    given = {
        "targetGroupId": subject.target_group_id, "targetGroupName": subject.target_group_name,
        "deleteTargetGroupOnDestroy": subject.delete_target_group_on_destroy,
        "status": subject.status,
    }  # fmt: skip
    return [push("00g1", **{key: value for key, value in given.items() if value is not None})]


def profile(targets: dict[str, Any], push_status: str = "PUSH") -> list[Declared]:
    each = [{"id": name, "expression": "user.x", "pushStatus": push_status} for name in targets]
    props = {"sourceId": "oty1", "targetId": APP, "mappings": each}
    return [Declared("okta:profile/mapping:Mapping", props)]


def several(make: Callable[[Any, str], list[Declared]], subjects: Sequence[Any]) -> list[Declared]:
    return [each for i, subject in enumerate(subjects) for each in make(subject, f"example-{i}")]


def people(subject: Any) -> list[Declared]:
    return [
        Declared(
            "okta:app/user:User",
            {"appId": APP, "userId": f"00u{i}", "username": username},
            username,
        )
        for i, username in enumerate(subject.users)
    ]


def kinds(subject: Any) -> list[Declared]:
    plural = "okta:index/appGroupAssignments:AppGroupAssignments"
    groups = [{"id": "00gX"}]
    return [
        *(Declared(plural, {"appId": APP, "groups": groups}, name) for name in subject.together),
        *(assignment(f"00g-{name}", name) for name in subject.one_by_one),
    ]


def sign_on(subject: Any) -> list[Declared]:
    given = {
        "authenticationPolicy": subject.authentication_policy,
        "skipAuthenticationPolicy": subject.skip_authentication_policy,
    }
    return saml(**{key: value for key, value in given.items() if value is not None})


def group_rules(names: Sequence[str], condition: str = "true") -> list[Declared]:
    return [
        Declared(
            "okta:group/rule:Rule",
            {"name": name, "groupAssignments": ["00g1"], "expressionValue": condition},
            f"rule-{index}",
        )
        for index, name in enumerate(names)
    ]


def mapped(subject: Any) -> list[Declared]:
    each = [
        {"id": n, "expression": m.expression, "pushStatus": "PUSH" if m.push else "DONT_PUSH"}
        for n, m in subject.items()
    ]
    props = {"sourceId": "oty1", "targetId": APP, "mappings": each}
    return [Declared("okta:profile/mapping:Mapping", props)]


def password(status: str) -> list[Declared]:
    capabilities = {"update": {"password": {"status": status}}}
    props = {"appId": APP, "name": "USER_PROVISIONING", "capabilities": capabilities}
    return [Declared("okta:app/features:Features", props)]


def connection(url: str) -> list[Declared]:
    return [Declared("okta:app/connection:Connection", {"idProperty": APP, "baseUrl": url})]


def ordered(priorities: Sequence[int]) -> list[Declared]:
    groups = [{"id": f"00g{i}", "priority": float(p)} for i, p in enumerate(priorities)]
    kind = "okta:index/appGroupAssignments:AppGroupAssignments"
    return [Declared(kind, {"appId": APP, "groups": groups}, "all")]


def app_with_keys(keys: Sequence[str]) -> list[Declared]:
    each = [{"name": PREFIX + key, "namespace": URI, "values": ["user.x"]} for key in keys]
    return saml(attributeStatements=each)


def app_and_instance_attributes(subject: Any) -> list[Declared]:
    statements = [
        {"name": PREFIX + k, "namespace": URI, "values": ["user.x"]} for k in subject.saml
    ]
    pairs = [(key, "${path:userName}") for key in subject.instance]
    return [*saml(attributeStatements=statements), *instance(pairs)]


def app_and_switch(subject: Any) -> list[Declared]:
    enabled = instance([("UserName", "${path:userName}")]) if subject.enabled else []
    return [*app_with_keys(subject.keys), *enabled]


def app_and_policy(subject: Any) -> list[Declared]:
    statements = [
        {"name": PREFIX + k, "namespace": URI, "values": ["user.x"]} for k in subject.keys
    ]
    return [*saml(attributeStatements=statements), *inline(subject.policy)]


def app_with_settings(names: Sequence[str]) -> list[Declared]:
    return saml(appSettingsJson=json.dumps(dict.fromkeys(names, "https://x.example")))


def custom_app(name_id_format: str) -> list[Declared]:
    url = "https://us-east-1.sso.signin.aws/platform/saml/acs/x"
    props = {"ssoUrl": url, "subjectNameIdFormat": name_id_format}
    return [Declared("okta:app/saml:Saml", props, "app")]


def apps(subject: Sequence[Any]) -> list[Declared]:
    settings = [json.dumps({"acsURL": app.acs_url, "entityID": app.issuer_url}) for app in subject]
    return [
        Declared(
            "okta:app/saml:Saml",
            {"preconfiguredApp": "amazon_aws_sso", "appSettingsJson": each},
            f"app-{i}",
        )
        for i, each in enumerate(settings)
    ]


def inline_policies(subject: Sequence[Any]) -> list[Declared]:
    kind = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
    sets = [each.key[0] for each in subject]
    return [Declared(kind, {"permissionSetArn": arn}, f"inline-{i}") for i, arn in enumerate(sets)]


def policy_attachments(subject: Any) -> list[Declared]:
    exclusive = "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive"
    single = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
    return [
        Declared(kind, {"permissionSetArn": "arn:set"}, name)
        for kind, names in ((exclusive, subject.together), (single, subject.one_by_one))
        for name in names
    ]


RENDERED: dict[str, Callable[[Any], list[Declared]]] = {
    "OIC-101": connection,
    "OIC-110": lambda url: app_with_urls(url, "https://x.example"),
    "OIC-111": lambda url: app_with_urls("https://x.example", url),
    "OIC-133": connection,
    "OIC-134": lambda s: app_with_urls(s.acs_url, s.issuer_url),
    "OIC-112": lambda s: app_with_urls(s.acs_url, s.issuer_url),
    "OIC-201": roles,
    "OIC-204": roles,
    "OIC-205": lambda name: pushed([name]),
    "OIC-206": lambda name: pushed([name]),
    "OIC-207": pushed,
    "OIC-209": people,
    "OIC-220": mapping,
    "OIC-221": mapping,
    "OIC-222": mapping,
    "OIC-223": ordered,
    "OIC-231": lambda condition: group_rules(["a"], condition),
    "OIC-232": lambda condition: group_rules(["a"], condition),
    "OIC-233": lambda condition: group_rules(["a"], condition),
    "OIC-236": lambda condition: group_rules(["a"], condition),
    "OIC-234": group_rules,
    "OIC-230": kinds,
    "OIC-311": profile,
    "OIC-312": profile,
    "OIC-320": lambda template: saml(userNameTemplate=template),
    "OIC-321": lambda template: saml(userNameTemplate=template),
    "OIC-323": mapped,
    "OIC-324": mapped,
    "OIC-327": mapped,
    "OIC-328": mapped,
    "OIC-325": lambda template: saml(userNameTemplate=template),
    "OIC-401": lambda a: app_with_attributes([a]),
    "OIC-402": app_with_attributes,
    "OIC-403": lambda a: app_with_attributes([a]),
    "OIC-404": app_with_attributes,
    "OIC-406": lambda s: app_with_statements([s]),
    "OIC-407": lambda s: app_with_statements([s]),
    "OIC-408": lambda s: app_with_statements([s]),
    "OIC-409": app_and_instance_attributes,
    "OIC-411": lambda s: instance([(s.key, s.source)]),
    "OIC-412": lambda s: app_with_statements([s]),
    "OIC-415": lambda a: app_with_attributes([a]),
    "OIC-416": app_with_statements,
    "OIC-417": lambda a: app_with_attributes([a]),
    "OIC-418": lambda a: app_with_attributes([a]),
    "OIC-419": lambda a: app_with_attributes([a]),
    "OIC-430": app_and_switch,
    "OIC-501": permission_set,
    "OIC-502": permission_set,
    "OIC-503": permission_set,
    "OIC-504": permission_set,
    "OIC-505": lambda s: inline(s.inline_policy),
    "OIC-506": lambda s: inline(s.inline_policy),
    "OIC-507": attached,
    "OIC-508": lambda names: several(named_set, names),
    **dict.fromkeys((f"OIC-{number}" for number in range(509, 517)), inline),
    "OIC-517": managed,
    "OIC-518": customer_managed,
    "OIC-520": app_and_policy,
    "OIC-521": lambda s: inline(s.policy),
    "OIC-523": inline,
    "OIC-525": inline,
    "OIC-526": inline,
    "OIC-524": lambda s: inline(s.policy),
    "OIC-530": assigned,
    "OIC-531": assigned,
    "OIC-533": assigned,
    "OIC-535": lambda subjects: several(assigned, subjects),
    "OIC-614": password,
    "OIC-618": apps,
    "OIC-640": sign_on,
    "OIC-641": app_with_settings,
    "OIC-642": app_with_settings,
    "OIC-643": custom_app,
    "OIC-644": inline_policies,
    "OIC-645": policy_attachments,
}
"""All rules except OIC-210, which checks removals (see test_deprovisioning)."""
