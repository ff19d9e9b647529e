"""Access by rule: turns settings that select accounts and groups into settings that list them.

Everything else of the kit sees only lists (docs/decisions/0037-resolve-access-rules-first.md).
"""
