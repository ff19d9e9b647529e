"""Writes okta_idc/rules/partition_data.py: AWS's partitions, from botocore's data.

The rules must not read files or import botocore, so the data is a module of its own.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import create_loader

_HEAD = '''\
"""AWS's partitions, from botocore. Written by `make docs`; do not edit.

`pattern` is a regular expression of the partition's Regions, `regions` are those that it has,
`api_domains` those of its API endpoints, and `sign_in_domain` follows `REGION.signin.`.
"""

# fmt: off
from typing import TypedDict


class PartitionData(TypedDict):
    """One partition."""

    pattern: str
    regions: tuple[str, ...]
    api_domains: tuple[str, ...]
    sign_in_domain: str


PARTITIONS: dict[str, PartitionData] = {
'''


def module() -> str:
    """The text of the module."""
    loader: Any = create_loader()
    known: Any = loader.load_data("partitions")
    rules = loader.load_service_model("signin", "endpoint-rule-set-1")
    sign_in = EndpointProvider(rules, known)
    lines = [_HEAD]
    for partition in known["partitions"]:
        outputs = partition["outputs"]
        regions = [name for name in partition["regions"] if not name.endswith("-global")]
        domains = outputs["dnsSuffix"], outputs["dualStackDnsSuffix"]
        lines += [
            f"    {json.dumps(partition['id'])}: {{\n",
            f'        "pattern": r"{partition["regionRegex"]}",\n',
            '        "regions": (\n',
            *(f"            {json.dumps(region)},\n" for region in regions),
            "        ),\n",
            f'        "api_domains": ({", ".join(map(json.dumps, domains))}),\n',
            f'        "sign_in_domain": {json.dumps(_sign_in_domain(sign_in, regions[0]))},\n',
            "    },\n",
        ]
    return "".join([*lines, "}\n"])


def _sign_in_domain(endpoints: Any, region: str) -> str:
    """What follows `REGION.signin.` in the sign-in endpoint of a Region."""
    found = endpoints.resolve_endpoint(Region=region, UseFIPS=False, UseDualStack=False)
    host = urlsplit(found.url).netloc
    return host.removeprefix(f"{region}.signin.")
