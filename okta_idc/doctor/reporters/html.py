"""The report as one HTML file without scripts, fonts or links."""

from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from okta_idc.doctor.report import Report, heading, ids
from okta_idc.doctor.reporters.terminal import summary
from okta_idc.rules.registry import count
from okta_idc.text import printable


def page(report: Report, now: datetime | None = None) -> str:
    """The document: each user once, with all findings; equal findings share a row. Everything from
    Okta or AWS is escaped."""
    return _template().render(
        about=report.about,
        sections=[(each, heading(each.rule, each.found)) for each in report.sections()],
        unknown={why: ids(rules) for why, rules in report.unknown.items()},
        skipped={why: ids(rules) for why, rules in report.skipped.items()},
        summary=summary(report),
        time=(now or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M UTC"),
    )


@cache
def _template() -> Any:
    environment: Any = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        loader=PackageLoader("okta_idc.doctor.reporters", "."),
    )  # fmt: skip
    environment.filters["printable"] = printable
    environment.filters["users"] = partial(count, noun="user")
    return environment.get_template("page.html.j2")
