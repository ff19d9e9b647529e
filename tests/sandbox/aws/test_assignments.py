"""Assignments through boto3: accounts and principals must exist."""

from typing import Any

import pytest

from tests.sandbox.aws.conftest import APPLICATION, INSTANCE, ORG, STORE, Client, refused

PROD = ORG.aws.members[1].id
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def assignment(permission_set: str, group: str) -> dict[str, str]:
    return {
        "InstanceArn": INSTANCE, "PermissionSetArn": permission_set, "PrincipalId": group,
        "PrincipalType": "GROUP", "TargetId": PROD, "TargetType": "AWS_ACCOUNT",
    }  # fmt: skip


def created(sso: Any, assignment: dict[str, str]) -> dict[str, Any]:
    """The final status of a request that was in progress."""
    begun = sso.create_account_assignment(**assignment)["AccountAssignmentCreationStatus"]
    assert begun["Status"] == "IN_PROGRESS"
    return sso.describe_account_assignment_creation_status(
        InstanceArn=INSTANCE, AccountAssignmentCreationRequestId=begun["RequestId"]
    )["AccountAssignmentCreationStatus"]


def deleted(sso: Any, assignment: dict[str, str]) -> dict[str, Any]:
    begun = sso.delete_account_assignment(**assignment)["AccountAssignmentDeletionStatus"]
    return sso.describe_account_assignment_deletion_status(
        InstanceArn=INSTANCE, AccountAssignmentDeletionRequestId=begun["RequestId"]
    )["AccountAssignmentDeletionStatus"]


def listed(sso: Any, assignment: dict[str, str]) -> list[str]:
    found = sso.list_account_assignments(
        InstanceArn=INSTANCE, AccountId=assignment["TargetId"],
        PermissionSetArn=assignment["PermissionSetArn"],
    )  # fmt: skip
    return [item["PrincipalId"] for item in found["AccountAssignments"]]


def test_an_assignment_is_created_and_deleted_and_provisions_the_permission_set(
    sso: Any, assignment: dict[str, str]
) -> None:
    at = {name: assignment[name] for name in ("InstanceArn", "PermissionSetArn")}
    ended = created(sso, assignment)
    assert ended["Status"] == "SUCCEEDED"
    assert assignment.items() - {("InstanceArn", INSTANCE)} <= ended.items()
    assert created(sso, assignment)["Status"] == "SUCCEEDED"
    assert listed(sso, assignment) == [assignment["PrincipalId"]]
    assert sso.list_accounts_for_provisioned_permission_set(**at)["AccountIds"] == [PROD]
    sets = sso.list_permission_sets_provisioned_to_account(InstanceArn=INSTANCE, AccountId=PROD)
    assert assignment["PermissionSetArn"] in sets["PermissionSets"]
    for_principal = sso.list_account_assignments_for_principal(
        InstanceArn=INSTANCE, PrincipalId=assignment["PrincipalId"], PrincipalType="GROUP"
    )["AccountAssignments"]
    assert [item["AccountId"] for item in for_principal] == [PROD]
    refused(sso.delete_permission_set, "ConflictException", **at)
    assert deleted(sso, assignment)["Status"] == "SUCCEEDED"
    assert listed(sso, assignment) == []
    refused(sso.delete_account_assignment, "ResourceNotFoundException", **assignment)
    sso.delete_permission_set(**at)


@pytest.mark.parametrize("kind", ["GROUP", "USER"])
def test_an_assignment_to_an_unknown_principal_fails(
    sso: Any, assignment: dict[str, str], kind: str
) -> None:
    wrong = assignment | {"PrincipalId": NOBODY, "PrincipalType": kind}
    ended = created(sso, wrong)
    assert ended["Status"] == "FAILED"
    assert f"{NOBODY} was not found in directory {STORE}" in ended["FailureReason"]
    assert listed(sso, wrong) == []


def test_a_group_id_is_not_accepted_as_a_user_id(sso: Any, assignment: dict[str, str]) -> None:
    assert created(sso, assignment | {"PrincipalType": "USER"})["Status"] == "FAILED"


def test_the_assignment_of_a_deleted_group_cannot_be_deleted(
    client: Client, sso: Any, assignment: dict[str, str]
) -> None:
    created(sso, assignment)
    client("identitystore").delete_group(IdentityStoreId=STORE, GroupId=assignment["PrincipalId"])
    assert deleted(sso, assignment)["Status"] == "FAILED"
    assert listed(sso, assignment) == [assignment["PrincipalId"]]


def test_an_account_outside_the_organization_is_not_found(
    sso: Any, assignment: dict[str, str]
) -> None:
    message = refused(
        sso.create_account_assignment, "ResourceNotFoundException",
        **assignment | {"TargetId": "999999999999"},
    )  # fmt: skip
    assert "999999999999" in message


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"TargetId": "1234567890ab"}, "'targetId'"),
        ({"PrincipalId": "aws-admins"}, "'principalId'"),
        ({"PrincipalType": "ROLE"}, "'principalType'"),
        ({"TargetType": "OU"}, "'targetType'"),
    ],
)
def test_violations_of_the_service_model_are_validation_errors(
    sso: Any, assignment: dict[str, str], given: dict[str, str], place: str
) -> None:
    message = refused(sso.create_account_assignment, "ValidationException", **assignment | given)
    assert place in message


def test_an_unknown_request_is_not_found(sso: Any) -> None:
    refused(
        sso.describe_account_assignment_creation_status, "ResourceNotFoundException",
        InstanceArn=INSTANCE, AccountAssignmentCreationRequestId=NOBODY,
    )  # fmt: skip


def test_the_management_account_and_the_members_can_be_assigned(
    sso: Any, assignment: dict[str, str]
) -> None:
    for account in (ORG.aws.account, *(member.id for member in ORG.aws.members)):
        assert created(sso, assignment | {"TargetId": account})["Status"] == "SUCCEEDED"


def test_the_application_can_be_assigned(sso: Any, group: str) -> None:
    (found,) = sso.list_applications(InstanceArn=INSTANCE)["Applications"]
    assert found["ApplicationArn"] == APPLICATION
    described = sso.describe_application(ApplicationArn=APPLICATION)
    assert described["Name"] == ORG.aws.applications[0].name
    assert sso.get_application_assignment_configuration(ApplicationArn=APPLICATION)[
        "AssignmentRequired"
    ]
    one = {"ApplicationArn": APPLICATION, "PrincipalId": group, "PrincipalType": "GROUP"}
    refused(sso.describe_application_assignment, "ResourceNotFoundException", **one)
    sso.create_application_assignment(**one)
    sso.create_application_assignment(**one)
    shown = sso.describe_application_assignment(**one)
    assert {name: shown[name] for name in one} == one
    listed = sso.list_application_assignments(ApplicationArn=APPLICATION)["ApplicationAssignments"]
    assert listed.count(one) == 1
    params = {"InstanceArn": INSTANCE, "PrincipalId": group, "PrincipalType": "GROUP"}
    for_principal = sso.list_application_assignments_for_principal(**params)
    assert for_principal["ApplicationAssignments"] == [one]
    sso.delete_application_assignment(**one)
    refused(sso.delete_application_assignment, "ResourceNotFoundException", **one)


def test_an_application_assignment_needs_an_application_and_a_principal(
    sso: Any, group: str
) -> None:
    one = {"ApplicationArn": APPLICATION, "PrincipalId": group, "PrincipalType": "GROUP"}
    create = sso.create_application_assignment
    refused(create, "ResourceNotFoundException", **one | {"PrincipalId": NOBODY})
    other = APPLICATION[:-1] + ("0" if APPLICATION[-1] != "0" else "1")
    refused(create, "ResourceNotFoundException", **one | {"ApplicationArn": other})
    refused(create, "ValidationException", **one | {"ApplicationArn": "arn:aws:sso::1:x"})


def test_the_organization_has_the_accounts_of_the_org_file(client: Client) -> None:
    organizations = client("organizations")
    described = organizations.describe_organization()["Organization"]
    assert described["MasterAccountId"] == ORG.aws.account
    accounts = organizations.list_accounts()["Accounts"]
    assert {(account["Id"], account["Name"]) for account in accounts} == {
        (ORG.aws.account, "management"),
        *((member.id, member.name) for member in ORG.aws.members),
    }
    one = organizations.describe_account(AccountId=PROD)["Account"]
    assert (one["Status"], one["Email"]) == ("ACTIVE", ORG.aws.members[1].email)
    assert one["Arn"].endswith(f"/{PROD}")


def test_requests_are_listed_by_kind_and_status(sso: Any, assignment: dict[str, str]) -> None:
    def ids(call: Any, key: str, status: str) -> set[str]:
        found: set[str] = set()
        params = {"InstanceArn": INSTANCE, "Filter": {"Status": status}, "MaxResults": 2}
        while True:
            page = call(**params)
            found |= {each["RequestId"] for each in page[key]}
            if "NextToken" not in page:
                return found
            params["NextToken"] = page["NextToken"]

    creation = created(sso, assignment)["RequestId"]
    deletion = deleted(sso, assignment)["RequestId"]
    failure = created(sso, assignment | {"PrincipalId": NOBODY})["RequestId"]
    provisioning = sso.provision_permission_set(
        InstanceArn=INSTANCE, PermissionSetArn=assignment["PermissionSetArn"],
        TargetType="ALL_PROVISIONED_ACCOUNTS",
    )["PermissionSetProvisioningStatus"]["RequestId"]  # fmt: skip
    for call, key, own in (
        (sso.list_account_assignment_creation_status, "AccountAssignmentsCreationStatus", creation),
        (sso.list_account_assignment_deletion_status, "AccountAssignmentsDeletionStatus", deletion),
        (sso.list_permission_set_provisioning_status, "PermissionSetsProvisioningStatus",
         provisioning),
    ):  # fmt: skip
        found = ids(call, key, "SUCCEEDED")
        assert found & {creation, deletion, failure, provisioning} == {own}
    failed = ids(
        sso.list_account_assignment_creation_status, "AccountAssignmentsCreationStatus", "FAILED"
    )
    assert failure in failed
    assert creation not in failed
    refused(
        sso.describe_account_assignment_creation_status, "ResourceNotFoundException",
        InstanceArn=INSTANCE, AccountAssignmentCreationRequestId=deletion,
    )  # fmt: skip
