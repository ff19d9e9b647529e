"""The Pulumi program: AWS providers for other accounts or Regions, and environment checks."""

import json
from collections.abc import Callable, Iterator

import pulumi
import pytest
from pulumi import ResourceOptions, RunError

from components import IdentityCenterFederation, reject_ambient_credentials
from components.providers import aws_provider
from okta_idc.settings.models import AwsLocation
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments

Declare = Callable[..., None]


@pytest.fixture
def stack() -> Iterator[Callable[..., None]]:
    """Set stack configuration: `aws_region` sets `aws:region`."""

    def set_(**keys: str) -> None:
        config = {f"{k.replace('_', ':', 1)}": v for k, v in keys.items()}
        pulumi.runtime.set_all_config(config)

    yield set_
    pulumi.runtime.set_all_config({})


class TestAwsProvider:
    """Uses a separate provider for a secret or an alarm in another account or Region."""

    def test_an_empty_location_uses_the_default_provider(self) -> None:
        assert aws_provider("secret", AwsLocation()) is None

    def test_a_provider_inherits_all_stack_settings_except_region_and_role(
        self, cloud: MockCloud, declare: Declare, stack: Callable[..., None]
    ) -> None:
        stack(
            aws_region="us-east-1",
            aws_accessKey="key",
            aws_secretKey="hidden",
            aws_endpoints=json.dumps([{"sts": "http://127.0.0.1:1"}]),
            aws_skipRequestingAccountId="true",
        )
        role = "arn:aws:iam::210987654321:role/reader"
        declare(lambda: aws_provider("secret", AwsLocation(region="eu-west-1", role_arn=role)))
        [inputs] = cloud.inputs("pulumi:providers:aws")
        assert inputs["region"] == "eu-west-1"
        assert json.loads(inputs["assumeRoles"]) == [{"roleArn": role}]
        assert inputs["accessKey"]["value"] == "key"  # encrypted like the secret key
        assert json.loads(inputs["endpoints"]) == [{"sts": "http://127.0.0.1:1"}]

    def test_each_component_uses_its_own_provider(
        self, cloud: MockCloud, declare: Declare, stack: Callable[..., None]
    ) -> None:
        stack(aws_region="us-east-1")

        def program() -> object:
            secret = aws_provider("secret", AwsLocation(region="eu-west-1"))
            alarm = aws_provider("alarm", AwsLocation(region="eu-central-1"))
            args = arguments(scim_token__provider=secret, token_expiry_alarm={"provider": alarm})
            return IdentityCenterFederation("idc", args).push_groups

        declare(program)
        by = {call.token.rsplit(":", 1)[-1]: call.provider for call in cloud.calls}
        assert "aws::secret" in by["getSecretVersion"]
        assert not by["getInstances"]
        topics = [a for a in cloud.declared if a.typ == "aws:sns/topic:Topic"]
        assert all("aws::alarm" in topic.provider for topic in topics)
        [saml] = [a for a in cloud.declared if a.typ == "okta:app/saml:Saml"]
        assert "aws" not in (saml.provider or "")


def test_two_federations_can_share_a_stack(cloud: MockCloud, declare: Declare) -> None:
    def program() -> object:
        one = arguments(app__label="one", push_groups=["aws-admins"])
        two = arguments(app__label="two", push_groups=["aws-data"])
        return [
            IdentityCenterFederation("one", one, ResourceOptions()).push_groups,
            IdentityCenterFederation("two", two, ResourceOptions()).push_groups,
        ]

    declare(program)
    names = [resource.name for resource in cloud.declared]
    assert len(names) == len(set(names))
    apps = {a["label"] for a in cloud.inputs("app/saml:Saml")}
    assert apps == {"one", "two"}
    pushed = {p["appId"]: p["sourceGroupId"] for p in cloud.inputs("PushGroup")}
    assert pushed == {"one-app-saml-id": "00gB", "two-app-saml-id": "00gC"}


class TestEnvironmentCredentials:
    """Rejects environment variables that override the stack's credentials."""

    @pytest.mark.parametrize("key", ["apiToken", "privateKey"])
    def test_an_environment_token_cannot_override_stack_credentials(
        self, stack: Callable[..., None], key: str
    ) -> None:
        stack(**{f"okta_{key}": "configured"})
        with pytest.raises(RunError, match=rf"OKTA_ACCESS_TOKEN is set .*okta:{key}") as caught:
            reject_ambient_credentials({"OKTA_ACCESS_TOKEN": "TOPSECRET"})
        assert "TOPSECRET" not in str(caught.value)
        assert "configured" not in str(caught.value)

    def test_an_environment_token_is_accepted_without_stack_credentials(
        self, stack: Callable[..., None]
    ) -> None:
        stack(okta_orgName="acme")
        reject_ambient_credentials({"OKTA_ACCESS_TOKEN": "TOPSECRET"})

    def test_an_environment_token_is_accepted_if_the_stack_has_one(
        self, stack: Callable[..., None]
    ) -> None:
        stack(okta_apiToken="configured", okta_accessToken="configured")
        reject_ambient_credentials({"OKTA_ACCESS_TOKEN": "TOPSECRET"})

    def test_two_environment_credentials_cause_a_warning(
        self, declare: Declare, stack: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stack(okta_orgName="acme")
        warnings: list[str] = []
        monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: warnings.append(text))
        reject_ambient_credentials({"OKTA_ACCESS_TOKEN": "TOPSECRET", "OKTA_API_TOKEN": "other"})
        assert warnings == [
            "OKTA_ACCESS_TOKEN and OKTA_API_TOKEN are both set in the environment: "
            "OKTA_ACCESS_TOKEN is used."
        ]


def federation() -> object:
    return IdentityCenterFederation("idc", arguments()).push_groups


class TestSkippedCheckpoints:
    """Rejects a run whose state would be saved at its end only."""

    @pytest.mark.parametrize("value", ["1", "true", "TRUE"])
    def test_an_update_without_checkpoints_declares_nothing(
        self, declare: Declare, cloud: MockCloud, monkeypatch: pytest.MonkeyPatch, value: str
    ) -> None:
        monkeypatch.setenv("PULUMI_SKIP_CHECKPOINTS", value)
        with pytest.raises(RunError, match=r"^PULUMI_SKIP_CHECKPOINTS is set .* Unset it"):
            declare(federation)
        assert cloud.declared == []

    def test_a_preview_without_checkpoints_is_accepted(
        self, declare: Declare, cloud: MockCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PULUMI_SKIP_CHECKPOINTS", "true")
        declare(federation, preview=True)
        assert cloud.declared

    @pytest.mark.parametrize("value", ["", "0", "false", "yes"])
    def test_a_value_that_the_engine_ignores_is_accepted(
        self, declare: Declare, cloud: MockCloud, monkeypatch: pytest.MonkeyPatch, value: str
    ) -> None:
        monkeypatch.setenv("PULUMI_SKIP_CHECKPOINTS", value)
        declare(federation)
        assert cloud.declared
