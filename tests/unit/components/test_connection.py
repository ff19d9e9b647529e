"""The first runs: the app is created before AWS's console has shown the ACS URL and the token."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi import Output, RunError

from components import IdentityCenterFederation
from components._checks.console_steps import connect_steps
from okta_idc.rules.endpoints import default_issuer_url
from tests.unit.components.conftest import WANTED, MockCloud
from tests.unit.components.test_federation import ARGS, arguments

Declare = Callable[..., None]
NOTHING: dict[str, Any] = {"assignments": {}, "push_groups": []}
MODES = pytest.mark.parametrize("mode", ["api", "console"])
STEPS: dict[str, Any] = {
    "metadata_url": "https://acme.okta.com/metadata",
    "issuer_url": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
    "region": "us-east-1", "secret": "okta-identity-center/scim", "secret_region": "eu-west-1",
    "missing_secret": "There is none.", "missing_acs_url": True,
}  # fmt: skip


def outputs_of(declare: Declare, preview: bool = False, **changes: Any) -> dict[str, Any]:
    """The federation's outputs; those that a preview knows."""
    found: dict[str, Any] = {}

    def program() -> object:
        made = IdentityCenterFederation("idc", arguments(**changes)).outputs()
        return Output.all(**made).apply(found.update)

    declare(program, preview=preview)
    return found


@MODES
def test_with_nothing_assigned_the_app_is_created_and_the_rest_is_a_next_step(
    cloud: MockCloud, declare: Declare, mode: str
) -> None:
    cloud.secret, cloud.features = None, []
    found = outputs_of(declare, app={}, provisioning__mode=mode, **NOTHING)
    assert [a["preconfiguredApp"] for a in cloud.inputs("app/saml:Saml")] == ["amazon_aws_sso"]
    assert cloud.inputs("app/connection:Connection") == []
    assert [step.partition(":")[0].splitlines()[0] for step in found["nextSteps"][:2]] == [
        "Make sure that you can sign in to AWS without IAM Identity Center",
        "Connect AWS to Okta, in one visit to the AWS console",
    ]
    assert "token store okta-identity-center/scim --region us-east-1" in found["nextSteps"][2]
    assert found["tokenStatus"] == "missing"
    assert (found["tokenExpires"], found["tokenDaysLeft"]) == ("", 0)


@MODES
@pytest.mark.parametrize("missing", ["secret", "acs_url", "both"])
def test_with_groups_declared_the_app_is_created_and_the_run_fails_with_the_steps(
    cloud: MockCloud, declare: Declare, mode: str, missing: str
) -> None:
    changes: dict[str, Any] = {} if missing == "secret" else {"app": {}}
    if missing != "acs_url":
        cloud.secret = None
    with pytest.raises(RunError, match=r"^The app is in Okta\..*\n1\. ") as told:
        declare(
            federation_of(
                provisioning__mode=mode,
                push_groups=["aws-admins", {"create": "aws-made"}],
                access_control_attributes={},
                token_expiry_alarm={},
                **changes,
            )
        )
    assert "Run `pulumi up`." in str(told.value)
    declared = {a.typ for a in cloud.declared if a.typ.startswith(("okta:", "aws:"))}
    assert declared == {"okta:app/saml:Saml"}


def federation_of(**changes: Any) -> Callable[[], object]:
    return lambda: IdentityCenterFederation("idc", arguments(**changes)).push_groups


@MODES
def test_an_alarm_without_groups_needs_the_token_too(
    cloud: MockCloud, declare: Declare, mode: str
) -> None:
    cloud.secret = None
    with pytest.raises(RunError, match="token store"):
        declare(federation_of(provisioning__mode=mode, token_expiry_alarm={}, **NOTHING))
    assert not [a for a in cloud.declared if a.typ.startswith("aws:")]


def test_a_preview_of_the_first_run_does_not_fail(cloud: MockCloud, declare: Declare) -> None:
    """The engine does not know the metadata's URL then; the mocks do, if there is no app."""
    cloud.secret = None
    declare(federation_of(app={}, **NOTHING), preview=True)


def test_a_misspelled_group_fails_before_the_app_is_created(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.secret = None
    with pytest.raises(RunError, match="'aws-admin' is not a group"):
        declare(federation_of(app={}, push_groups=["aws-admin"]))
    assert not [a for a in cloud.declared if a.typ.startswith("okta:")]


def test_the_issuer_url_is_derived_from_the_instance(cloud: MockCloud, declare: Declare) -> None:
    declare(federation_of(app={"acs_url": ARGS["app"]["acs_url"]}))
    [saml] = cloud.inputs("app/saml:Saml")
    assert f'"entityID": "{STEPS["issuer_url"]}"' in saml["appSettingsJson"]
    assert default_issuer_url("cn-north-1", "d-1").startswith(
        "https://cn-north-1.signin.amazonaws.cn/"
    )


def test_with_the_token_and_nothing_assigned_provisioning_is_connected_in_mode_api(
    cloud: MockCloud, declare: Declare
) -> None:
    found = outputs_of(declare, **NOTHING)
    assert len(cloud.inputs("app/connection:Connection")) == 1
    assert len(cloud.inputs("app/features:Features")) == 1
    assert found["gate"] == "open"
    assert found["nextSteps"] == [
        "List groups under push_groups and assignments, and run `pulumi up`."
    ]


def test_with_nothing_assigned_provisioning_that_is_off_is_a_next_step_with_the_reason(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.features = WANTED[1:]
    found = outputs_of(
        declare, provisioning__mode="console", provisioning__wait="always", **NOTHING
    )
    assert found["gate"].startswith("PUSH_NEW_USERS is off")
    [turn_on] = found["nextSteps"]
    assert "Configure API Integration" in turn_on
    assert turn_on.endswith("Then run `pulumi up`.")


def test_a_similar_secret_is_suggested(cloud: MockCloud, declare: Declare) -> None:
    changes = {"scim_token": {"secret": "okta-identity-center/sci", "verify": False}}
    with pytest.raises(RunError, match="Did you mean 'okta-identity-center/scim'"):
        declare(federation_of(**changes))


class TestConnectSteps:
    def test_each_address_and_command_is_exact(self) -> None:
        text = "\n".join(connect_steps(**STEPS))
        page = (
            "https://us-east-1.console.aws.amazon.com/singlesignon/home?region=us-east-1#!/settings"
        )
        for exact in (
            STEPS["metadata_url"],
            STEPS["issuer_url"],
            page,
            "okta-idc token store okta-identity-center/scim --region eu-west-1",
            "There is none.",
        ):
            assert exact in text

    def test_the_sandbox_gets_no_link_to_the_real_console(self) -> None:
        local = {"metadata_url": "http://127.0.0.1:8410/metadata"}
        assert "https://us-east-1.console" not in "\n".join(connect_steps(**STEPS | local))

    def test_with_a_token_the_acs_url_is_on_the_page_manage_authentication(self) -> None:
        [settings, run] = connect_steps(**STEPS | {"missing_secret": ""})
        assert "Manage authentication" in settings
        assert run == "Run `pulumi up`."

    def test_with_an_acs_url_the_identity_source_may_be_done_already(self) -> None:
        text = "\n".join(connect_steps(**STEPS | {"missing_acs_url": False}))
        assert "continue with e" in text
        assert "app.acs_url" not in text
