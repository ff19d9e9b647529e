"""Regions, addresses and ARNs of every partition, in a whole federation."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import RunError

from components.aws import scim_token
from components.providers import aws_provider
from okta_idc.rules.aws_console import aws_settings_page
from okta_idc.settings.models import ScimToken, TokenExpiryAlarm
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import federation, probe_returning

Declare = Callable[..., None]
TENANT = "11111111111-2222-3333-4444-555555555555"
PLACES = [
    ("aws-us-gov", "us-gov-west-1", "amazonaws.com", "amazonaws-us-gov.com"),
    ("aws-cn", "cn-north-1", "amazonaws.com.cn", "amazonaws.cn"),
    ("aws-eusc", "eusc-de-east-1", "amazonaws.eu", "amazonaws-eusc.eu"),
]
UNKNOWN = ("aws-xx", "xx-north-1", "aws.example", "signin.example")


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: found.append(text))
    return found


def placed(cloud: MockCloud, partition: str, region: str, api: str, sign_in: str) -> dict[str, Any]:
    """Settings of a federation in this partition, and the mocked cloud in it."""
    cloud.partition, cloud.region = partition, region
    endpoint = f"https://scim.{region}.{api}/{TENANT}/scim/v2/"
    cloud.secret = (cloud.secret or "").replace(cloud.tags["endpoint"], endpoint)
    cloud.tags["endpoint"] = endpoint
    policy = f"arn:{partition}:iam::aws:policy/ReadOnlyAccess"
    return {
        "app": {"acs_url": f"https://{region}.sso.signin.{sign_in}/platform/saml/acs/0123-a"},
        "account_access": {"permission_sets": [
            {"name": "Reader", "managed_policies": [policy], "groups": ["aws-admins"],
             "accounts": ["123456789012"]}]},
    }  # fmt: skip


@pytest.mark.parametrize("mode", ["api", "console"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[0])
def test_a_federation_in_another_partition_has_no_warning(
    cloud: MockCloud, declare: Declare, warnings: list[str], place: Any, mode: str
) -> None:
    declare(federation(provisioning__mode=mode, **placed(cloud, *place)), preview=True)
    assert [text for text in warnings if "OIC-13" in text] == []
    [saml] = cloud.inputs("app/saml:Saml")
    assert f"https://{place[1]}.signin.{place[3]}/platform/saml/d-" in saml["appSettingsJson"]


def test_an_unknown_partition_is_accepted_with_warnings(
    cloud: MockCloud, declare: Declare, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> Any:
        raise AssertionError("the token was sent to an unknown host")

    monkeypatch.setattr(scim_token.ScimProbe, "__call__", fail)
    declare(federation(scim_token__verify=True, **placed(cloud, *UNKNOWN)), preview=True)
    rules = {text[-8:-1] for text in warnings if "[OIC-13" in text}
    assert rules == {"OIC-132", "OIC-133", "OIC-134"}
    assert [text.split(": ")[0] for text in warnings if "OIC-132" in text] == ["aws:region"]
    assert len(cloud.inputs("PushGroup")) == 2


def test_a_token_in_a_known_region_is_tested(
    cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scim_token.ScimProbe, "__call__", probe_returning(401, "GET /Groups"))
    with pytest.raises(RunError, match="OIC-117"):
        declare(federation(scim_token__verify=True, **placed(cloud, *PLACES[2])))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("managed_policies", ["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
        ("permissions_boundary", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("import_id", "arn:aws:sso:::permissionSet/ssoins-1/ps-1,arn:aws:sso:::instance/ssoins-1"),
    ],
)
def test_an_arn_of_another_partition_stops_the_run_before_the_app(
    cloud: MockCloud, declare: Declare, path: str, value: Any
) -> None:
    settings = placed(cloud, *PLACES[0])
    settings["account_access"]["permission_sets"][0][path] = value
    with pytest.raises(RunError, match=rf"permission_sets\[0\]\.{path}.*OIC-135"):
        declare(federation(**settings))
    assert not [each for each in cloud.declared if each.typ.startswith("okta:")]


def test_other_arns_of_another_partition_stop_the_run(cloud: MockCloud, declare: Declare) -> None:
    settings = placed(cloud, *PLACES[0])
    arn = "arn:aws:sso::123456789012:application/ssoins-1111111111111111/apl-1111111111111111"
    settings["account_access"]["applications"] = [{"arn": arn, "groups": ["aws-data"]}]
    control = {"import_id": "arn:aws-cn:sso:::instance/ssoins-1"}
    with pytest.raises(RunError) as caught:
        declare(federation(access_control_attributes=control, **settings))
    for path in ("account_access.applications[0].arn", "access_control_attributes.import_id"):
        assert path in str(caught.value)


def test_the_region_of_the_secret_and_of_the_alarm_may_be_unknown(
    cloud: MockCloud, declare: Declare, warnings: list[str]
) -> None:
    def program() -> None:
        aws_provider("known", ScimToken(secret="s", region="eusc-de-east-1"))
        aws_provider("secret", ScimToken(secret="s", region="xx-north-1"))
        aws_provider("alarm", TokenExpiryAlarm(region="us-gov-wset-1"))

    declare(program)
    assert [text.split(" ")[0] for text in warnings] == [
        "scim_token.region:", "token_expiry_alarm.region:",
    ]  # fmt: skip
    assert len(cloud.declared) == 3


@pytest.mark.parametrize(
    ("region", "page"),
    [
        ("us-east-1", "https://us-east-1.console.aws.amazon.com/"),
        ("us-gov-east-1", "https://us-gov-east-1.console.amazonaws-us-gov.com/"),
        ("cn-northwest-1", "https://cn-northwest-1.console.amazonaws.cn/"),
        ("eusc-de-east-1", "https://eusc-de-east-1.console.amazonaws-eusc.eu/"),
    ],
)
def test_the_console_of_each_partition_is_linked(region: str, page: str) -> None:
    settings = f"{page}singlesignon/home?region={region}#!/settings"
    assert aws_settings_page(region) == settings


@pytest.mark.parametrize("region", ["us-iso-east-1", "us-isob-east-1", "xx-north-1"])
def test_a_console_that_no_source_names_is_not_linked(region: str) -> None:
    assert aws_settings_page(region) == ""


def test_without_the_admin_consoles_address_the_steps_have_no_link_and_say_why(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.features, cloud.console = [], ""
    with pytest.raises(RunError) as caught:
        declare(federation(provisioning__mode="console"))
    text = str(caught.value)
    assert "(Its address is unknown: Okta does not respond)" in text
    assert "Open the app → Provisioning → Integration and choose" in text
    assert "Open the app → Settings → To App, choose Edit" in text
    assert "/admin/app/" not in text


def test_the_org_is_read_for_its_console_only_while_provisioning_is_off(
    cloud: MockCloud, declare: Declare
) -> None:
    declare(federation(provisioning__mode="console"))
    assert "/.well-known/okta-organization" not in cloud.read


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_an_unknown_region_in_the_environment_is_a_warning_with_a_suggestion(
    cloud: MockCloud,
    declare: Declare,
    warnings: list[str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    for each in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(variable, "us-esat-1")
    declare(federation())
    [line] = [text for text in warnings if "OIC-132" in text]
    assert line.startswith(f"{variable}: 'us-esat-1' is not a Region that this kit knows. Did you")
    assert "'us-east-1'" in line


def test_misspelled_regions_in_addresses_and_arns_are_warnings_with_a_suggestion(
    cloud: MockCloud, declare: Declare, warnings: list[str]
) -> None:
    arn = "arn:aws:secretsmanager:us-esat-1:123456789012:secret:idc-scim-AbCdEf"
    acs = "https://us-esat-1.sso.signin.aws/platform/saml/acs/0123456789-abcd"
    declare(federation(scim_token__secret=arn, app__acs_url=acs))
    for path in ("scim_token.secret: ", "app.acs_url: "):
        [line] = [text for text in warnings if text.startswith(path)]
        assert "Did you mean 'us-east-1'?" in line
