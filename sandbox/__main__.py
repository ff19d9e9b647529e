"""Command line: `python -m sandbox serve` starts a sandbox, `org` generates an org file for it, and
the other commands control it."""

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

try:
    from . import commands
    from .client import PROGRAM, ControlError, SandboxClient, own_client
    from .org_file import DOMAINS, Org, load_org
    from .org_generator import DEFECTS, OrgSizeError, generate_org
    from .partitions import PARTITIONS
    from .settings import CHOICES, DESCRIPTIONS, Settings
except ModuleNotFoundError as missing:
    sys.exit(
        f"The module {missing.name} is missing. Install the extra [sandbox]: "
        "pip install 'okta-identity-center[sandbox]'"
    )


def parser() -> argparse.ArgumentParser:
    """The parser of the command line; `args.run` executes a command other than `serve`."""
    program = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Emulates an Okta org and an AWS account on 127.0.0.1.",
        epilog=f"Example: {PROGRAM} serve --org my-org.yaml --connections supported",
    )
    subcommands = program.add_subparsers(dest="command", required=True)
    _add_serve(subcommands)
    _add_org(subcommands)
    commands.add_commands(subcommands)
    return program


def main(argv: list[str] | None = None) -> int:
    args = parser().parse_args(argv)
    if args.command == "serve":
        return _serve(args)
    if args.command == "org":
        return _write_org(args)
    try:
        args.run(SandboxClient(args.url) if args.url else own_client(), args)
    except (ControlError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _add_serve(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = subcommands.add_parser(
        "serve",
        help="start the sandbox in the foreground",
        description="Start the sandbox in the foreground. Press Ctrl-C to stop it.",
        epilog=f"Example: {PROGRAM} serve --limits workforce --clock jump",
    )
    serve.add_argument(
        "--port",
        type=_port,
        default=8410,
        help="port of Okta; AWS and SCIM use the next two; 0 picks free ports",
    )
    start = serve.add_mutually_exclusive_group()
    start.add_argument(
        "--org", type=Path, metavar="FILE", help="org file to load (default: the bundled org.yaml)"
    )
    start.add_argument("--restore", type=Path, metavar="FILE", help="start from a snapshot")
    serve.add_argument(
        "--behaviour", type=Path, metavar="FILE",
        help="behave as the org in this record of `okta-idc probe-org`",
    )  # fmt: skip
    serve.add_argument(
        "--partition", choices=tuple(PARTITIONS),
        help="AWS partition: ARNs, domains and Region (default: that of the org file's region)",
    )  # fmt: skip
    for key, (_, description) in DOMAINS.items():
        serve.add_argument(
            _option(key), type=partial(_domain, key), metavar="DOMAIN",
            help=f"{description}: Okta's metadata names it as the org's "
            + ("address" if key == "okta_domain" else "custom domain"),
        )  # fmt: skip
    serve.add_argument(
        "--identity-center", choices=("ready", "new"), default="ready",
        help="new: you set up the identity source, provisioning and SCIM token in the AWS console",
    )  # fmt: skip
    serve.add_argument(
        "--latency",
        type=_latency,
        default=50,
        metavar="MS",
        help="pause before each provisioning task of Okta",
    )
    serve.add_argument(
        "--ready-file",
        type=Path,
        metavar="PATH",
        help="write the addresses to this file once the sandbox is up",
    )
    serve.add_argument("--until-eof", action="store_true", help="stop when standard input closes")
    for name, values in CHOICES.items():
        text = f"{DESCRIPTIONS[name]} (default: {values[0]}, or the value in the snapshot)"
        serve.add_argument(_option(name), choices=values, help=text)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _add_org(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    rules = "\n".join(f"  {rule}: {defect.title}" for rule, defect in sorted(DEFECTS.items()))
    org = subcommands.add_parser(
        "org",
        help="generate an org file of any size",
        description="Generate an org file. The same arguments give the same file. A comment at its "
        "start lists the groups to assign and to push, and the planted defects.",
        epilog=f"example:\n  {PROGRAM} org --people 3000 --groups 200 --seed 7 --output big.yaml\n"
        f"\ndefects, by the rule that reports them:\n{rules}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    org.add_argument(
        "--people", type=_size, default=300, metavar="N", help="number of users (default: 300)"
    )
    org.add_argument(
        "--groups", type=_size, default=20, metavar="N",
        help="number of groups, besides Everyone (default: 20)",
    )  # fmt: skip
    org.add_argument(
        "--seed", type=int, default=1, metavar="N", help="another number gives another org"
    )
    org.add_argument(
        "--defects", type=_defects, default="some", metavar="none|some|N",
        help="planted defects: none, one of each kind that fits (some, the default), or N of each",
    )  # fmt: skip
    org.add_argument(
        "--output", type=Path, metavar="FILE", help="file to write (default: standard output)"
    )


def _write_org(args: argparse.Namespace) -> int:
    try:
        text = generate_org(args.people, args.groups, args.seed, args.defects)
        if args.output:
            args.output.write_text(text, encoding="utf-8")
        else:
            sys.stdout.buffer.write(text.encode())
    except OrgSizeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        target = args.output or "standard output"
        sys.stderr.write(f"{target}: cannot be written ({error.strerror}).\n")
        return 2
    return 0


def _serve(args: argparse.Namespace) -> int:
    from .behaviour import read_behaviour
    from .server import Options, run
    from .snapshot import read_snapshot, snapshot_org

    chosen = {name: value for name in CHOICES if (value := getattr(args, name))}
    try:
        snapshot = read_snapshot(args.restore) if args.restore else None
        org = snapshot_org(snapshot) if snapshot else load_org(args.org)
        org = _in_partition(org, args.partition, restored=bool(snapshot))
        org = replace(org, **{key: value for key in DOMAINS if (value := getattr(args, key))})
        recorded, unknown = read_behaviour(args.behaviour) if args.behaviour else ({}, [])
        settings = Settings(**(snapshot["settings"] if snapshot else {}) | recorded | chosen)
    except ValueError as error:  # from the org file, the snapshot or its settings
        sys.stderr.write(f"{error}\n")
        return 2
    if unknown:
        names = ", ".join(unknown)
        sys.stderr.write(f"{args.behaviour}: no switch for the outcome of {names}.\n")
    options = Options(
        port=args.port,
        settings=settings,
        latency=args.latency / 1000,
        identity_center=args.identity_center,
        ready_file=args.ready_file,
        until_eof=args.until_eof,
        snapshot=snapshot,
    )
    return run(org, options)


def _in_partition(org: Org, partition: str | None, *, restored: bool) -> Org:
    """The org with its AWS side in this partition; ValueError if a snapshot is of another one."""
    if partition in (None, org.aws.partition.id):
        return org
    if restored:
        raise ValueError(
            f"--partition {partition}: the snapshot is of {org.aws.partition.id}. Omit the option."
        )
    return replace(org, aws=replace(org.aws, region=PARTITIONS[partition].region))


def _domain(key: str, text: str) -> str:
    pattern, description = DOMAINS[key]
    if not pattern.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text}: use {description}")
    return text


def _port(text: str) -> int:
    port = int(text)
    if port != 0 and not 1024 <= port <= 65533:
        raise argparse.ArgumentTypeError(
            f"{port}: use 0 or 1024 to 65533 (the sandbox needs three consecutive ports)"
        )
    return port


def _size(text: str) -> int:
    size = int(text)
    if not 1 <= size <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text}: use 1 to 1000000")
    return size


def _defects(text: str) -> str:
    if text in ("none", "some") or (text.isascii() and text.isdigit() and int(text[:7]) >= 1):
        return text
    raise argparse.ArgumentTypeError(f"{text}: use none, some, or a positive number")


def _latency(text: str) -> float:
    latency = float(text)
    if not 0 <= latency <= 60000:
        raise argparse.ArgumentTypeError(f"{text}: use 0 to 60000 milliseconds")
    return latency


if __name__ == "__main__":
    sys.exit(main())
