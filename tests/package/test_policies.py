"""A repository outside the clone uses [policies] as a policy pack with its own configuration."""

import json
from collections.abc import Callable

import pytest
import yaml

from tests.package.guide import example
from tests.package.harness import Project, Venv

PROGRAM = """
import json
import pulumi_okta as okta

app = okta.app.Saml(
    "app",
    label="AWS",
    preconfigured_app="amazon_aws_sso",
    user_name_template="${source.email}",
    user_name_template_type="BUILT_IN",
    app_settings_json=json.dumps({
        "acsURL": "https://us-east-1.sso.signin.aws/platform/saml/acs/x",
        "entityID": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3",
    }),
)
admins = okta.group.Group("admins", name="acme-admins")
okta.app.GroupAssignment("assign", app_id=app.id, group_id=admins.id)
okta.PushGroup(
    "push", app_id=app.id, source_group_id=admins.id, target_group_name="acme-admins",
    delete_target_group_on_destroy=False,
)
"""


@pytest.fixture(scope="module")
def acme(venv: Callable[[str], Venv], project: Callable[..., Project]) -> Project:
    """A project without this kit's components, and a policy pack in a separate folder."""
    environment = venv("components,policies")
    made = project(environment)
    made.write("__main__.py", PROGRAM)
    made.write("rules/__main__.py", example("python", "PolicyPack"))
    pack = yaml.safe_load(example("yaml", "virtualenv: venv"))
    pack["runtime"]["options"]["virtualenv"] = str(environment.folder)
    made.write("rules/PulumiPolicy.yaml", pack | {"version": "3.1.4"})
    made.init()
    return made


def test_the_pack_blocks_a_group_in_both_roles(acme: Project) -> None:
    done = acme.pulumi("preview", "--policy-pack", "rules")
    assert done.code != 0
    assert "acme-identity@v3.1.4" in done.text
    assert "[mandatory] [severity: high]  oic-201" in done.text, done.text
    assert "[advisory] [severity: low]  oic-321" in done.text
    assert "Traceback" not in done.text


def test_the_configuration_overrides_enforcement_levels(acme: Project) -> None:
    acme.write("rules.json", json.dumps({"oic-201": "advisory", "oic-321": "disabled"}))
    done = acme.pulumi("preview", "--policy-pack", "rules", "--policy-pack-config", "rules.json")
    assert done.code == 0, done.text
    assert "[advisory] [severity: high]  oic-201" in done.text, done.text
    assert "oic-321" not in done.text
