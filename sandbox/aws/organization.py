"""AWS Organizations: loads the org file's accounts into moto, with their units and tags."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.resource_tagging import TaggedResource, make_tag_matcher
from moto.organizations.models import (
    FakeDelegatedAdministrator,
    OrganizationsBackend,
    organizations_backends,
)
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

from ..org_file import Aws

SSO = "sso.amazonaws.com"
"""IAM Identity Center, whose delegated administrators moto does not know."""
_ACCOUNT = "organizations:account"
_MAIN_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
_GENERATOR = "_get_resources_generator"
"""moto's method that yields all resources for GetResources."""
_LOAD_POLICIES = "MOTO_IAM_LOAD_MANAGED_POLICIES"


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
    with _without_managed_policies():
        for member in aws.members:
            backend.create_account(AccountName=member.name, Email=member.email)
            account = backend.accounts[-1]
            generated_id = account.id
            # moto generates IDs and uses them to look up the organization of an account.
            account.id = member.id
            masters = organizations_backends.master_accounts
            masters[member.id] = masters.pop(generated_id)
            account.tags = dict(member.tags)
            account.parent_id = _unit(backend, member.organizational_unit)
    _answer_tags_of_accounts(aws)


@contextmanager
def _without_managed_policies() -> Iterator[None]:
    """moto loads AWS's managed policies for each account, 0.3 seconds and 3 MB. Only those of the
    sandbox's own account can be read."""
    before = os.environ.pop(_LOAD_POLICIES, None)
    try:
        yield
    finally:
        if before is not None:
            os.environ[_LOAD_POLICIES] = before


def account_ids(aws: Aws) -> set[str]:
    return {account.id for account in _backend(aws).accounts}


def _backend(aws: Aws) -> OrganizationsBackend:
    return organizations_backends[aws.account][aws.partition.id]


def _unit(backend: OrganizationsBackend, path: str) -> str:
    """The ID of the organizational unit with this path of names, which is created if needed."""
    parent = backend.ou[0].id
    for name in filter(None, path.split("/")):
        units = (each.id for each in backend.ou if (each.parent_id, each.name) == (parent, name))
        if not (found := next(units, "")):
            created = backend.create_organizational_unit(ParentId=parent, Name=name)
            found = created["OrganizationalUnit"]["Id"]
        parent = found
    return parent


def _answer_tags_of_accounts(aws: Aws) -> None:
    """Make the Resource Groups Tagging API return the tags of accounts, which moto does not.

    Assumed: AWS returns them to the management account only, in the main Region of the partition.
    """
    backend_class: Any = ResourceGroupsTaggingAPIBackend
    original = getattr(backend_class, _GENERATOR)

    def generate(self: Any, **query: Any) -> Iterator[TaggedResource]:
        if query.get("resource_type_filters") != [_ACCOUNT]:
            yield from original(self, **query)
            return
        matches = make_tag_matcher(query.get("tag_filters"))
        for account in _backend(aws).accounts:
            here = self.account_id, self.region_name
            main = aws.account, _MAIN_REGIONS.get(aws.partition.id)
            if here == main and account.tags and matches(account.tags):
                yield TaggedResource(account.arn, dict(account.tags), _ACCOUNT)

    setattr(backend_class, _GENERATOR, generate)
