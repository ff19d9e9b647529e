"""How many profiles a second the rules judge, on one core: `python -m bench.rules`.

Prints figures and asserts nothing: they are this machine's. Time is the processor's, so that
what else runs here counts little.
"""

import time
from collections.abc import Mapping

from okta_idc.rules.profiles import ADDRESS, PER_PROFILE, judge

COUNT = 100_000


def profile(number: int) -> dict[str, object]:
    """A clean profile as Okta's API shows one: base attributes, some of them null, a few custom."""
    return {
        "userName": f"user{number}@example.com",
        "email": f"user{number}@example.com",
        "firstName": "Zoë",
        "lastName": f"O'Brien-{number}",
        "displayName": f"Zoë O'Brien-{number}",
        "title": "Senior Software Engineer",
        "department": "Research & Development",
        "costCenter": str(4000 + number % 100),
        "employeeNumber": str(number),
        "manager": None,
        "nickName": None,
        "profileUrl": None,
        "primaryPhone": "+49 30 1234567",
        "locale": "de_DE",
        **dict.fromkeys(ADDRESS, "Berlin" if number % 2 else None),
        **{f"custom{n}": number for n in range(5)},
    }


def main() -> None:
    """Clean profiles, the same rule by rule, and profiles of which one in 50 has a defect."""
    clean: list[Mapping[str, object]] = [profile(number) for number in range(COUNT)]
    mixed = [p if n % 50 else {**p, "displayName": ""} for n, p in enumerate(clean)]

    start = time.process_time()
    found = sum(len(judge(p)) for p in clean)
    _print("clean profiles", start, found)

    start = time.process_time()
    found = sum(len(judge(p)) for p in mixed)
    _print("one in 50 without a display name", start, found)

    start = time.process_time()
    found = sum(len(ask(p)) for p in clean[: COUNT // 10] for ask in PER_PROFILE)
    _print("clean profiles, rule by rule", start, found, COUNT // 10)


def _print(what: str, start: float, found: int, count: int = COUNT) -> None:
    rate = count / (time.process_time() - start)
    print(f"{what:34} {rate:>10,.0f} profiles a second, {found} findings")


if __name__ == "__main__":
    main()
