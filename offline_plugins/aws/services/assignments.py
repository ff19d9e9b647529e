"""Account assignments and application assignments of IAM Identity Center."""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.aws.calls import error_context, split_id, wait_until_done
from offline_plugins.aws.registry import resource
from offline_plugins.aws.resource_type import IMMUTABLE, AwsResourceType
from offline_plugins.aws.service import Service
from offline_plugins.provider import Properties, ProviderError

PARAMETERS = {
    "principalId": "PrincipalId", "principalType": "PrincipalType", "targetId": "TargetId",
    "targetType": "TargetType", "permissionSetArn": "PermissionSetArn",
    "instanceArn": "InstanceArn",
}  # fmt: skip
"""AWS's parameters by output, in the order of the id."""
ID = ("PRINCIPAL_ID", "PRINCIPAL_TYPE", "TARGET_ID", "TARGET_TYPE", "PERMISSION_SET_ARN",
      "INSTANCE_ARN")  # fmt: skip
DELETED = "EntitlementItem doesn't exist"
"""AWS's reason for the failed deletion of an assignment that has already been deleted."""
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
        with error_context(f"creating SSO Account Assignment for {who}"):
            if self.look(aws, made, wanted):
                raise ProviderError("already exists")
        self._run(aws, "Create", "Creation", made, who)
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
        try:
            self._run(aws, "Delete", "Deletion", id, f"Principal ({split_id(id, *ID)[0]})")
        except ProviderError as error:
            if DELETED not in str(error):
                raise

    def _run(self, aws: Service, verb: str, noun: str, id: str, who: str) -> None:
        """Start the creation or the deletion, and wait until it is done."""
        status = f"AccountAssignment{noun}Status"
        parameters = dict(zip(PARAMETERS.values(), split_id(id, *ID), strict=True))
        with error_context(f"{verb.lower()[:-1]}ing SSO Account Assignment for {who}"):
            started = aws.call(f"{verb}AccountAssignment", **parameters)[status]
        request = {
            "InstanceArn": parameters["InstanceArn"],
            f"AccountAssignment{noun}RequestId": started["RequestId"],
        }
        with error_context(f"waiting for SSO Account Assignment for {who} {verb.lower()}"):
            wait_until_done(lambda: aws.call(f"Describe{status}", **request)[status])


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

    def finish(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> Properties:
        """The inputs: the official plugin does not read a new assignment."""
        return wanted

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        with error_context(f"reading SSO Admin Application Assignment ({id})"):
            found = aws.call("DescribeApplicationAssignment", **_parameters(id))
        return {ours: found[theirs] for ours, theirs in APPLICATION.items()}

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        with error_context(f"deleting SSO Admin Application Assignment ({id})"):
            aws.call("DeleteApplicationAssignment", **_parameters(id))


def _parameters(id: str) -> dict[str, str]:
    names = ("APPLICATION_ARN", "PRINCIPAL_ID", "PRINCIPAL_TYPE")
    return dict(zip(APPLICATION.values(), split_id(id, *names), strict=True))
