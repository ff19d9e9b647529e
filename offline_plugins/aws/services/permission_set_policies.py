"""Policies of permission sets: inline, managed and customer managed, and permissions boundaries.

After each change, the permission set is provisioned again to all its accounts, as in the official
plugin.
"""

from __future__ import annotations

from typing import Any, ClassVar

from offline_plugins.aws.calls import error_context, split_id
from offline_plugins.aws.registry import resource
from offline_plugins.aws.resource_type import IMMUTABLE, POLICY, AwsResourceType, Input
from offline_plugins.aws.service import Service
from offline_plugins.aws.services.permission_sets import SET_ID_PARTS, provision, set_parameters
from offline_plugins.provider import Properties, ProviderError

ATTACHED = "AttachedManagedPolicies"
OF_SET = {"instanceArn": IMMUTABLE, "permissionSetArn": IMMUTABLE}


def _with_path(boundary: Properties) -> Properties:
    own = boundary.get("customerManagedPolicyReference")
    return {**boundary, "customerManagedPolicyReference": {"path": "/", **own}} if own else boundary


class PermissionSetPart(AwsResourceType):
    """A part of a permission set. Its id ends with the ARNs of the permission set and instance."""

    service = "sso-admin"
    title: ClassVar[str]
    put: ClassVar[str]
    """The operation that creates or changes the part."""
    detach: ClassVar[str]
    """The operation that deletes the part."""
    prefix: ClassVar[tuple[str, ...]] = ()
    """The names of the id's parts before those ARNs."""

    def value(self, wanted: Properties) -> Properties:
        """The parameters of `put` that describe the part."""
        return self.identity(self.id_prefix(wanted))

    def identity(self, prefix: list[str]) -> Properties:
        """The parameters that select the part of a permission set that can have several."""
        return {}

    def read_part(self, aws: Service, at: Properties, prefix: list[str], known: Properties) -> Any:
        """The part's outputs; None if the permission set does not have it."""
        raise NotImplementedError

    def id_prefix(self, wanted: Properties) -> list[str]:
        return []

    def make(self, aws: Service, wanted: Properties) -> str:
        made = ",".join(
            [*self.id_prefix(wanted), wanted["permissionSetArn"], wanted["instanceArn"]]
        )
        with error_context(f"creating {self.title} ({made})"):
            self.put_part(aws, made, wanted)
        return made

    def put_part(self, aws: Service, id: str, wanted: Properties) -> None:
        at = set_parameters(wanted["permissionSetArn"], wanted["instanceArn"])
        aws.call(self.put, **at, **self.value(wanted))

    def finish(
        self, aws: Service, id: str, olds: Properties, wanted: Properties
    ) -> Properties | None:
        provision(aws, wanted["permissionSetArn"], wanted["instanceArn"])
        return super().finish(aws, id, olds, wanted)

    def find(self, aws: Service, id: str, known: Properties) -> Properties | None:
        *prefix, arn, instance = split_id(id, *self.prefix, *SET_ID_PARTS)
        with error_context(f"reading {self.title} ({id})"):
            outputs = self.read_part(aws, set_parameters(arn, instance), prefix, known)
        return outputs and {**outputs, "permissionSetArn": arn, "instanceArn": instance}

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        with error_context(f"updating {self.title} ({id})"):
            self.put_part(aws, id, wanted)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        *prefix, arn, instance = split_id(id, *self.prefix, *SET_ID_PARTS)
        with error_context(f"deleting {self.title} ({id})"):
            aws.call(self.detach, **set_parameters(arn, instance), **self.identity(prefix))
        provision(aws, arn, instance)


@resource
class PermissionSetInlinePolicy(PermissionSetPart):
    kind = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
    title = "SSO Permission Set Inline Policy"
    put = "PutInlinePolicyToPermissionSet"
    detach = "DeleteInlinePolicyFromPermissionSet"
    inputs: ClassVar = {"inlinePolicy": POLICY, **OF_SET}

    def value(self, wanted: Properties) -> Properties:
        return {"InlinePolicy": wanted["inlinePolicy"]}

    def read_part(self, aws: Service, at: Properties, prefix: list[str], known: Properties) -> Any:
        found = aws.call("GetInlinePolicyForPermissionSet", **at).get("InlinePolicy")
        return {"inlinePolicy": found} if found else None


@resource
class ManagedPolicyAttachment(PermissionSetPart):
    kind = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
    title = "SSO Managed Policy Attachment"
    put = "AttachManagedPolicyToPermissionSet"
    detach = "DetachManagedPolicyFromPermissionSet"
    prefix = ("MANAGED_POLICY_ARN",)
    computed = ("managedPolicyName",)
    inputs: ClassVar = {"managedPolicyArn": IMMUTABLE, **OF_SET}

    def id_prefix(self, wanted: Properties) -> list[str]:
        return [wanted["managedPolicyArn"]]

    def identity(self, prefix: list[str]) -> Properties:
        return {"ManagedPolicyArn": prefix[0]}

    def put_part(self, aws: Service, id: str, wanted: Properties) -> None:
        """Look for the attachment first. The official plugin does it for this type only."""
        if self.look(aws, id, wanted):
            raise ProviderError("already attached")
        super().put_part(aws, id, wanted)

    def read_part(self, aws: Service, at: Properties, prefix: list[str], known: Properties) -> Any:
        for found in aws.pages("ListManagedPoliciesInPermissionSet", ATTACHED, **at):
            if found["Arn"] == prefix[0]:
                return {"managedPolicyArn": found["Arn"], "managedPolicyName": found["Name"]}
        return None


@resource
class CustomerManagedPolicyAttachment(PermissionSetPart):
    kind = "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment"
    title = "SSO Customer Managed Policy Attachment"
    put = "AttachCustomerManagedPolicyReferenceToPermissionSet"
    detach = "DetachCustomerManagedPolicyReferenceFromPermissionSet"
    prefix = ("CUSTOMER_MANAGED_POLICY_NAME", "CUSTOMER_MANAGED_POLICY_PATH")
    inputs: ClassVar = {
        "customerManagedPolicyReference": Input(
            required=True, replaces=True, normalize=lambda reference: {"path": "/", **reference}
        ),
        **OF_SET,
    }

    def id_prefix(self, wanted: Properties) -> list[str]:
        reference = wanted["customerManagedPolicyReference"]
        return [reference["name"], reference["path"]]

    def identity(self, prefix: list[str]) -> Properties:
        return _reference(*prefix)

    def read_part(self, aws: Service, at: Properties, prefix: list[str], known: Properties) -> Any:
        operation = "ListCustomerManagedPolicyReferencesInPermissionSet"
        for found in aws.pages(operation, "CustomerManagedPolicyReferences", **at):
            if prefix == [found["Name"], found.get("Path") or "/"]:
                return {"customerManagedPolicyReference": {"name": prefix[0], "path": prefix[1]}}
        return None


@resource
class PermissionsBoundaryAttachment(PermissionSetPart):
    kind = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment"
    title = "SSO Permissions Boundary Attachment"
    put = "PutPermissionsBoundaryToPermissionSet"
    detach = "DeletePermissionsBoundaryFromPermissionSet"
    inputs: ClassVar = {
        "permissionsBoundary": Input(required=True, replaces=True, normalize=_with_path),
        **OF_SET,
    }

    def value(self, wanted: Properties) -> Properties:
        boundary, parameters = wanted["permissionsBoundary"], {}
        if arn := boundary.get("managedPolicyArn"):
            parameters["ManagedPolicyArn"] = arn
        if own := boundary.get("customerManagedPolicyReference"):
            parameters |= _reference(own["name"], own["path"])
        return {"PermissionsBoundary": parameters}

    def read_part(self, aws: Service, at: Properties, prefix: list[str], known: Properties) -> Any:
        found = aws.call("GetPermissionsBoundaryForPermissionSet", **at)["PermissionsBoundary"]
        if arn := found.get("ManagedPolicyArn"):
            return {"permissionsBoundary": {"managedPolicyArn": arn}}
        own = found["CustomerManagedPolicyReference"]
        reference = {"name": own["Name"], "path": own.get("Path") or "/"}
        return {"permissionsBoundary": {"customerManagedPolicyReference": reference}}


def _reference(name: str, path: str) -> Properties:
    return {"CustomerManagedPolicyReference": {"Name": name, "Path": path}}
