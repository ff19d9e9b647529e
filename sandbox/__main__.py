"""`python -m sandbox serve`: reads the command line and the org file, then serves."""

import argparse
import sys
from pathlib import Path

from sandbox.seed import OrgError, load_org
from sandbox.serve import Options, run


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="An Okta org and an AWS account on 127.0.0.1.",
        epilog="Example: python -m sandbox serve --port 8410 --connections supported",
    )
    serve = parser.add_subparsers(dest="command", required=True).add_parser(
        "serve", help="start it and stay; Ctrl-C stops it"
    )
    serve.add_argument("--port", type=_port, default=8410, help="Okta; AWS is +1, SCIM +2; 0: free")
    serve.add_argument("--org", type=Path, help="an org file of yours (default: sandbox/org.yaml)")
    serve.add_argument("--connections", choices=("unknown", "supported"), default="unknown")
    serve.add_argument(
        "--identity-center", choices=("ready", "new"), default="ready",
        help="new: identity source, provisioning and token are yours to click",
    )  # fmt: skip
    serve.add_argument("--latency", type=_latency, default=50, metavar="MS")
    serve.add_argument("--ready-file", type=Path, metavar="PATH")
    given = parser.parse_args(argv)
    try:
        org = load_org(given.org)
    except OrgError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    latency = given.latency / 1000
    options = Options(
        given.port, given.connections, latency, given.identity_center, given.ready_file
    )
    return run(org, options)


def _port(text: str) -> int:
    port = int(text)
    if port != 0 and not 1024 <= port <= 65533:
        raise argparse.ArgumentTypeError(f"{port}: use 0 or 1024 to 65533 (three in a row)")
    return port


def _latency(text: str) -> float:
    latency = float(text)
    if not 0 <= latency <= 60000:
        raise argparse.ArgumentTypeError(f"{text}: use 0 to 60000 milliseconds")
    return latency


if __name__ == "__main__":
    sys.exit(main())
