"""The doctor finds exactly the defects that the sandbox's generator plants in an org."""

from collections.abc import Iterator

import pytest

from sandbox.org_generator import DEFECTS, generate_org, planted_defects
from tests.unit.okta_idc.doctor.conftest import Doctor
from tests.unit.okta_idc.doctor.federation import AWS, Federation, unbuilt_federation


@pytest.fixture(scope="module", params=["2", "none"])
def defects(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def text(defects: str) -> str:
    return generate_org(160, 40, 7, defects)


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory, text: str) -> Iterator[Federation]:
    folder = tmp_path_factory.mktemp("generated")
    org, comment = folder / "org.yaml", planted_defects(text)
    org.write_text(text, encoding="utf-8")
    with unbuilt_federation(folder, "--org", str(org), "--latency", "0") as built:
        built.assign = tuple(comment["assignments.groups"])
        built.push = tuple(comment["push_groups"])
        built.username_format = "${source.login}"
        built.build()
        yield built


def test_exactly_the_planted_defects_are_found(
    doctor: Doctor, federation: Federation, text: str, defects: str
) -> None:
    planted = {rule: set(who) for rule, who in planted_defects(text).items() if rule in DEFECTS}
    assert set(planted) == (set[str]() if defects == "none" else set(DEFECTS))
    # Without a stack: its settings could not name groups with these defects.
    result = doctor(
        stack=("--app", federation.app, "--identity-store", AWS.identity_store_id,
               "--region", AWS.region, "--secret", AWS.secret, "--okta-url", federation.okta)
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for rule, name, _ in result.findings():
        if rule.startswith(("OIC-2", "OIC-3")):
            found.setdefault(rule, set()).add(name)
    assert found == planted
    assert result.unknown() == {}
