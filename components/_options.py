"""Resource options that the components share: imports, protection and dependencies.

An import must change nothing. If the provider does not read back a declared property, the engine
would update the imported resource in the same run; `ignore_on_import` names these properties. Push
mappings are never imported (docs/decisions/0008-adopt-without-sending-anything.md).
"""

from collections.abc import Sequence

from pulumi import Resource, ResourceOptions, Stash

from ._recovery_hint import recovery_hint


def child_of(
    parent: Resource, opts: ResourceOptions | None, more: ResourceOptions | None = None
) -> ResourceOptions:
    """Options of a component's child. The SDK does not pass `depends_on` to children."""
    after = opts.depends_on if opts else None
    base = ResourceOptions(parent=parent, depends_on=after, hooks=recovery_hint(parent))
    return ResourceOptions.merge(base, more)


def barrier_of(name: str, parent: Resource, opts: ResourceOptions | None) -> list[Resource]:
    """One resource that represents everything in `depends_on`. N resources that depend on M others
    would be N times M dependencies, which the engine writes again at each step."""
    after = child_of(parent, opts)
    return [Stash(name, input="", opts=after)] if after.depends_on else []


def options(
    base: ResourceOptions,
    import_id: str | None,
    protect: bool = False,
    *,
    ignore_on_import: Sequence[str] = (),
    unprotected: bool = False,
) -> ResourceOptions:
    """`base` with protection if `protect` is set, and with import and protection if there is an ID.

    `ignore_on_import`: properties whose differences are ignored while there is an ID.
    `unprotected`: overrides the protection of a resource that is about to be deleted.
    """
    more = ResourceOptions(protect=True if (protect or import_id) and not unprotected else None)
    if import_id:
        more.import_ = import_id
        more.ignore_changes = list(ignore_on_import)
    return ResourceOptions.merge(base, more)
