"""The import contracts reject forbidden imports, which are added to a copy of the packages."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import grimp
import pytest

from tests.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONFIG = PROJECT["tool"]["importlinter"]
NAMES = [contract["name"] for contract in CONFIG["contracts"]]
OUTSIDE = {"tests", "bench"}  # not shipped; may import everything

LAYERS = "No package imports a higher one, or one beside it"
CYCLES = "No import cycles, in any package at any depth"
PROGRAMS = "Nothing imports components, policies or plugin"
INVENTORY = (
    "Only the CLI imports the doctor, the adoption and the map; only these import the inventory"
)
SETTINGS = "Settings are not for the doctor, the inventory, the policies and the plugin"
CLIENTS = "Clients are not for rules, settings, policies, and reference pages"
RULES = "Rules are not for the clients and the plugin"
EXPRESSIONS = "Okta expressions are not for clients, settings, adoption, policies, and toolchain"
NO_SHARED_CODE = (
    "The sandbox and the offline plugins share no code with the kit: they would prove nothing"
)
NO_PULUMI = "The CLI and the sandbox work without Pulumi's packages"
NO_SERVICE = "Expressions, rules, settings and policies call no service and start no process"
IN_CLI = "Layers of the CLI: commands, their inputs and progress, the stack, options"
IN_DOCTOR = "Layers of the doctor: reports and previews, bindings, checks of users"
ROTATION = "Rotation is for the CLI"
IN_ROTATION = "Layers of rotation: the procedure, the token in use, steps and checks, the progress"
IN_RECOVERY = "Layers of recovery: commands, comparison, live and recorded side"
PROBE = "Only the CLI imports the probe"
FLEET = "A fleet is for the CLI and the components"
RECOVERY = "Recovery is for the CLI, the adoption, the map and the toolchain"
ACCESS_RULES = "Only the CLI and the components resolve access rules"
IN_ACCESS_RULES = (
    "Layers of access rules: the changes, the resolution, its two selections, the directory"
)
IN_FLEET = "Layers of a fleet: the runs, the stacks and states, the placement, the stack files"
IN_MAP = (
    "Layers of the map: reports, the review and its join, the difference, the two sides, "
    "the preview"
)
IN_COMPONENTS = "Layers of components: federation, checks, Okta and AWS, shared modules"
IN_SANDBOX = "Layers of sandbox: commands, servers, consoles, Okta and AWS, shared modules"
IN_TOOLCHAIN = "Layers of toolchain: commands, stack, engine, shared modules"
IN_OFFLINE_PLUGINS = (
    "Layers of offline_plugins: Okta and AWS, protocol server, provider, property values"
)
IN_EACH_PLUGIN = "Layers of each offline plugin: lookups and services, resource types, API"

FORBIDDEN = (
    # file, added line, module that the line imports, contract that rejects it
    ("policies/groups.py", "import okta_idc.doctor", "okta_idc.doctor", LAYERS),
    ("policies/groups.py", "import okta_idc.inventory", "okta_idc.inventory", INVENTORY),
    ("policies/groups.py", "import okta_idc.adoption.items", "okta_idc.adoption.items", LAYERS),
    ("policies/app.py", "import pulumi_okta", "pulumi_okta", NO_SERVICE),
    ("policies/app.py", "import pulumi_aws", "pulumi_aws", NO_SERVICE),
    ("okta_idc/clients/scim.py", "import okta_idc.rules", "okta_idc.rules", RULES),
    ("okta_idc/clients/scim.py", "import okta_idc.okta_expression", "okta_idc.okta_expression",
     EXPRESSIONS),
    ("okta_idc/doctor/report.py", "import policies", "policies", PROGRAMS),
    ("okta_idc/doctor/report.py", "import okta_idc.settings", "okta_idc.settings", SETTINGS),
    ("okta_idc/cli/status.py", "import components", "components", PROGRAMS),
    ("okta_idc/cli/status.py", "import pulumi", "pulumi", NO_PULUMI),
    ("okta_idc/settings/errors.py", "import pulumi_aws", "pulumi_aws", NO_PULUMI),
    ("okta_idc/rules/groups.py", "def f():\n    import pulumi_policy", "pulumi_policy", NO_PULUMI),
    ("okta_idc/clients/aws.py", "if TYPE_CHECKING:\n    import pulumi_okta", "pulumi_okta",
     NO_PULUMI),
    ("sandbox/clock.py", "import pulumi", "pulumi", NO_PULUMI),
    ("sandbox/clock.py", "from okta_idc.rules import groups", "okta_idc.rules.groups",
     NO_SHARED_CODE),
    ("sandbox/clock.py", "import okta_idc.version", "okta_idc.version", NO_SHARED_CODE),
    ("offline_plugins/okta/api.py", "import okta_idc.version", "okta_idc.version", NO_SHARED_CODE),
    ("toolchain/reference/rules_page.py", "import okta_idc.clients.okta", "okta_idc.clients.okta",
     CLIENTS),
    ("okta_idc/rules/user_names.py", "import subprocess", "subprocess", NO_SERVICE),
    ("okta_idc/okta_expression/tokens.py", "import urllib.request", "urllib", NO_SERVICE),
    ("okta_idc/settings/models.py", "import boto3", "boto3", NO_SERVICE),
    *(("policies/pack.py", f"import {module}", module, NO_SERVICE)
      for module in ("aiohttp", "botocore", "httpx", "requests", "socket")),
    ("okta_idc/cli/extras.py", "from okta_idc.cli import doctor", "okta_idc.cli.doctor", IN_CLI),
    ("okta_idc/cli/options.py", "from okta_idc.cli import schema", "okta_idc.cli.schema", IN_CLI),
    ("okta_idc/doctor/bindings/groups.py", "from okta_idc.doctor import reporters",
     "okta_idc.doctor.reporters", IN_DOCTOR),
    ("okta_idc/doctor/bindings/single.py", "from okta_idc.doctor import saml_preview",
     "okta_idc.doctor.saml_preview", IN_DOCTOR),
    ("okta_idc/recovery/state.py", "from okta_idc.recovery import live", "okta_idc.recovery.live",
     IN_RECOVERY),
    ("okta_idc/token/progress.py", "from okta_idc.token import steps", "okta_idc.token.steps",
     IN_ROTATION),
    ("okta_idc/doctor/report.py", "import okta_idc.token.steps", "okta_idc.token.steps", ROTATION),
    ("okta_idc/access_map/model.py", "from okta_idc.access_map import plan",
     "okta_idc.access_map.plan", IN_MAP),
    ("okta_idc/doctor/report.py", "import okta_idc.recovery.state", "okta_idc.recovery.state",
     RECOVERY),
    ("okta_idc/inventory/read.py", "import okta_idc.access_rules.live",
     "okta_idc.access_rules.live", ACCESS_RULES),
    ("okta_idc/access_rules/directory.py", "from okta_idc.access_rules import resolution",
     "okta_idc.access_rules.resolution", IN_ACCESS_RULES),
    ("okta_idc/fleet/stack_files.py", "from okta_idc.fleet import process",
     "okta_idc.fleet.process", IN_FLEET),
    ("toolchain/stack.py", "import okta_idc.probe.contract", "okta_idc.probe.contract", PROBE),
    ("okta_idc/recovery/kinds.py", "import okta_idc.fleet.placement", "okta_idc.fleet.placement",
     FLEET),
    ("components/_options.py", "from . import federation", "components.federation", IN_COMPONENTS),
    ("components/okta/groups.py", "from ..aws import scim_token", "components.aws.scim_token",
     IN_COMPONENTS),
    ("sandbox/client.py", "from . import faults", "sandbox.faults", IN_SANDBOX),
    ("sandbox/okta/search.py", "from ..aws import store", "sandbox.aws.store", IN_SANDBOX),
    ("toolchain/cache.py", "from toolchain import docs", "toolchain.docs", IN_TOOLCHAIN),
    ("toolchain/engine.py", "from toolchain import commands", "toolchain.commands", IN_TOOLCHAIN),
    ("offline_plugins/property_values.py", "from offline_plugins import provider",
     "offline_plugins.provider", IN_OFFLINE_PLUGINS),
    ("offline_plugins/okta/group.py", "from offline_plugins.aws import calls",
     "offline_plugins.aws.calls", IN_OFFLINE_PLUGINS),
    ("offline_plugins/okta/group.py", "from offline_plugins.okta import saml_app",
     "offline_plugins.okta.saml_app", IN_EACH_PLUGIN),
    ("offline_plugins/aws/equivalence.py", "from offline_plugins.aws import account",
     "offline_plugins.aws.account", IN_EACH_PLUGIN),
)  # fmt: skip
CYCLIC = (
    # file, added line, package in which it closes a cycle
    ("okta_idc/settings/models.py", "from okta_idc.settings import settings", "okta_idc.settings"),
    ("okta_idc/clients/okta_error.py", "from okta_idc.clients import okta", "okta_idc.clients"),
    ("okta_idc/rules/registry.py", "import okta_idc.rules.groups", "okta_idc.rules"),
    ("okta_idc/okta_expression/tokens.py", "def f():\n    import okta_idc.okta_expression.parser",
     "okta_idc.okta_expression"),
    ("okta_idc/inventory/model.py", "from okta_idc.inventory import read", "okta_idc.inventory"),
    ("okta_idc/adoption/items.py", "from okta_idc.adoption import draft", "okta_idc.adoption"),
    ("okta_idc/cli/stack.py", "from okta_idc.cli import status", "okta_idc.cli"),
    ("okta_idc/doctor/report.py", "from okta_idc.doctor import bindings", "okta_idc.doctor"),
    ("okta_idc/doctor/bindings/single.py", "from okta_idc.doctor.bindings import app",
     "okta_idc.doctor.bindings"),
    ("policies/properties.py", "from . import groups", "policies"),
    ("components/okta/groups.py", "from . import push_groups", "components.okta"),
    ("components/_errors.py", "from . import federation", "components"),
    ("plugin/provider.py", "import plugin.property_errors", ""),
    ("plugin/property_errors.py", "import plugin.provider", "plugin"),
    ("sandbox/okta/entities.py", "if TYPE_CHECKING:\n    from . import model", "sandbox.okta"),
    ("sandbox/okta/model.py", "from ..console import site", "sandbox"),
    ("toolchain/engine.py", "from toolchain import stack", "toolchain"),
    ("offline_plugins/aws/equivalence.py", "from offline_plugins.aws import services",
     "offline_plugins.aws"),
)  # fmt: skip
UNPLACED = {  # a new module that no layer lists
    "components/new.py": IN_COMPONENTS,
    "sandbox/new.py": IN_SANDBOX,
    "toolchain/new.py": IN_TOOLCHAIN,
    "offline_plugins/new.py": IN_OFFLINE_PLUGINS,
    "offline_plugins/okta/new.py": IN_EACH_PLUGIN,
}


def module_name(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def broken_contracts(copy: Path, added: Mapping[str, list[str]]) -> dict[str, str]:
    """Import-linter's report by contract, with the lines added to a copy of the packages."""
    for package in CONFIG["root_packages"]:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    for file, lines in added.items():
        with (copy / file).open("a", encoding="utf-8") as target:
            target.write("\n".join(["", *lines, ""]))
    command = Path(sys.executable).with_name("lint-imports")
    linted = subprocess.run(
        [command, "--no-cache", "--no-logo", "--config", ROOT / "pyproject.toml"],
        cwd=copy, capture_output=True, text=True, check=False,
        env={**os.environ, "COLUMNS": "1000", "NO_COLOR": "1"},
    )  # fmt: skip
    _, found, report = linted.stdout.partition("\nBroken contracts\n")
    assert found, linted.stdout + linted.stderr
    titles = "|".join(map(re.escape, NAMES))
    parts = re.split(rf"^({titles})\n-+$", report, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def lines_by_file(*additions: tuple[str, str]) -> dict[str, list[str]]:
    by_file: dict[str, list[str]] = {}
    for file, line in additions:
        by_file.setdefault(file, []).append(line)
    return by_file


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    added = lines_by_file(*((file, line) for file, line, *_ in FORBIDDEN))
    added |= {file: [] for file in UNPLACED}
    return broken_contracts(tmp_path_factory.mktemp("forbidden"), added)


@pytest.fixture(scope="module")
def cycles(tmp_path_factory: pytest.TempPathFactory) -> str:
    added = lines_by_file(*((file, line) for file, line, _ in CYCLIC))
    return broken_contracts(tmp_path_factory.mktemp("cyclic"), added)[CYCLES]


@pytest.mark.parametrize(
    ("file", "imported", "contract"),
    [(file, imported, contract) for file, _, imported, contract in FORBIDDEN],
)
def test_a_forbidden_import_breaks_its_contract(
    report: dict[str, str], file: str, imported: str, contract: str
) -> None:
    assert f"{module_name(file)} -> {imported} (l." in report[contract]


@pytest.mark.parametrize("package", [package for *_, package in CYCLIC if package])
def test_a_cycle_breaks_the_contract(cycles: str, package: str) -> None:
    assert f"No cycles are allowed in {package}.\n" in cycles


@pytest.mark.parametrize("file", UNPLACED)
def test_a_module_without_a_layer_breaks_its_contract(report: dict[str, str], file: str) -> None:
    assert f"- {module_name(file)}\n" in report[UNPLACED[file]]


def test_every_contract_is_broken_by_an_example() -> None:
    assert set(NAMES) == {contract for *_, contract in FORBIDDEN} | {CYCLES}


def test_no_contract_makes_exceptions() -> None:
    options = {
        "layers": {"layers", "containers", "exhaustive"},
        "acyclic_siblings": {"ancestors"},
        "protected": {"protected_modules", "allowed_importers"},
        "forbidden": {"source_modules", "forbidden_modules"},
    }
    assert CONFIG.keys() == {"root_packages", "include_external_packages", "contracts"}
    for contract in CONFIG["contracts"]:
        assert contract.keys() <= {"name", "type", *options[contract["type"]]}
        # Modules of one layer are separated by "|", which lets neither import the other.
        assert ":" not in "".join(contract.get("layers", ()))


def test_every_package_is_under_contract() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/*.py")} - OUTSIDE
    assert set(CONFIG["root_packages"]) == packages
    assert set(_contract(CYCLES)["ancestors"]) == packages
    layered = " | ".join(_contract(LAYERS)["layers"]).split(" | ")
    inside = {f"okta_idc.{path.stem}" for path in (ROOT / "okta_idc").iterdir()
              if path.suffix == ".py" or any(path.glob("*.py"))}  # fmt: skip
    assert set(layered) == packages - {"okta_idc"} | inside - {"okta_idc.__init__"}


def test_no_module_imports_a_package_that_contains_it() -> None:
    graph = grimp.build_graph(*CONFIG["root_packages"], cache_dir=None)
    imported = graph.find_modules_directly_imported_by
    assert not [
        (module, other)
        for module in graph.modules
        for other in imported(module)
        if module.startswith(f"{other}.")
    ]
    assert not imported("okta_idc")  # so its modules may be imported from anywhere


def _contract(name: str) -> dict[str, list[str]]:
    return next(contract for contract in CONFIG["contracts"] if contract["name"] == name)


def folders() -> dict[str, set[str]]:
    """The folders that each folder may import, from the table of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w/]+)/` \| .+ \| (.+) \|$", text, re.MULTILINE)
    cells = {path.replace("/", "."): cell for path, cell in rows if path not in OUTSIDE}
    own = {folder for folder in cells if folder.startswith("okta_idc.")}
    return {
        folder: own
        if "everything in `okta_idc/`" in cell
        else {each for each in own if re.search(rf"\b{each.removeprefix('okta_idc.')}\b", cell)}
        for folder, cell in cells.items()
    }


MODULES = {
    "okta_idc.rules": "characters", "okta_idc.okta_expression": "tokens",
    "okta_idc.clients": "scim", "okta_idc.settings": "errors", "okta_idc.inventory": "progress",
    "okta_idc.doctor": "saml_preview", "okta_idc.adoption": "items", "okta_idc.cli": "extras",
    "okta_idc.recovery": "kinds", "okta_idc.token": "evidence", "okta_idc.access_map": "model",
    "okta_idc.probe": "record", "okta_idc.access_rules": "directory",
    "okta_idc.fleet": "stack_files",
    "components": "providers", "policies": "properties", "plugin": "provider",
    "sandbox": "clock", "toolchain": "commands", "offline_plugins": "property_values",
}  # fmt: skip
"""One module of each folder."""


def test_a_contract_rejects_each_import_that_contributing_does_not_allow(tmp_path: Path) -> None:
    allowed = folders()
    assert allowed.keys() == MODULES.keys()
    pairs = {
        (f"{folder}.{module}", f"{other}.{MODULES[other]}")
        for folder, module in MODULES.items()
        for other in MODULES.keys() - allowed[folder] - {folder}
    }
    added = lines_by_file(
        *((f"{importer.replace('.', '/')}.py", f"import {other}") for importer, other in pairs)
    )
    reported = "".join(broken_contracts(tmp_path, added).values())
    assert not {pair for pair in pairs if f"{pair[0]} -> {pair[1]} (l." not in reported}
