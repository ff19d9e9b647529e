"""Account assignments and application assignments of IAM Identity Center."""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.aws.calls import error_context, split_id, wait_until_done
from offline_plugins.aws.registry import resource
from offline_plugins.aws.resource_type import IMMUTABLE, AwsResourceType
from offline_plugins.aws.service import Service
from offline_plugins.provider_server import Properties, ProviderError

PARAMETERS = {
    "principalId": "PrincipalId", "principalType": "PrincipalType", "targetId": "TargetId",
    "targetType": "TargetType", "permissionSetArn": "PermissionSetArn",
    "instanceArn": "InstanceArn",
}  # fmt: skip
"""AWS's parameters by output, in the order of the id."""
ID = ("PRINCIPAL_ID", "PRINCIPAL_TYPE", "TARGET_ID", "TARGET_TYPE", "PERMISSION_SET_ARN",
      "INSTANCE_ARN")  # fmt: skip
APPLICATION = {"applicationArn": "ApplicationArn", "principalId": "PrincipalId",
               "principalType": "PrincipalType"}  # fmt: skip


@resource
class AccountAssignment(AwsResourceType):
    kind = "aws:ssoadmin/accountAssignment:AccountAssignment"
    service = "sso-admin"
    inputs: ClassVar = dict.fromkeys(PARAMETERS, IMMUTABLE)

    def make(self, aws: Service, wanted: Properties) -> str:
        """Look for the assignment first: AWS accepts the creation of an existing one."""
        who = f"{wanted['principalType']} ({wanted['principalId']})"
        made = ",".join(wanted[name] for name in PARAMETERS)
        parameters = {theirs: wanted[ours] for ours, theirs in PARAMETERS.items()}
        with error_context(f"creating SSO Account Assignment for {who}"):
            if self.find(aws, made, wanted):
                raise ProviderError("already exists")
            started = aws.call("CreateAccountAssignment", **parameters)[
                "AccountAssignmentCreationStatus"
            ]
        with error_context(f"waiting for SSO Account Assignment for {who} create"):
            wait_until_done(
                lambda: aws.call(
                    "DescribeAccountAssignmentCreationStatus", InstanceArn=wanted["instanceArn"],
                    AccountAssignmentCreationRequestId=started["RequestId"],
                )["AccountAssignmentCreationStatus"]
            )  # fmt: skip
        return made

    def find(self, aws: Service, id: str, known: Properties) -> Properties | None:
        wanted = dict(zip(PARAMETERS, split_id(id, *ID), strict=True))
        with error_context(
            f"reading SSO Account Assignment for Principal ({wanted['principalId']})"
        ):
            found = aws.pages(
                "ListAccountAssignments", "AccountAssignments", InstanceArn=wanted["instanceArn"],
                AccountId=wanted["targetId"], PermissionSetArn=wanted["permissionSetArn"],
            )  # fmt: skip
        who = (wanted["principalId"], wanted["principalType"])
        exists = any((one["PrincipalId"], one["PrincipalType"]) == who for one in found)
        return wanted if exists else None

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        parameters = dict(zip(PARAMETERS.values(), split_id(id, *ID), strict=True))
        who = f"Principal ({parameters['PrincipalId']})"
        with error_context(f"deleting SSO Account Assignment for {who}"):
            started = aws.call("DeleteAccountAssignment", **parameters)[
                "AccountAssignmentDeletionStatus"
            ]
        with error_context(f"waiting for SSO Account Assignment for {who} delete"):
            wait_until_done(
                lambda: aws.call(
                    "DescribeAccountAssignmentDeletionStatus",
                    InstanceArn=parameters["InstanceArn"],
                    AccountAssignmentDeletionRequestId=started["RequestId"],
                )["AccountAssignmentDeletionStatus"]
            )  # fmt: skip


@resource
class ApplicationAssignment(AwsResourceType):
    kind = "aws:ssoadmin/applicationAssignment:ApplicationAssignment"
    service = "sso-admin"
    sdk = "framework"
    inputs: ClassVar = dict.fromkeys(APPLICATION, IMMUTABLE)

    def make(self, aws: Service, wanted: Properties) -> str:
        parameters = {theirs: wanted[ours] for ours, theirs in APPLICATION.items()}
        with error_context(
            f"creating SSO Admin Application Assignment ({wanted['applicationArn']})"
        ):
            aws.call("CreateApplicationAssignment", **parameters)
        return ",".join(parameters.values())

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        with error_context(f"reading SSO Admin Application Assignment ({id})"):
            found = aws.call("DescribeApplicationAssignment", **_asked(id))
        return {ours: found[theirs] for ours, theirs in APPLICATION.items()}

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        with error_context(f"deleting SSO Admin Application Assignment ({id})"):
            aws.call("DeleteApplicationAssignment", **_asked(id))


def _asked(id: str) -> dict[str, str]:
    names = ("APPLICATION_ARN", "PRINCIPAL_ID", "PRINCIPAL_TYPE")
    return dict(zip(APPLICATION.values(), split_id(id, *names), strict=True))
