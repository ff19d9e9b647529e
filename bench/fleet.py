"""Measures federations of any size with the real engine: `python -m bench.fleet [RESOURCES …]`.

For each size, the benchmark generates an organization (`bench/fleet_org.py`), starts a sandbox with
it, and measures preview, up, up again, an update for one more account, one for one more group, and
refresh, in one stack or in a fleet. Growth exponents and the calls of each bucket follow. The
benchmark has no assertions.

CPU seconds depend less on the load of the machine than seconds. Those of the sandbox are separate,
because Okta and AWS take its place. MB is the peak memory of the largest process. *Minutes*: the
calls of the busiest rate limit bucket, divided by its limit (in Okta: a token's half); calculated.

  python -m bench.fleet 250 500 1000 --json fleet.json
  python -m bench.fleet 250 500 1000 --stack-size 200 --json fleet.json --append
  python -m bench.fleet 14000 --stack-size 500 --runner --json fleet.json --append
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.api_calls import log
from bench.fleet_org import organization
from bench.fleet_report import print_calls, print_growth, print_header, print_row
from bench.fleet_stacks import PHASES, Record, Variant, deployed


def main(arguments: list[str]) -> None:
    options = _parser().parse_args(arguments)
    variant = Variant(options.stack_size, options.skip_checkpoints, options.runner)
    records = _read(options.json) if options.append and options.json else []
    done = {each.size for each in records if each.variant == variant.name}
    print_header()
    for size in options.sizes:
        if size in done:
            log(f"{size}: already in {options.json}")
            continue
        org = organization(size, options.seed)
        with deployed(org, variant) as deployment:
            for phase in options.phases or PHASES:
                log(f"{size}: {phase} …")
                records.append(deployment.run(phase))
                print_row(records[-1], org)
                if options.json:
                    text = json.dumps([asdict(each) for each in records], indent=1)
                    options.json.write_text(text + "\n")
    print_growth(records)
    print_calls(records, options.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.fleet", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("sizes", nargs="*", type=int, default=[250, 500, 1000], metavar="RESOURCES")
    add("--stack-size", type=int, default=0, metavar="RESOURCES",
        help="divide the federation among stacks of about this size")  # fmt: skip
    add("--runner", action="store_true", help="run a fleet with `okta-idc fleet`, in parallel")
    add("--skip-checkpoints", action="store_true",
        help="save the state at the end only, with the engine that the clone builds")  # fmt: skip
    add("--phases", nargs="+", choices=PHASES, help="default: all")
    add("--seed", type=int, default=1, help="default: 1")
    add("--json", type=Path, metavar="FILE", help="write the records to this file")
    add("--append", action="store_true", help="keep the records, and skip the sizes of the file")
    return parser


def _read(file: Path) -> list[Record]:
    found: list[Any] = json.loads(file.read_text()) if file.exists() else []
    return [Record(**each) for each in found]


if __name__ == "__main__":
    main(sys.argv[1:])
