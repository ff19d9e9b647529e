"""Adopts a federation that was created outside the kit.

`discover` reads Okta and AWS, `draft` turns the result into settings, with notes on what they
cannot express, and `stack_file` writes the file. Nothing changes before the stack imports it.
"""
