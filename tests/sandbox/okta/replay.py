"""Plays a recording of the official plugin's calls against the emulator.

Each recorded request is sent with the recorded IDs replaced by the emulator's. The answer must have
the recorded status. The values that a request wrote must appear in its answer and in later reads of
the same address. The answer must have the keys and value types of the recorded answer. If answers
of a real org were recorded, those decide instead (the client checks this), and the scratch server's
answer only determines which lists are empty.

The replay learns IDs from the answers, by their position. The steps of a scene create the objects
that existed before the first recorded call, and the changes between calls.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.paths import DATA
from tests.sandbox.okta.deviations import is_known_difference
from tests.sandbox.okta.org import Answer, Okta
from tests.sandbox.okta.scenes import Scene
from tests.sandbox.okta.shapes import is_recorded, operation

WIRE = DATA / "wire"
_BASE = "http://127.0.0.1:PORT"
# The emulator only provisions to AWS's endpoints, which it maps to the sandbox's own.
_SCIM = ("https://scim.example.com", "https://scim.us-east-1.amazonaws.com")
_ID = re.compile(r"(?:0oa|00g|00u|gPm|0pr|prm|rst|rul|oty|ofc|kid)\w+")
_NAMED_ID = re.compile(r"id|kid|\w+Id")
_ELEMENTS = "elements"
_INJECTED = ("x", "oaeDUMMY")
"""The error IDs of answers that the recorder injected."""


def recordings() -> list[str]:
    return sorted(path.stem for path in WIRE.glob("*.jsonl") if not path.stem.startswith("grpc-"))


def records(name: str) -> list[Any]:
    """The calls of a recording, with repeated bodies filled in."""
    lines = (WIRE / f"{name}.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    bodies = {record["seq"]: record["response"] for record in found}
    for record in found:
        while isinstance(record["response"], dict) and "_same_as_seq" in record["response"]:
            record["response"] = bodies[record["response"]["_same_as_seq"]]
        if isinstance(record["response"], list):
            record["response"] = [item for item in record["response"] if not _elided(item)]
    return found


def _elided(item: Any) -> bool:
    return isinstance(item, dict) and "_elided" in item


def injected(record: Any) -> bool:
    body = record["response"]
    return isinstance(body, dict) and body.get("errorId") in _INJECTED


@dataclass
class Replay:
    okta: Okta
    ids: dict[str, str] = field(default_factory=dict)
    """The emulator's ID for each recorded ID."""
    written: dict[str, Any] = field(default_factory=dict)
    """The last document written to each address, to check later reads."""
    cursors: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    async def play(self, name: str, scene: Scene) -> None:
        await self._learn_org_ids()
        for step in scene.before:
            await step(self)
        for record in records(name):
            for step in scene.at.get(record["seq"], ()):
                await step(self)
            place = f"{name}:{record['seq']} {record['method']} {record['path']}"
            faked = injected(record) and record["seq"] not in scene.own
            await self._play_call(place, record, faked or record["seq"] in scene.faked)
        self.problems += self.okta.problems
        self.okta.problems.clear()

    async def _learn_org_ids(self) -> None:
        """Learn the IDs of the org's initial objects, which every recording uses."""
        me = await self.okta.ok("GET", "/api/v1/users/me")
        users = await self.okta.ok("GET", "/api/v1/users")
        policies = await self.okta.ok("GET", "/api/v1/policies?type=ACCESS_POLICY")
        self.ids = {f"00uUSER{n:013d}": user["id"] for n, user in enumerate(users, 1)}
        self.ids["00uADMIN000000000001"] = me["id"]
        self.ids["otyDEFAULT0000000001"] = me["type"]["id"]
        for policy in policies:
            recorded = "rstDEFAULT0000000001" if policy["system"] else "rstADMIN000000000001"
            self.ids[recorded] = policy["id"]

    def _unknown_ids(self, text: str) -> list[str]:
        return [found for found in _ID.findall(text) if "EMU" in found]

    def translate(self, text: str) -> str:
        """Replace the recorded IDs and addresses in a text by the emulator's."""
        text = text.replace(_BASE, self.okta.base).replace(*_SCIM)
        return _ID.sub(lambda match: self.ids.get(match[0], match[0]), text)

    def learn(self, recorded: Any, actual: Any) -> None:
        for where, original, value in self._pairs(recorded, actual):
            key = where.rsplit(".", 1)[-1]
            if not (
                isinstance(original, str) and isinstance(value, str) and _ID.fullmatch(original)
            ):
                continue
            if not _NAMED_ID.fullmatch(key) or self.ids.setdefault(original, value) == value:
                continue
            if key != "kid":  # on the scratch server, copies of an app share a key
                self.problems.append(f"{where}: {original} was {self.ids[original]}, is {value}")

    async def _play_call(self, place: str, record: Any, faked: bool) -> None:
        path = await self._path(record["path"])
        body = record["request"]
        body = json.loads(self.translate(json.dumps(body))) if body is not None else None
        raw = body.pop("_raw", None) if isinstance(body, dict) else None
        if record["status"] < 400 and (unknown := self._unknown_ids(path + json.dumps(body))):
            raise AssertionError(f"{place}: the scene does not create {', '.join(unknown)}")
        if faked:
            await self._fault(record, path)
        if raw is not None:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = await self.okta.call(record["method"], path, data=raw, headers=form)
        else:
            answer = await self.okta.call(record["method"], path, body, injected=faked)
        if answer.status != record["status"]:
            found = f"{place}: {answer.status}, not {record['status']}: {answer.body!r:.300}"
            raise AssertionError(found)
        if isinstance(answer.body, dict) and "access_token" in answer.body:
            self.okta.authorization = f"Bearer {answer.body['access_token']}"
        if faked:
            assert answer.body == record["response"], place
            return
        self._compare(place, record, answer)
        wrong = self._remember(record, path, body, answer)
        self.problems += (f"{place}: {what}" for what in wrong)

    async def _path(self, recorded: str) -> str:
        path, _, cursor = recorded.partition("after=")
        cursor, _, rest = cursor.partition("&")
        if not cursor:
            return self.translate(recorded)
        if cursor not in self.cursors:  # the recording omits the previous pages
            await self._follow_pages(recorded)
        return self.translate(path) + "after=" + self.cursors[cursor] + (rest and "&" + rest)

    async def _follow_pages(self, recorded: str) -> None:
        """Follow the emulator's links to the last page, to learn the cursor of the recorded one."""
        original = re.search(r"after=(\w+)", recorded)
        assert original
        known = re.sub(r"after=\w+", f"after={list(self.cursors.values())[-1]}", recorded)
        address = self.translate(known)
        while address:
            answer = await self.okta.call("GET", address)
            address = answer.links().get("next", "")
            if address:
                self.cursors[original[1]] = address.split("after=")[1].split("&")[0]

    async def _fault(self, record: Any, path: str) -> None:
        await self.okta.fault(
            method=record["method"], path="^" + re.escape(path) + "$", status=record["status"],
            body=record["response"], headers=record.get("resp_headers", {}),
        )  # fmt: skip

    def _compare(self, place: str, record: Any, answer: Answer) -> None:
        self.learn(record["response"], answer.body)
        op = operation(record["method"], record["path"])
        real = is_recorded(record["method"], record["path"], answer.status)
        for where, what in self._differences(record["response"], answer.body):
            line = f"{where or 'the answer'}: {what}"
            if not (is_known_difference(op, line) or (real and _ELEMENTS not in what)):
                self.problems.append(f"{place}: {line}")
        original = re.search(
            r"after=(\w+)>; rel=\"next\"", record.get("resp_headers", {}).get("Link", "")
        )
        value = answer.links().get("next")
        if original and value:
            self.cursors[original[1]] = value.split("after=")[1].split("&")[0]
        elif original or value:
            self.problems.append(
                f"{place}: next page: recorded {original and original[1]}, actual {value}"
            )

    def _differences(
        self, recorded: Any, actual: Any, where: str = ""
    ) -> Iterator[tuple[str, str]]:
        """Different keys, value types, and lists of which one is empty."""
        if _kind(recorded) != _kind(actual):
            yield where, f"recorded {_kind(recorded)}, actual {_kind(actual)}"
        elif isinstance(recorded, dict):
            for key in sorted(recorded.keys() | actual.keys()):
                place = f"{where}.{key}".lstrip(".")
                if key not in actual:
                    yield place, "only recorded"
                elif key not in recorded:
                    yield place, "not recorded"
                else:
                    yield from self._differences(recorded[key], actual[key], place)
        elif isinstance(recorded, list):
            if bool(recorded) != bool(actual):
                yield where, f"recorded {len(recorded)} {_ELEMENTS}, actual {len(actual)}"
            for original, value in self._side_by_side(recorded, actual):
                yield from self._differences(original, value, where + "[]")

    def _pairs(self, recorded: Any, actual: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
        if isinstance(recorded, dict) and isinstance(actual, dict):
            for key in recorded.keys() & actual.keys():
                yield from self._pairs(recorded[key], actual[key], f"{where}.{key}")
        elif isinstance(recorded, list) and isinstance(actual, list):
            for original, value in self._side_by_side(recorded, actual):
                yield from self._pairs(original, value, where)
        else:
            yield where, recorded, actual

    def _side_by_side(self, recorded: list[Any], actual: list[Any]) -> list[tuple[Any, Any]]:
        """Pair the elements by known ID, and the remaining ones by position."""
        rest = {_id(item) or f"{n}": item for n, item in enumerate(actual)}
        found: list[tuple[Any, Any]] = []
        for item in recorded:
            if (known := self.ids.get(_id(item))) in rest:
                found.append((item, rest.pop(known)))
        unknown = [item for item in recorded if _id(item) not in self.ids]
        return [*found, *zip(unknown, rest.values(), strict=False)]

    def _remember(self, record: Any, path: str, body: Any, answer: Answer) -> Iterator[str]:
        """Remember the written document, and check that the answer shows it.

        If the recorded answer differs from the written document, the recorded value is allowed too.
        """
        method, address, original = record["method"], path.split("?")[0], record["response"]
        if answer.status >= 400:
            return
        if method == "DELETE":
            self.forget(address)
        elif method == "GET":
            yield from _unshown(self.written.get(address, {}), answer.body, original)
        elif address.endswith(("/activate", "/deactivate")):
            on = ("ENABLED", "DISABLED") if "/connections/" in address else ("ACTIVE", "INACTIVE")
            status = on[0] if address.endswith("/activate") else on[1]
            about = address.rsplit("/lifecycle/", 1)[0]
            self.written.setdefault(about, {})["status"] = status
        elif body is not None:
            body = {"capabilities": body} if "/features/" in address else body
            yield from _unshown(body, answer.body, original)
            created = answer.body.get("id", "") if method == "POST" else ""
            if created and not address.endswith(created):
                address += "/" + created
            old = {} if method == "PUT" else self.written.get(address, {})
            self.written[address] = {**old, **body}

    def forget(self, address: str) -> None:
        """Forget the documents of an address that another client has changed."""
        for known in [a for a in self.written if a.startswith(address)]:
            del self.written[known]


def _id(item: Any) -> str:
    return str(item.get("id", "")) if isinstance(item, dict) else ""


def _unshown(wanted: Any, shown: Any, original: Any, where: str = "") -> Iterator[str]:
    """Written values that the answer shows differently.

    An empty value may appear as null or as an empty string; timestamps and links are the server's.
    """
    if isinstance(wanted, dict) and isinstance(shown, dict):
        for key in (wanted.keys() & shown.keys()) - {"created", "lastUpdated", "_links"}:
            other = original.get(key) if isinstance(original, dict) else None
            yield from _unshown(wanted[key], shown[key], other, f"{where}.{key}".lstrip("."))
    elif not isinstance(wanted, dict) and (shown or None) not in (wanted or None, original):
        yield f"{where}: {wanted!r:.80} was written, {shown!r:.80} is shown"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return kinds.get(type(value), "null")
