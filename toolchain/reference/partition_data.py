"""Writes the data in okta_idc/rules/partition_data.py: AWS's partitions, from botocore.

The rules must not read files or import botocore, so the data is a module of its own.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import create_loader

from okta_idc.rules import partition_data

_START = "PARTITIONS: dict[str, PartitionData] = {\n"


def module() -> str:
    """The text of the module, whose head is its own."""
    text = Path(partition_data.__file__).read_text(encoding="utf-8")
    loader: Any = create_loader()
    known: Any = loader.load_data("partitions")
    rules = loader.load_service_model("signin", "endpoint-rule-set-1")
    sign_in = EndpointProvider(rules, known)
    lines = [text[: text.index(_START)], _START]
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
