"""Taking over what is there already: imported, and protected from then on.

An import must change nothing: where the provider reads back less than is declared, the engine
would update the resource in the same run. What that is, `unread` says. Push mappings are not
imported at all (PushGroups, docs/decisions).
"""

from collections.abc import Sequence

from pulumi import ResourceOptions


def options(
    base: ResourceOptions,
    import_id: str | None,
    protect: bool = False,
    *,
    unread: Sequence[str] = (),
    free: bool = False,
) -> ResourceOptions:
    """`base`, with import and protection where there is an id; with `protect` where it is asked.

    `unread` are the properties whose difference is left alone for as long as there is an id.
    `free`: it is about to go, so nothing protects it.
    """
    more = ResourceOptions(protect=True if (protect or import_id) and not free else None)
    if import_id:
        more.import_ = import_id
        more.ignore_changes = list(unread)
    return ResourceOptions.merge(base, more)
