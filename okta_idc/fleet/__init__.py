"""A fleet: one federation in several stacks, so that no state grows large.

docs/decisions/0038-divide-a-federation-among-stacks.md. `placement` and `resources` need no Pulumi;
what runs stacks needs the extra `components`.
"""
