"""Taking over what is there already: imported, and protected from then on."""

from pulumi import ResourceOptions


def options(
    base: ResourceOptions, import_id: str | None, protect: bool = False, *, free: bool = False
) -> ResourceOptions:
    """`base`, with import and protection where there is an id; with `protect` where it is asked.
    `free`: it is about to go, so nothing protects it."""
    more = ResourceOptions(protect=True if (protect or import_id) and not free else None)
    if import_id:
        more.import_ = import_id
    return ResourceOptions.merge(base, more)
