"""The generated pages of docs/reference, as text: pure functions of the registry and the settings.

`python -m toolchain.docs` writes and checks the files.
"""
