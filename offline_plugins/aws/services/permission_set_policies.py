"""Policies of permission sets: inline, managed and customer managed, and permissions boundaries.

After each change, the permission set is provisioned again to all its accounts, as in the official
plugin.
"""

from __future__ import annotations

from typing import Any, ClassVar

from offline_plugins.aws.calls import error_context, split_id
from offline_plugins.aws.equivalence import (
    is_same_policy,
    json_object_error,
    keep_equivalent,
    normalize_json,
)
from offline_plugins.aws.registry import resource
from offline_plugins.aws.resource_type import IMMUTABLE, AwsResourceType, Input
from offline_plugins.aws.service import Service
from offline_plugins.aws.services.permission_sets import SET_ID_PARTS, provision, set_parameters
from offline_plugins.provider_server import Properties, ProviderError


def _with_path(boundary: Properties) -> Properties:
    own = boundary.get("customerManagedPolicyReference")
    return {**boundary, "customerManagedPolicyReference": {"path": "/", **own}} if own else boundary


class PermissionSetPart(AwsResourceType):
    """A part of a permission set. Its id ends with the ARNs of the permission set and instance."""

    service = "sso-admin"
    title: str
    prefix: tuple[str, ...] = ()
    """The names of the id's parts before those ARNs."""

    def put_part(self, aws: Service, at: dict[str, str], wanted: Properties) -> None:
        raise NotImplementedError

    def read_part(
        self, aws: Service, at: dict[str, str], prefix: list[str], known: Properties
    ) -> Any:
        """The part's outputs; None if the permission set does not have it."""
        raise NotImplementedError

    def remove_part(self, aws: Service, at: dict[str, str], prefix: list[str]) -> None:
        raise NotImplementedError

    def id_prefix(self, wanted: Properties) -> list[str]:
        return []

    def make(self, aws: Service, wanted: Properties) -> str:
        arn, instance = wanted["permissionSetArn"], wanted["instanceArn"]
        made = ",".join([*self.id_prefix(wanted), arn, instance])
        with error_context(f"creating {self.title} ({made})"):
            self.put_part(aws, set_parameters(arn, instance), wanted)
        return made

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
            self.put_part(
                aws, set_parameters(wanted["permissionSetArn"], wanted["instanceArn"]), wanted
            )

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        *prefix, arn, instance = split_id(id, *self.prefix, *SET_ID_PARTS)
        with error_context(f"deleting {self.title} ({id})"):
            self.remove_part(aws, set_parameters(arn, instance), prefix)
        provision(aws, arn, instance)


@resource
class PermissionSetInlinePolicy(PermissionSetPart):
    kind = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
    title = "SSO Permission Set Inline Policy"
    inputs: ClassVar = {
        "inlinePolicy": Input(
            required=True, same=is_same_policy, normalize=normalize_json, validate=json_object_error
        ),
        "instanceArn": IMMUTABLE,
        "permissionSetArn": IMMUTABLE,
    }

    def put_part(self, aws: Service, at: dict[str, str], wanted: Properties) -> None:
        aws.call("PutInlinePolicyToPermissionSet", **at, InlinePolicy=wanted["inlinePolicy"])

    def read_part(
        self, aws: Service, at: dict[str, str], prefix: list[str], known: Properties
    ) -> Any:
        found = aws.call("GetInlinePolicyForPermissionSet", **at).get("InlinePolicy")
        policy = keep_equivalent(known.get("inlinePolicy"), normalize_json(found), is_same_policy)
        return {"inlinePolicy": policy} if found else None

    def remove_part(self, aws: Service, at: dict[str, str], prefix: list[str]) -> None:
        aws.call("DeleteInlinePolicyFromPermissionSet", **at)


@resource
class ManagedPolicyAttachment(PermissionSetPart):
    kind = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
    title = "SSO Managed Policy Attachment"
    prefix = ("MANAGED_POLICY_ARN",)
    computed = ("managedPolicyName",)
    inputs: ClassVar = {
        "instanceArn": IMMUTABLE,
        "managedPolicyArn": IMMUTABLE,
        "permissionSetArn": IMMUTABLE,
    }

    def id_prefix(self, wanted: Properties) -> list[str]:
        return [wanted["managedPolicyArn"]]

    def put_part(self, aws: Service, at: dict[str, str], wanted: Properties) -> None:
        """Look for the attachment first. The official plugin does it for this type only."""
        policy = wanted["managedPolicyArn"]
        attachment = ",".join((policy, at["PermissionSetArn"], at["InstanceArn"]))
        if self.look(aws, attachment, wanted):
            raise ProviderError("already attached")
        aws.call("AttachManagedPolicyToPermissionSet", **at, ManagedPolicyArn=policy)

    def read_part(
        self, aws: Service, at: dict[str, str], prefix: list[str], known: Properties
    ) -> Any:
        found = aws.pages("ListManagedPoliciesInPermissionSet", "AttachedManagedPolicies", **at)
        return next(
            (
                {"managedPolicyArn": policy["Arn"], "managedPolicyName": policy["Name"]}
                for policy in found
                if policy["Arn"] == prefix[0]
            ),
            None,
        )

    def remove_part(self, aws: Service, at: dict[str, str], prefix: list[str]) -> None:
        aws.call("DetachManagedPolicyFromPermissionSet", **at, ManagedPolicyArn=prefix[0])


@resource
class CustomerManagedPolicyAttachment(PermissionSetPart):
    kind = "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment"
    title = "SSO Customer Managed Policy Attachment"
    prefix = ("CUSTOMER_MANAGED_POLICY_NAME", "CUSTOMER_MANAGED_POLICY_PATH")
    inputs: ClassVar = {
        "customerManagedPolicyReference": Input(
            required=True, replaces=True, normalize=lambda reference: {"path": "/", **reference}
        ),
        "instanceArn": IMMUTABLE,
        "permissionSetArn": IMMUTABLE,
    }

    def id_prefix(self, wanted: Properties) -> list[str]:
        reference = wanted["customerManagedPolicyReference"]
        return [reference["name"], reference["path"]]

    def put_part(self, aws: Service, at: dict[str, str], wanted: Properties) -> None:
        operation = "AttachCustomerManagedPolicyReferenceToPermissionSet"
        aws.call(operation, **at, **_reference(*self.id_prefix(wanted)))

    def read_part(
        self, aws: Service, at: dict[str, str], prefix: list[str], known: Properties
    ) -> Any:
        operation = "ListCustomerManagedPolicyReferencesInPermissionSet"
        for found in aws.pages(operation, "CustomerManagedPolicyReferences", **at):
            if prefix == [found["Name"], found.get("Path") or "/"]:
                return {"customerManagedPolicyReference": {"name": prefix[0], "path": prefix[1]}}
        return None

    def remove_part(self, aws: Service, at: dict[str, str], prefix: list[str]) -> None:
        operation = "DetachCustomerManagedPolicyReferenceFromPermissionSet"
        aws.call(operation, **at, **_reference(*prefix))


@resource
class PermissionsBoundaryAttachment(PermissionSetPart):
    kind = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment"
    title = "SSO Permissions Boundary Attachment"
    inputs: ClassVar = {
        "instanceArn": IMMUTABLE,
        "permissionSetArn": IMMUTABLE,
        "permissionsBoundary": Input(required=True, replaces=True, normalize=_with_path),
    }

    def put_part(self, aws: Service, at: dict[str, str], wanted: Properties) -> None:
        boundary = wanted["permissionsBoundary"]
        parameters: Properties = {}
        if arn := boundary.get("managedPolicyArn"):
            parameters["ManagedPolicyArn"] = arn
        if own := boundary.get("customerManagedPolicyReference"):
            parameters |= _reference(own["name"], own["path"])
        aws.call("PutPermissionsBoundaryToPermissionSet", **at, PermissionsBoundary=parameters)

    def read_part(
        self, aws: Service, at: dict[str, str], prefix: list[str], known: Properties
    ) -> Any:
        found = aws.call("GetPermissionsBoundaryForPermissionSet", **at)["PermissionsBoundary"]
        if arn := found.get("ManagedPolicyArn"):
            return {"permissionsBoundary": {"managedPolicyArn": arn}}
        own = found["CustomerManagedPolicyReference"]
        reference = {"name": own["Name"], "path": own.get("Path") or "/"}
        return {"permissionsBoundary": {"customerManagedPolicyReference": reference}}

    def remove_part(self, aws: Service, at: dict[str, str], prefix: list[str]) -> None:
        aws.call("DeletePermissionsBoundaryFromPermissionSet", **at)


def _reference(name: str, path: str) -> Properties:
    return {"CustomerManagedPolicyReference": {"Name": name, "Path": path}}
