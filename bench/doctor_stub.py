"""A fast stub of the Okta and AWS APIs that the doctor reads: `python -m bench.doctor_stub USERS`.

Prints its port and serves until its standard input is closed. All users are assigned through one
group. The 500 push groups have as many members in total as there are users; the largest has at most
5,000. One user in 100 has no display name in Okta, and one in 1,000 an old department in AWS.
"""

import json
import sys
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

GROUPS, LARGEST = 500, 5_000
ADDRESS = ("streetAddress", "city", "state", "zipCode", "countryCode")
STORE, INSTANCE = "d-9067a1b2c3", "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
ENDPOINT = "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"


class Org:
    def __init__(self, users: int) -> None:
        self.users = users
        largest = min(LARGEST, users // 2)
        each, rest = divmod(users - largest, GROUPS - 1)
        self.sizes = [largest] + [each + (n < rest) for n in range(GROUPS - 1)]
        self.starts = [sum(self.sizes[:n]) for n in range(GROUPS)]

    def members(self, group: int) -> range:
        start = self.starts[group]
        return range(start, start + self.sizes[group])


def profile(n: int) -> dict[str, Any]:
    """A realistic profile: 31 attributes, a third of them null."""
    return {
        "firstName": "Zoë", "lastName": f"O'Brien-{n}", "email": f"user{n}@example.com",
        "displayName": f"Zoë O'Brien-{n}" if n % 100 else None,
        "title": "Senior Software Engineer", "department": "Research", "costCenter": str(4000 + n),
        "employeeNumber": str(n), "manager": None, "nickName": None, "locale": "de_DE",
        "primaryPhone": "+49 30 1234567", "mobilePhone": None, "secondEmail": None,
        "timezone": "Europe/Berlin", "userType": "Employee", "organization": "Example",
        "division": None, "preferredLanguage": "de", "middleName": None,
        "honorificPrefix": None, "honorificSuffix": None, "managerId": None, "profileUrl": None,
        "postalAddress": None, **dict.fromkeys(ADDRESS, "Berlin" if n % 2 else None),
    }  # fmt: skip


def user(n: int) -> dict[str, Any]:
    time, link = "2026-11-01T00:00:00.000Z", f"https://acme.okta.com/api/v1/users/{user_id(n)}"
    return {
        "id": user_id(n), "status": "ACTIVE", "created": time, "activated": time,
        "statusChanged": time, "lastLogin": None, "lastUpdated": time, "passwordChanged": None,
        "type": {"id": "oty1"}, "profile": {"login": f"user{n}@example.com", **profile(n)},
        "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        "_links": {"self": {"href": link}},
    }  # fmt: skip


def app_user(n: int) -> dict[str, Any]:
    time = "2026-11-01T00:00:00.000Z"
    return {
        "id": user_id(n), "externalId": f"u-{n}", "created": time, "lastUpdated": time,
        "scope": "GROUP", "status": "PROVISIONED", "statusChanged": time,
        "syncState": "SYNCHRONIZED", "lastSync": time,
        "credentials": {"userName": f"user{n}@example.com"}, "profile": profile(n),
        "_embedded": {"user": user(n)},
    }  # fmt: skip


def store_user(n: int) -> dict[str, Any]:
    """The user in AWS. One user in 1,000 has an old department."""
    own = {name: value for name, value in profile(n).items() if value is not None}
    work = {name: own[name] for name in ("employeeNumber", "costCenter", "organization")}
    work["department"] = own["department"] if n % 1_000 else "Sales"
    address = {
        "StreetAddress": "Berlin",
        "Locality": "Berlin",
        "Region": "Berlin",
        "PostalCode": "Berlin",
        "Country": "Berlin",
        "Type": "work",
        "Primary": True,
    }
    time = 1.79e9
    return {
        "UserId": f"u-{n}", "UserName": f"user{n}@example.com", "UserStatus": "ENABLED",
        "IdentityStoreId": STORE, "UserArn": f"arn:aws:identitystore:::user/u-{n}",
        "Revision": "1", "Name": {"GivenName": own["firstName"], "FamilyName": own["lastName"]},
        "DisplayName": own.get("displayName", f"user{n}"), "Title": own["title"],
        "UserType": own["userType"], "PreferredLanguage": own["preferredLanguage"],
        "Locale": own["locale"], "Timezone": own["timezone"],
        "Emails": [{"Value": own["email"], "Type": "work", "Primary": True}],
        "PhoneNumbers": [{"Value": own["primaryPhone"], "Type": "work", "Primary": True}],
        **({"Addresses": [address]} if n % 2 else {}),
        "CreatedAt": time, "CreatedBy": "SCIM", "UpdatedAt": time, "UpdatedBy": "SCIM",
        "Extensions": {"aws:identitystore:enterprise": work},
    }  # fmt: skip


def user_id(n: int) -> str:
    return f"00u{n:017d}"


def group(n: int, kind: str = "s") -> dict[str, Any]:
    return {"id": f"00g{kind}{n}", "type": "OKTA_GROUP" if kind == "s" else "APP_GROUP",
            "profile": {"name": f"aws-{n}"}}  # fmt: skip


APP = {
    "id": "0oa1", "name": "amazon_aws_sso", "label": "AWS", "status": "ACTIVE",
    "features": ["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION", "GROUP_PUSH"],
    "credentials": {"userNameTemplate": {"template": "${source.login}"}},
    "settings": {"app": {}, "signOn": {"attributeStatements": [
        {"type": "EXPRESSION", "values": [f"user.{name}"], "namespace": "urn:uri",
         "name": f"https://aws.amazon.com/SAML/Attributes/AccessControl:{name}"}
        for name in ("department", "costCenter")
    ]}},
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    wbufsize = -1
    """Sends headers and body together: two packets wait 40 ms for the client's acknowledgment."""
    protocol_version = "HTTP/1.1"
    org: Org

    def do_GET(self) -> None:
        parts, query = urlsplit(self.path), parse_qs(urlsplit(self.path).query)
        path = parts.path.removeprefix("/api/v1/").split("/")
        after, limit = int(query.get("after", ["0"])[0]), int(query.get("limit", ["1000"])[0])
        match path:
            case ["apps"]:
                self._send([APP])
            case ["apps", _]:
                self._send(APP)
            case ["apps", _, "users"]:
                self._page("users", parts.path, query, after, limit, self.org.users)
            case ["apps", _, "groups"]:
                self._send([{"id": "00ga0"}])
            case ["apps", _, "group-push", "mappings"]:
                self._send([
                    {"sourceGroupId": f"00gs{n}", "targetGroupId": f"00gt{n}", "status": "ACTIVE",
                     "lastPush": "2026-11-01T00:00:00Z"} for n in range(GROUPS)
                ])  # fmt: skip
            case ["mappings"]:
                self._send([{"id": "prm1", "source": {"id": "oty1"}}])
            case ["mappings", _]:
                self._send({"properties": {
                    name: {"expression": f"user.{name}", "pushStatus": "PUSH"}
                    for name in profile(0)
                }})  # fmt: skip
            case ["groups"]:
                ids = [part.split('"')[1] for part in query["search"][0].split(" or ")]
                self._send([group(int(i[4:]), i[3]) for i in ids if i[3] in "st"])
            case ["groups", number, "users"]:
                size = self.org.sizes[int(number[4:])]
                self._page(number, parts.path, query, after, limit, size)
            case _:
                self._send({"errorSummary": "Not found"}, status=404)

    def _page(self, key: str, path: str, query: Any, after: int, limit: int, total: int) -> None:
        end, links = min(after + limit, total), []
        if end < total:
            more = "&expand=user" if "expand" in query else ""
            host = self.headers["Host"]
            links = [f'<http://{host}{path}?limit={limit}&after={end}{more}>; rel="next"']
        self._send_bytes(page(self.org, key, after, end), links)

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        start = int(request.get("NextToken") or 0)
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        more = {} if "GroupId" not in request else {"group": int(request["GroupId"][2:])}
        self._send_bytes(aws_page(self.org, operation, start, **more), kind="x-amz-json-1.1")

    def _send(self, document: Any, status: int = 200) -> None:
        self._send_bytes(json.dumps(document).encode(), status=status)

    def _send_bytes(
        self, body: bytes, links: Any = (), status: int = 200, kind: str = "json"
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"application/{kind}")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (("Limit", 10**6), ("Remaining", 10**6), ("Reset", 4 * 10**9)):
            self.send_header(f"X-Rate-Limit-{name}", str(value))
        for link in links:
            self.send_header("Link", link)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@cache  # built once, before the measurement
def page(org: Org, key: str, start: int, end: int) -> bytes:
    if key == "users":
        return json.dumps([app_user(n) for n in range(start, end)]).encode()
    members = org.members(int(key[4:]))[start:end]
    return json.dumps([user(n) for n in members]).encode()


@cache
def aws_page(org: Org, operation: str, start: int, group: int = 0) -> bytes:
    issuer = "https://scim.aws.com/11111111111-2222-3333-4444-555555555555"
    total, item = {
        "ListUsers": (org.users, lambda n: {
            **store_user(n), "ExternalIds": [{"Issuer": issuer, "Id": user_id(n)}],
        }),
        "ListGroups": (GROUPS, lambda n: {"GroupId": f"g-{n}", "DisplayName": f"aws-{n}"}),
        "ListGroupMemberships": (org.sizes[group], lambda n: {
            "MembershipId": f"m-{n}", "MemberId": {"UserId": f"u-{org.members(group)[n]}"},
        }),
        "ListInstances": (1, lambda _: {"InstanceArn": INSTANCE, "IdentityStoreId": STORE}),
        "ListRegions": (1, lambda _: {"RegionName": "us-east-1", "IsPrimaryRegion": True}),
    }.get(operation, (0, lambda _: None))  # fmt: skip
    keys = {"ListUsers": "Users", "ListGroups": "Groups", "ListInstances": "Instances",
            "ListGroupMemberships": "GroupMemberships", "ListRegions": "Regions"}  # fmt: skip
    end = min(start + 100, total)
    document: dict[str, Any] = {
        keys.get(operation, "Nothing"): [item(n) for n in range(start, end)]
    }
    if operation.startswith("DescribeInstanceAccess"):
        document = {"Status": "ENABLED", "InstanceAccessControlAttributeConfiguration":
                    {"AccessControlAttributes": []}}  # fmt: skip
    if operation == "DescribeSecret":
        dates = {"created": "2026-10-01T00:00:00Z", "expires": "2027-10-01T00:00:00Z"}
        tags = {"endpoint": ENDPOINT, "token_id": "t", **dates}
        document = {"Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}
    if end < total:
        document["NextToken"] = str(end)
    return json.dumps(document).encode()


def build_pages(org: Org) -> None:
    """Builds all pages in advance, so that the measurement excludes the stub's own work."""
    for start in range(0, org.users, 500):
        page(org, "users", start, min(start + 500, org.users))
    for n, size in enumerate(org.sizes):
        for start in range(0, size, 200):
            page(org, f"00gs{n}", start, min(start + 200, size))
        for start in range(0, size, 100):
            aws_page(org, "ListGroupMemberships", start, group=n)
    for start in range(0, org.users, 100):
        aws_page(org, "ListUsers", start)


def main() -> None:
    Handler.org = Org(int(sys.argv[1]))
    build_pages(Handler.org)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()  # the benchmark closes standard input
    server.shutdown()


if __name__ == "__main__":
    main()
