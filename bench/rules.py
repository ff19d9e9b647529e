"""Measures how many profiles per second the rules check on one core: `python -m bench.rules`.

Uses CPU time, which depends little on the load of the machine. The benchmark has no assertions.
"""

import time
from collections.abc import Mapping

from okta_idc.rules.profiles import ADDRESS, PER_PROFILE, judge

COUNT = 100_000


def profile(number: int) -> dict[str, object]:
    """A valid profile as Okta's API returns it: base attributes, some null, and custom ones."""
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
    """Measures valid profiles, profiles with one defect in 50, and valid profiles rule by rule."""
    valid: list[Mapping[str, object]] = [profile(number) for number in range(COUNT)]
    mixed = [p if n % 50 else {**p, "displayName": ""} for n, p in enumerate(valid)]

    start = time.process_time()
    found = sum(len(judge(p)) for p in valid)
    _print("valid profiles", start, found)

    start = time.process_time()
    found = sum(len(judge(p)) for p in mixed)
    _print("one in 50 without a display name", start, found)

    start = time.process_time()
    found = sum(len(rule(p)) for p in valid[: COUNT // 10] for rule in PER_PROFILE)
    _print("valid profiles, rule by rule", start, found, COUNT // 10)


def _print(label: str, start: float, found: int, count: int = COUNT) -> None:
    rate = count / (time.process_time() - start)
    print(f"{label:34} {rate:>10,.0f} profiles/s, {found} findings")


if __name__ == "__main__":
    main()
