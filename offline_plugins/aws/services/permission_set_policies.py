"""What permission sets carry: an inline policy, managed policies, a permissions boundary.

After each change the set is provisioned again to all accounts that have it, as by the real plugin.
"""

from __future__ import annotations

from typing import Any, ClassVar

from offline_plugins.aws.calls import doing, parts
from offline_plugins.aws.declared import FIXED, Declared, Input
from offline_plugins.aws.documents import is_same_policy, kept, normal_json, not_json
from offline_plugins.aws.registry import resource
from offline_plugins.aws.service import Service
from offline_plugins.aws.services.permission_sets import OF_SET, at_set, provision
from offline_plugins.provider_server import Properties, ProviderError


def _with_path(boundary: Properties) -> Properties:
    own = boundary.get("customerManagedPolicyReference")
    return {**boundary, "customerManagedPolicyReference": {"path": "/", **own}} if own else boundary


class OfSet(Declared):
    """Something that a permission set carries; its id ends with those of the set and instance."""

    service = "sso-admin"
    title: str
    said: tuple[str, ...] = ()
    """The parts of the id before those two."""

    def put(self, aws: Service, at: dict[str, str], wanted: Properties) -> None:
        raise NotImplementedError

    def held(self, aws: Service, at: dict[str, str], said: list[str], known: Properties) -> Any:
        """The outputs of what the set carries; None if it does not."""
        raise NotImplementedError

    def drop(self, aws: Service, at: dict[str, str], said: list[str]) -> None:
        raise NotImplementedError

    def id_parts(self, wanted: Properties) -> list[str]:
        return []

    def make(self, aws: Service, wanted: Properties) -> str:
        arn, instance = wanted["permissionSetArn"], wanted["instanceArn"]
        made = ",".join([*self.id_parts(wanted), arn, instance])
        with doing(f"creating {self.title} ({made})"):
            if self.said and self.find(aws, made, wanted):
                raise ProviderError("already attached")
            self.put(aws, at_set(arn, instance), wanted)
        return made

    def settle(self, aws: Service, id: str, wanted: Properties) -> None:
        provision(aws, wanted["permissionSetArn"], wanted["instanceArn"])

    def find(self, aws: Service, id: str, known: Properties) -> Properties | None:
        *said, arn, instance = parts(id, *self.said, *OF_SET)
        with doing(f"reading {self.title} ({id})"):
            held = self.held(aws, at_set(arn, instance), said, known)
        return held and {**held, "permissionSetArn": arn, "instanceArn": instance}

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        with doing(f"updating {self.title} ({id})"):
            self.put(aws, at_set(wanted["permissionSetArn"], wanted["instanceArn"]), wanted)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        *said, arn, instance = parts(id, *self.said, *OF_SET)
        with doing(f"deleting {self.title} ({id})"):
            self.drop(aws, at_set(arn, instance), said)
        provision(aws, arn, instance)


@resource
class PermissionSetInlinePolicy(OfSet):
    kind = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
    title = "SSO Permission Set Inline Policy"
    inputs: ClassVar = {
        "inlinePolicy": Input(
            required=True, same=is_same_policy, normal=normal_json, wrong=not_json
        ),
        "instanceArn": FIXED,
        "permissionSetArn": FIXED,
    }

    def put(self, aws: Service, at: dict[str, str], wanted: Properties) -> None:
        aws.call("PutInlinePolicyToPermissionSet", **at, InlinePolicy=wanted["inlinePolicy"])

    def held(self, aws: Service, at: dict[str, str], said: list[str], known: Properties) -> Any:
        found = aws.call("GetInlinePolicyForPermissionSet", **at).get("InlinePolicy")
        policy = kept(known.get("inlinePolicy"), normal_json(found), is_same_policy)
        return {"inlinePolicy": policy} if found else None

    def drop(self, aws: Service, at: dict[str, str], said: list[str]) -> None:
        aws.call("DeleteInlinePolicyFromPermissionSet", **at)


@resource
class ManagedPolicyAttachment(OfSet):
    kind = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
    title = "SSO Managed Policy Attachment"
    said = ("MANAGED_POLICY_ARN",)
    computed = ("managedPolicyName",)
    inputs: ClassVar = {"instanceArn": FIXED, "managedPolicyArn": FIXED, "permissionSetArn": FIXED}

    def id_parts(self, wanted: Properties) -> list[str]:
        return [wanted["managedPolicyArn"]]

    def put(self, aws: Service, at: dict[str, str], wanted: Properties) -> None:
        policy = wanted["managedPolicyArn"]
        aws.call("AttachManagedPolicyToPermissionSet", **at, ManagedPolicyArn=policy)

    def held(self, aws: Service, at: dict[str, str], said: list[str], known: Properties) -> Any:
        found = aws.pages("ListManagedPoliciesInPermissionSet", "AttachedManagedPolicies", **at)
        return next(
            (
                {"managedPolicyArn": policy["Arn"], "managedPolicyName": policy["Name"]}
                for policy in found
                if policy["Arn"] == said[0]
            ),
            None,
        )

    def drop(self, aws: Service, at: dict[str, str], said: list[str]) -> None:
        aws.call("DetachManagedPolicyFromPermissionSet", **at, ManagedPolicyArn=said[0])


@resource
class CustomerManagedPolicyAttachment(OfSet):
    kind = "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment"
    title = "SSO Customer Managed Policy Attachment"
    said = ("CUSTOMER_MANAGED_POLICY_NAME", "CUSTOMER_MANAGED_POLICY_PATH")
    inputs: ClassVar = {
        "customerManagedPolicyReference": Input(
            required=True, replaces=True, normal=lambda reference: {"path": "/", **reference}
        ),
        "instanceArn": FIXED,
        "permissionSetArn": FIXED,
    }

    def id_parts(self, wanted: Properties) -> list[str]:
        reference = wanted["customerManagedPolicyReference"]
        return [reference["name"], reference["path"]]

    def put(self, aws: Service, at: dict[str, str], wanted: Properties) -> None:
        operation = "AttachCustomerManagedPolicyReferenceToPermissionSet"
        aws.call(operation, **at, **_reference(*self.id_parts(wanted)))

    def held(self, aws: Service, at: dict[str, str], said: list[str], known: Properties) -> Any:
        operation = "ListCustomerManagedPolicyReferencesInPermissionSet"
        for found in aws.pages(operation, "CustomerManagedPolicyReferences", **at):
            if said == [found["Name"], found.get("Path") or "/"]:
                return {"customerManagedPolicyReference": {"name": said[0], "path": said[1]}}
        return None

    def drop(self, aws: Service, at: dict[str, str], said: list[str]) -> None:
        operation = "DetachCustomerManagedPolicyReferenceFromPermissionSet"
        aws.call(operation, **at, **_reference(*said))


@resource
class PermissionsBoundaryAttachment(OfSet):
    kind = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment"
    title = "SSO Permissions Boundary Attachment"
    inputs: ClassVar = {
        "instanceArn": FIXED,
        "permissionSetArn": FIXED,
        "permissionsBoundary": Input(required=True, replaces=True, normal=_with_path),
    }

    def put(self, aws: Service, at: dict[str, str], wanted: Properties) -> None:
        boundary = wanted["permissionsBoundary"]
        asked: Properties = {}
        if arn := boundary.get("managedPolicyArn"):
            asked["ManagedPolicyArn"] = arn
        if own := boundary.get("customerManagedPolicyReference"):
            asked |= _reference(own["name"], own["path"])
        aws.call("PutPermissionsBoundaryToPermissionSet", **at, PermissionsBoundary=asked)

    def held(self, aws: Service, at: dict[str, str], said: list[str], known: Properties) -> Any:
        found = aws.call("GetPermissionsBoundaryForPermissionSet", **at)["PermissionsBoundary"]
        if arn := found.get("ManagedPolicyArn"):
            return {"permissionsBoundary": {"managedPolicyArn": arn}}
        own = found["CustomerManagedPolicyReference"]
        reference = {"name": own["Name"], "path": own.get("Path") or "/"}
        return {"permissionsBoundary": {"customerManagedPolicyReference": reference}}

    def drop(self, aws: Service, at: dict[str, str], said: list[str]) -> None:
        aws.call("DeletePermissionsBoundaryFromPermissionSet", **at)


def _reference(name: str, path: str) -> Properties:
    return {"CustomerManagedPolicyReference": {"Name": name, "Path": path}}
