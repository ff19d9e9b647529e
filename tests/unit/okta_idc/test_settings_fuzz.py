"""Mutated stack files: the loader accepts them or reports every problem in the settings' words, and
agrees with the JSON Schema."""

import copy
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import settings as hypothesis
from pydantic import ValidationError
from pydantic_core._pydantic_core import list_all_errors  # type: ignore[attr-defined]

from okta_idc.settings import Settings, SettingsError, load_settings
from okta_idc.settings.shape import RENAMED, WORDED
from tests.paths import ROOT
from toolchain.reference.settings_page import EXAMPLE

MUTATIONS = 10_000 if hypothesis.default.max_examples >= 100 else 400  # type: ignore[union-attr]
KEY = "okta-identity-center:federation"
VALID: list[Any] = [
    *(
        yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"][KEY]
        for stack in ("dev", "example")
    ),
    yaml.safe_load(EXAMPLE),
]
PHRASES = [each["message_template_python"].partition("{")[0].strip() for each in list_all_errors()]
"""The fixed words at the start of every message of pydantic."""
LIBRARY = re.compile(
    "|".join(re.escape(phrase) for phrase in PHRASES if len(phrase) > 12)
    + "|[Ii]nput should|[Vv]alue error|pydantic|_type|errors.pydantic.dev"
)
SEMANTIC = {f"OIC-{number}" for number in (
    110, 111, 201, 204, 205, 207, 212, 231, 232, 233, 234,
    302, 312, 320, 324, 327, 328, 329,
    401, 402, 403, 404, 409, 411, 412, 417, 418,
    501, 502, 503, 504, 505, 506, 507, 508,
    509, 510, 511, 512, 513, 514, 515, 516, 517, 518, 520, 523, 530, 532, 538,
    708, 709, 710, 711, 712, 713,
)}  # fmt: skip
"""The rules that a JSON Schema cannot express: several keys, or Okta's and AWS's own syntax."""
TEXTS = [
    "", " ", "x", "aws-admins", "AWS-ADMINS", "12", "3", "true", "https://x", "arn:x", "00g1",
    "0oa1", "0oa1/00g1", "us-east-1", "PT1H", "user.x", "${source.login}", "x" * 2_000,
    "Cafe\u0301", "a\u200b", "a\n", "\x00", "[/bold]", "a.b[0]", "federation", "name", "api",
]  # fmt: skip
SCALARS = [None, True, False, 0, 1, -1, 3, 7.5, 1.0, 10**12, 210987654321]
UNUSUAL = [
    float("nan"), float("inf"), 10**5_000, 1e300, "\ud800", {"\ud800": 1}, {1: "a"}, {None: {}}, (),
    ("a",), b"a", object(), {"a": {2: 3}}, {"a": ("b",)}, {"a": object()},
]  # fmt: skip
KEYS = [
    *Settings.model_fields, *(old.rpartition(".")[2] for old in RENAMED), "nmae", "Name", "name ",
    "x",
    "id", "create", "login", "rule", "value", "key", "secret", "import_id", "arn", "groups",
]  # fmt: skip
DEEP: Any = 1
for _ in range(150):
    DEEP = {"a": [DEEP]}


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Each container in the tree with each of its keys or indices."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in list(inner):
        yield tree, key
        if isinstance(value, dict | list):
            yield from places(value)


def fresh(chance: random.Random, unusual: bool) -> Any:
    """A value for any place."""
    kind = chance.randrange(8)
    if kind < 3:
        return chance.choice(TEXTS)
    if kind < 5:
        return chance.choice(SCALARS)
    if kind == 5 and unusual:
        return chance.choice([*UNUSUAL, DEEP])
    if kind == 6:
        return [fresh(chance, unusual) for _ in range(chance.randrange(3))]
    return {chance.choice(KEYS): fresh(chance, unusual) for _ in range(chance.randrange(3))}


def mutated(number: int, *, unusual: bool = True) -> Any:
    """A valid stack file with one to four changes; the same for the same number."""
    chance = random.Random(number)  # noqa: S311
    tree = copy.deepcopy(chance.choice(VALID))
    for _ in range(chance.choice((1, 1, 2, 4))):
        container, key = chance.choice([*places(tree)])
        change = chance.randrange(6)
        if change == 0:
            del container[key]
        elif change == 1 and isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        elif change == 1:
            container[chance.choice(KEYS)] = container.pop(key)
        elif change == 2 and isinstance(container, list):
            container.append(fresh(chance, unusual))
        elif change == 2:
            container[chance.choice(KEYS)] = fresh(chance, unusual)
        elif change == 3:
            other, place = chance.choice([*places(tree)])
            container[key] = copy.deepcopy(other[place])
        else:
            container[key] = fresh(chance, unusual)
        if not tree:
            break
    return tree


def found(tree: Any, path: str) -> bool:
    """Whether the path leads to a value in the tree, or to a key that its mapping lacks."""
    if path == "federation":
        return True
    if not path.startswith("federation."):
        return False
    rest = path.removeprefix("federation")
    while rest:
        if isinstance(tree, dict):
            keys = [k for k in map(str, tree) if re.match(rf"\.{re.escape(k)}(?=$|\.|\[)", rest)]
            if not keys:
                return re.fullmatch(r"\.[a-z_]+", rest) is not None
            key = max(keys, key=len)
            tree, rest = tree[key], rest.removeprefix(f".{key}")
        elif isinstance(tree, list) and (index := re.match(r"\[(\d+)\]", rest)):
            if int(index[1]) >= len(tree):
                return False
            tree, rest = tree[int(index[1])], rest[index.end() :]
        else:
            return False
    return True


def problems(tree: Any) -> tuple[Any, ...]:
    """The problems of a tree; none if it is accepted."""
    try:
        load_settings(tree)
    except SettingsError as error:
        return tuple(error.problems)
    return ()


def test_every_mutation_is_accepted_or_reported_in_the_words_of_the_settings() -> None:
    rejected = 0
    for number in range(MUTATIONS):
        tree = mutated(number)
        each = problems(tree)
        rejected += bool(each)
        assert len(set(each)) == len(each), number
        shape = [(p.path, p.rule) for p in each if "OIC-700" < p.rule < "OIC-707"]
        assert len(set(shape)) == len(shape), (number, each)
        for problem in each:
            assert re.search(r" \[OIC-\d{3}\]$", problem.message), (number, problem)
            assert not LIBRARY.search(problem.message), (number, problem)
            assert found(tree, problem.path), (number, problem)
            for other in re.findall(r"\((federation[^ :)]*)", problem.message):
                assert found(tree, other), (number, problem)
            assert problem.message.isprintable(), (number, problem)
    assert MUTATIONS / 5 < rejected < MUTATIONS


def test_the_loader_and_the_schema_disagree_only_on_semantic_rules() -> None:
    schema = json.loads((ROOT / "docs/reference/stack.schema.json").read_text())
    document = {
        "$defs": schema["$defs"],
        **schema["properties"]["config"]["properties"][KEY]["anyOf"][0],
    }
    # In ECMAScript, $ does not match before a line end.
    strict = json.loads(re.sub(r'("pattern": "[^"]*)\$"', r'\1\\\\Z"', json.dumps(document)))
    validator = jsonschema.Draft202012Validator(strict)
    semantic: set[str] = set()
    for number in range(MUTATIONS // 4):
        tree = mutated(number, unusual=False)
        rules = {problem.rule for problem in problems(tree)}
        assert validator.is_valid(tree) == (rules <= SEMANTIC), (number, rules, tree)
        semantic |= rules & SEMANTIC
    assert len(semantic) > 5


@pytest.mark.parametrize(
    "place",
    ["provisioning.wait_timeout_minutes", "provisioning.propagation_timeout_minutes",
     "provisioning.propagation_settle_seconds", "assignments.max_deprovisioned_users",
     "assignments.groups.priority", "token_expiry_alarm.days_before"],
)  # fmt: skip
def test_the_loader_and_the_schema_agree_on_every_number(place: str) -> None:
    """They differ on numbers inside an inline policy alone, which the schema does not describe."""
    schema = json.loads((ROOT / "docs/reference/stack.schema.json").read_text())
    stack = schema["properties"]["config"]["properties"][KEY]["anyOf"][0]
    validator = jsonschema.Draft202012Validator({"$defs": schema["$defs"], **stack})
    part, key, *inner = place.split(".")
    numbers = [0, 0.0, -0.0, 1.0, 7.5, 0.1, -1, True, 364.0, 364.5, 365, 1440.0, 1440.5, 1e15,
               float(2**53), 2**53, 2**53 + 1, 1e16, 10**16, -1e16, 1e300]  # fmt: skip
    for number in numbers:
        value: Any = [{"name": "a", inner[0]: number}] if inner else number
        value = [number] if key == "days_before" else value
        tree = {"scim_token": {"secret": "s"}, part: {key: value}}
        assert validator.is_valid(tree) == (problems(tree) == ()), (place, number)


def test_every_error_type_that_the_models_produce_has_words() -> None:
    kinds: set[str] = set()
    for number in range(MUTATIONS):
        try:
            Settings.model_validate(mutated(number))
        except ValidationError as error:
            kinds |= {each["type"] for each in error.errors()}
    before = {"invalid_key", "string_unicode", "recursion_depth_exceeded", "recursion_loop"}
    """Found before the models see them."""
    assert kinds <= WORDED | before
    assert {"missing", "string_type", "list_type", "enum", "string_pattern_mismatch"} <= kinds
