"""Account assignments and application assignments of IAM Identity Center."""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.aws.calls import error_context, members, parameters, split_id, wait_until_done
from offline_plugins.aws.registry import resource
from offline_plugins.aws.resource_type import IMMUTABLE, AwsResourceType
from offline_plugins.aws.service import Service
from offline_plugins.provider import Properties, ProviderError

ACCOUNT = ("principalId", "principalType", "targetId", "targetType", "permissionSetArn",
           "instanceArn")  # fmt: skip
"""The inputs, in the order of the id."""
ID = ("PRINCIPAL_ID", "PRINCIPAL_TYPE", "TARGET_ID", "TARGET_TYPE", "PERMISSION_SET_ARN",
      "INSTANCE_ARN")  # fmt: skip
DELETED = "EntitlementItem doesn't exist"
"""AWS's reason for the failed deletion of an assignment that has already been deleted."""
APPLICATION = ("applicationArn", "principalId", "principalType")


@resource
class AccountAssignment(AwsResourceType):
    kind = "aws:ssoadmin/accountAssignment:AccountAssignment"
    service = "sso-admin"
    inputs: ClassVar = dict.fromkeys(ACCOUNT, IMMUTABLE)

    def make(self, aws: Service, wanted: Properties) -> str:
        """Look for the assignment first: AWS accepts the creation of an existing one."""
        who = f"{wanted['principalType']} ({wanted['principalId']})"
        made = ",".join(wanted[name] for name in ACCOUNT)
        with error_context(f"creating SSO Account Assignment for {who}"):
            if self.look(aws, made, wanted):
                raise ProviderError("already exists")
        self._run(aws, "Create", "Creation", made, who)
        return made

    def find(self, aws: Service, id: str, known: Properties) -> Properties | None:
        wanted = _parts(id, ACCOUNT, ID)
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
        sent = parameters(_parts(id, ACCOUNT, ID), ACCOUNT)
        with error_context(f"{verb.lower()[:-1]}ing SSO Account Assignment for {who}"):
            started = aws.call(f"{verb}AccountAssignment", **sent)[status]
        request = {
            "InstanceArn": sent["InstanceArn"],
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
        with error_context(
            f"creating SSO Admin Application Assignment ({wanted['applicationArn']})"
        ):
            aws.call("CreateApplicationAssignment", **parameters(wanted, APPLICATION))
        return ",".join(wanted[name] for name in APPLICATION)

    def finish(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> Properties:
        """The inputs: the official plugin does not read a new assignment."""
        return wanted

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        with error_context(f"reading SSO Admin Application Assignment ({id})"):
            found = aws.call("DescribeApplicationAssignment", **_application_parameters(id))
        return members(found, APPLICATION)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        with error_context(f"deleting SSO Admin Application Assignment ({id})"):
            aws.call("DeleteApplicationAssignment", **_application_parameters(id))


def _parts(id: str, names: tuple[str, ...], expected: tuple[str, ...]) -> Properties:
    return dict(zip(names, split_id(id, *expected), strict=True))


def _application_parameters(id: str) -> Properties:
    expected = ("APPLICATION_ARN", "PRINCIPAL_ID", "PRINCIPAL_TYPE")
    return parameters(_parts(id, APPLICATION, expected), APPLICATION)
