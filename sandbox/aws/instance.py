"""The Identity Center instance: attributes for access control, applications, tags, regions."""

from typing import Any

from moto.ssoadmin.models import Instance, SSOAdminBackend

from ..org_file import Aws
from ..settings import Settings
from .access_control import AccessControl
from .errors import RefusedError
from .limits import refuse_above

Params = dict[str, Any]


class InstanceOperations:
    """SSO Admin operations: each takes the request parameters and returns the answer."""

    def __init__(
        self,
        backend: SSOAdminBackend,
        aws: Aws,
        access_control: AccessControl,
        settings: Settings,
    ) -> None:
        self._settings = settings
        self._backend = backend
        self._aws = aws
        self._access_control = access_control
        self._network: Params = {}
        self._enabled_by_update = False
        self._tags: dict[str, dict[str, str]] = {}
        arn = aws.partition.arn("sso", f"application/{aws.instance_id}", aws.account)
        self._applications = {f"{arn}/{item.id}": item.name for item in aws.applications}

    def list_instances(self, _: Params) -> Params:
        return {"Instances": list(map(self._metadata, self._backend.instances))}

    def describe_instance(self, p: Params) -> Params:
        found = next(i for i in self._backend.instances if i.instance_arn == p["InstanceArn"])
        enabled = self._enabled_by_update or self._settings["permission_sets"] == "enabled"
        network = {"NetworkConfigurationDetails": self._network} if self._network else {}
        return {**self._metadata(found), **network, "PermissionSetsEnabled": enabled}

    def update_instance(self, p: Params) -> Params:
        """Update one aspect: permission sets can only be enabled, and lists that a network
        configuration omits are cleared (assumed: as in UpdateIdentityStore)."""
        aspects = ("EncryptionConfiguration", "NetworkConfiguration", "PermissionSetsEnabled")
        if sum(name in p for name in aspects) > 1:
            text = f"Only one of {', '.join(aspects)} can be given"
            raise RefusedError("ValidationException", text)
        if p.get("PermissionSetsEnabled") is False:
            text = "The only accepted value of PermissionSetsEnabled is true"
            raise RefusedError("ValidationException", text)
        self._enabled_by_update |= "PermissionSetsEnabled" in p
        self._network = p.get("NetworkConfiguration", self._network)
        self._instance.name = p.get("Name", self._instance.name)
        return {}

    def list_regions(self, _: Params) -> Params:
        return {"Regions": self._regions()}

    def describe_region(self, p: Params) -> Params:
        found = [each for each in self._regions() if each["RegionName"] == p["RegionName"]]
        if not found:
            text = f"Region {p['RegionName']} is not enabled for the instance"
            raise RefusedError("ResourceNotFoundException", text)
        return found[0]

    def create_instance_access_control_attribute_configuration(self, p: Params) -> Params:
        """Fails if attributes for access control are already enabled
        (docs/research/identity-center.md#attributes-for-access-control)."""
        if self._access_control.attributes is not None:
            text = f"Attributes for access control are already enabled for {p['InstanceArn']}"
            raise RefusedError("ConflictException", text)
        return self._put_attributes(p)

    def describe_instance_access_control_attribute_configuration(self, p: Params) -> Params:
        attributes = {"AccessControlAttributes": self._enabled(p)}
        return {
            "Status": "ENABLED",
            "InstanceAccessControlAttributeConfiguration": attributes,
        }

    def update_instance_access_control_attribute_configuration(self, p: Params) -> Params:
        self._enabled(p)
        return self._put_attributes(p)

    def delete_instance_access_control_attribute_configuration(self, p: Params) -> Params:
        self._enabled(p)
        self._access_control.disable()
        return {}

    def list_applications(self, _: Params) -> Params:
        return {"Applications": [self._application(arn) for arn in self._applications]}

    def describe_application(self, p: Params) -> Params:
        return self._application(p["ApplicationArn"])

    def get_application_assignment_configuration(self, _: Params) -> Params:
        return {"AssignmentRequired": True}

    def list_tags_for_resource(self, p: Params) -> Params:
        tags = self._tags_of(p["ResourceArn"])
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def tag_resource(self, p: Params) -> Params:
        tags = self._tags_of(p["ResourceArn"])
        updated = tags | {tag["Key"]: tag["Value"] for tag in p["Tags"]}
        refuse_above(self._settings, "tags of a resource", len(updated))
        tags.update(updated)
        return {}

    def untag_resource(self, p: Params) -> Params:
        tags = self._tags_of(p["ResourceArn"])
        for key in p["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _metadata(self, instance: Instance) -> Params:
        store = f"identitystore/{instance.identity_store_id}"
        arn = self._aws.partition.arn("identitystore", store, instance.account_id)
        return {
            **instance.to_json(),
            "IdentityStoreArn": arn,
            "PrimaryRegion": self._aws.region,
            "Regions": self._regions(),
        }

    def _regions(self) -> list[Params]:
        """The only Region of the instance."""
        created = self._instance.created_date
        only = {"AddedDate": created, "IsPrimaryRegion": True, "Status": "ACTIVE"}
        return [{"RegionName": self._aws.region, **only}]

    def _application(self, arn: str) -> Params:
        if arn not in self._applications:
            raise RefusedError("ResourceNotFoundException", f"Application {arn} is not found")
        instance = self._instance
        return {
            "ApplicationAccount": self._aws.account,
            "ApplicationArn": arn,
            "ApplicationProviderArn": self._aws.partition.arn(
                "sso", "applicationProvider/custom", "aws"
            ),
            "CreatedDate": instance.created_date,
            "InstanceArn": instance.instance_arn,
            "Name": self._applications[arn],
            "PortalOptions": {"Visibility": "ENABLED"},
            "Status": "ENABLED",
        }

    def _tags_of(self, arn: str) -> dict[str, str]:
        """The tags of a resource; for a permission set, initially those of its creation."""
        sets = {item.permission_set_arn: item for item in self._backend.permission_sets}
        instances = {item.instance_arn for item in self._backend.instances}
        if arn not in {*sets, *instances, *self._applications}:
            raise RefusedError("ResourceNotFoundException", f"{arn} is not found")
        if arn not in self._tags:
            created = sets[arn].tags if arn in sets else []
            self._tags[arn] = {tag["Key"]: tag["Value"] for tag in created}
        return self._tags[arn]

    @property
    def _instance(self) -> Instance:
        """The organization's instance."""
        return next(
            each
            for each in self._backend.instances
            if each.instance_arn.endswith(f"/{self._aws.instance_id}")
        )

    def _enabled(self, p: Params) -> list[Params]:
        if self._access_control.attributes is None:
            text = f"Attributes for access control are not enabled for {p['InstanceArn']}"
            raise RefusedError("ResourceNotFoundException", text)
        return self._access_control.attributes

    def _put_attributes(self, p: Params) -> Params:
        configuration = p["InstanceAccessControlAttributeConfiguration"]
        try:
            self._access_control.put(configuration["AccessControlAttributes"])
        except ValueError as error:
            raise RefusedError("ValidationException", str(error)) from None
        return {}
