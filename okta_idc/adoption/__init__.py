"""Takes over a federation that was created outside the kit.

`discover` reads both sides, `draft` turns the result into settings and notes what they cannot
express, and `stack_file` writes them down. Nothing is changed: the components import.
"""
