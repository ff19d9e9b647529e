"""Malformed requests get responses in Okta's format and never crash the server."""

import copy
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.sandbox.okta.operations import offered
from tests.sandbox.okta.org import Okta, org, run
from tests.sandbox.okta.replay import recordings, records
from tests.sandbox.okta.shapes import operation

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def _recorded() -> dict[str, list[Any]]:
    """Bodies that the official plugin sent, by operation."""
    found: dict[str, dict[str, Any]] = {}
    for name in recordings():
        for record in records(name):
            body = record["request"]
            if isinstance(body, dict) and "_raw" not in body:
                of = operation(record["method"], record["path"])
                found.setdefault(of, {})[repr(body)] = body
    return {of: [*bodies.values()] for of, bodies in found.items()}


SENT = _recorded()
ANY = [body for bodies in SENT.values() for body in bodies]


@st.composite
def malformed(draw: Any, bodies: list[Any]) -> Any:
    """One of the bodies with one value replaced, or any JSON value."""
    body = copy.deepcopy(draw(st.sampled_from(bodies)))
    place = body
    while isinstance(place, dict) and place:
        key = draw(st.sampled_from(sorted(place)))
        if isinstance(place[key], dict) and place[key] and draw(st.integers(0, 3)):
            place = place[key]
            continue
        place[key] = draw(JSON)
        return body
    return draw(JSON)


@st.composite
def calls(draw: Any) -> tuple[str, str, Any]:
    """Method, path template and body."""
    method, path = draw(st.sampled_from([pair for pair in offered() if pair[0] != "GET"]))
    own = SENT.get(f"{method} {path}")
    return method, path, draw(malformed(own if own and draw(st.integers(0, 4)) else ANY))


# No shrinking: each example starts an org, and the report names the call.
QUICK: Any = {"deadline": None, "phases": [Phase.explicit, Phase.reuse, Phase.generate]}


@settings(max_examples=60, **QUICK)
@given(calls_made=st.lists(calls(), min_size=5, max_size=12), ids=st.data())
def test_no_body_crashes_the_server(calls_made: list[Any], ids: st.DataObject) -> None:
    async def check(okta: Okta) -> None:
        known = await _create_objects(okta)
        for method, path, body in calls_made:
            for part in path.split("/"):
                if part == "{id}":
                    ident = ids.draw(st.sampled_from(known) | TEXT.filter(str.strip))
                    path = path.replace("{id}", quote(ident, safe=""), 1)
            answer = await okta.call(method, path, _with(body, known))
            assert answer.status < 500, (method, path, body, answer.body)

    run(check, org(3, {"a": (0, 1), "b": (1,)}))


@settings(max_examples=15, **QUICK)
@given(
    query=st.dictionaries(
        st.sampled_from(["limit", "after", "q", "search", "filter", "expand", "type", "sourceId",
                         "deleteTargetGroup", "activate"]), TEXT, max_size=4,
    ),
    data=st.binary(max_size=40),
)  # fmt: skip
def test_no_query_and_no_binary_body_crashes_the_server(query: dict[str, str], data: bytes) -> None:
    text = "?" + "&".join(f"{key}={quote(value)}" for key, value in query.items())

    async def check(okta: Okta) -> None:
        known = await _create_objects(okta)
        for method, path in offered():
            path = path.replace("{id}", known[0])
            body = None if method == "GET" else data
            answer = await okta.call(method, path + text, data=body)
            assert answer.status < 500, (method, path, answer.body)

    run(check, org(3, {"a": (0, 1), "b": (1,)}))


@pytest.mark.parametrize(
    "body",
    ["[]", "1", '"x"', "{", "[" * 100_000, '{"a":' * 50_000, "\xff", '{"a": NaN}',
     '{"a": "\\ud800"}'],
)  # fmt: skip
def test_a_body_that_is_not_an_object_is_malformed(body: str) -> None:
    async def check(okta: Okta) -> None:
        answer = await okta.call("POST", "/api/v1/groups", data=body.encode("latin-1"))
        assert (answer.status, answer.body["errorCode"]) == (400, "E0000003")

    run(check)


async def _create_objects(okta: Okta) -> list[str]:
    """Create one object of each kind; return their IDs."""
    app, group = (await okta.new_app())["id"], (await okta.ok("GET", "/api/v1/groups"))[0]["id"]
    await okta.connect(app)
    user = (await okta.ok("GET", "/api/v1/users"))[0]["id"]
    rule = {
        "type": "group_rule", "name": "r",
        "conditions": {"expression": {"value": f'isMemberOfGroup("{group}")'}},
        "actions": {"assignUserToGroups": {"groupIds": [group]}},
    }  # fmt: skip
    one, push = f"/api/v1/apps/{app}", {"sourceGroupId": group, "targetGroupName": "t"}
    created = [
        await okta.ok("POST", "/api/v1/groups/rules", rule),
        await okta.ok("POST", one + "/group-push/mappings", push),
        await okta.ok("POST", one + "/federated-claims", {"name": "n", "expression": "e"}),
        await okta.ok("POST", "/api/v1/policies", {"type": "ACCESS_POLICY", "name": "p"}),
        (await okta.ok("GET", "/api/v1/mappings"))[0],
    ]
    return [app, group, user, *(thing["id"] for thing in created)]


def _with(body: Any, known: list[str]) -> Any:
    """Replace recorded IDs by existing ones, so that the objects in the request are found."""
    if isinstance(body, dict):
        return {key: _with(value, known) for key, value in body.items()}
    if isinstance(body, list):
        return [_with(item, known) for item in body]
    if isinstance(body, str) and "EMU" in body:
        return next((ident for ident in known if ident[:3] == body[:3]), body)
    return body
