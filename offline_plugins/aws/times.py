"""Times as terraform-provider-aws writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def date(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
