"""Assignments of people and groups to accounts, and to applications of IAM Identity Center."""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.aws.calls import doing, parts, until_done
from offline_plugins.aws.declared import FIXED, Declared
from offline_plugins.aws.registry import resource
from offline_plugins.aws.service import Service
from offline_plugins.provider_server import Properties, ProviderError

ASKED = {
    "principalId": "PrincipalId", "principalType": "PrincipalType", "targetId": "TargetId",
    "targetType": "TargetType", "permissionSetArn": "PermissionSetArn",
    "instanceArn": "InstanceArn",
}  # fmt: skip
"""Outputs and AWS's names, in the order of the id."""
ID = ("PRINCIPAL_ID", "PRINCIPAL_TYPE", "TARGET_ID", "TARGET_TYPE", "PERMISSION_SET_ARN",
      "INSTANCE_ARN")  # fmt: skip
APPLICATION = {"applicationArn": "ApplicationArn", "principalId": "PrincipalId",
               "principalType": "PrincipalType"}  # fmt: skip


@resource
class AccountAssignment(Declared):
    kind = "aws:ssoadmin/accountAssignment:AccountAssignment"
    service = "sso-admin"
    inputs: ClassVar = dict.fromkeys(ASKED, FIXED)

    def make(self, aws: Service, wanted: Properties) -> str:
        """AWS takes one that is there already, so it is looked for first."""
        who = f"{wanted['principalType']} ({wanted['principalId']})"
        made = ",".join(wanted[name] for name in ASKED)
        asked = {theirs: wanted[ours] for ours, theirs in ASKED.items()}
        with doing(f"creating SSO Account Assignment for {who}"):
            if self.find(aws, made, wanted):
                raise ProviderError("already exists")
            begun = aws.call("CreateAccountAssignment", **asked)["AccountAssignmentCreationStatus"]
        with doing(f"waiting for SSO Account Assignment for {who} create"):
            until_done(
                lambda: aws.call(
                    "DescribeAccountAssignmentCreationStatus", InstanceArn=wanted["instanceArn"],
                    AccountAssignmentCreationRequestId=begun["RequestId"],
                )["AccountAssignmentCreationStatus"]
            )  # fmt: skip
        return made

    def find(self, aws: Service, id: str, known: Properties) -> Properties | None:
        wanted = dict(zip(ASKED, parts(id, *ID), strict=True))
        with doing(f"reading SSO Account Assignment for Principal ({wanted['principalId']})"):
            found = aws.pages(
                "ListAccountAssignments", "AccountAssignments", InstanceArn=wanted["instanceArn"],
                AccountId=wanted["targetId"], PermissionSetArn=wanted["permissionSetArn"],
            )  # fmt: skip
        who = (wanted["principalId"], wanted["principalType"])
        there = any((one["PrincipalId"], one["PrincipalType"]) == who for one in found)
        return wanted if there else None

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        asked = dict(zip(ASKED.values(), parts(id, *ID), strict=True))
        who = f"Principal ({asked['PrincipalId']})"
        with doing(f"deleting SSO Account Assignment for {who}"):
            begun = aws.call("DeleteAccountAssignment", **asked)["AccountAssignmentDeletionStatus"]
        with doing(f"waiting for SSO Account Assignment for {who} delete"):
            until_done(
                lambda: aws.call(
                    "DescribeAccountAssignmentDeletionStatus", InstanceArn=asked["InstanceArn"],
                    AccountAssignmentDeletionRequestId=begun["RequestId"],
                )["AccountAssignmentDeletionStatus"]
            )  # fmt: skip


@resource
class ApplicationAssignment(Declared):
    kind = "aws:ssoadmin/applicationAssignment:ApplicationAssignment"
    service = "sso-admin"
    half = "framework"
    inputs: ClassVar = dict.fromkeys(APPLICATION, FIXED)

    def make(self, aws: Service, wanted: Properties) -> str:
        asked = {theirs: wanted[ours] for ours, theirs in APPLICATION.items()}
        with doing(f"creating SSO Admin Application Assignment ({wanted['applicationArn']})"):
            aws.call("CreateApplicationAssignment", **asked)
        return ",".join(asked.values())

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        with doing(f"reading SSO Admin Application Assignment ({id})"):
            found = aws.call("DescribeApplicationAssignment", **_asked(id))
        return {ours: found[theirs] for ours, theirs in APPLICATION.items()}

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        with doing(f"deleting SSO Admin Application Assignment ({id})"):
            aws.call("DeleteApplicationAssignment", **_asked(id))


def _asked(id: str) -> dict[str, str]:
    names = ("APPLICATION_ARN", "PRINCIPAL_ID", "PRINCIPAL_TYPE")
    return dict(zip(APPLICATION.values(), parts(id, *names), strict=True))
