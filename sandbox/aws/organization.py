"""AWS Organizations: loads the org file's accounts into moto."""

from moto.organizations.models import (
    FakeDelegatedAdministrator,
    OrganizationsBackend,
    organizations_backends,
)

from ..org_file import Aws

SSO = "sso.amazonaws.com"
"""IAM Identity Center, whose delegated administrators moto does not know."""


def create_organization(aws: Aws) -> None:
    """Create the organization with the sandbox's account as its management account."""
    backend = _backend(aws)
    if SSO not in FakeDelegatedAdministrator.SUPPORTED_SERVICES:
        FakeDelegatedAdministrator.SUPPORTED_SERVICES.append(SSO)
    if backend.org is not None:
        return
    backend.create_organization(region=aws.region, FeatureSet="ALL")
    management = backend.accounts[0]
    management.name = "management"
    for member in aws.members:
        backend.create_account(AccountName=member.name, Email=member.email)
        account = backend.accounts[-1]
        generated_id = account.id
        # moto generates IDs and uses them to look up the organization of an account.
        account.id = member.id
        masters = organizations_backends.master_accounts
        masters[member.id] = masters.pop(generated_id)


def account_ids(aws: Aws) -> set[str]:
    return {account.id for account in _backend(aws).accounts}


def _backend(aws: Aws) -> OrganizationsBackend:
    return organizations_backends[aws.account][aws.partition.id]
