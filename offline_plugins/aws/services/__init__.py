"""The parts of pulumi-aws that this kit uses, one module each. All modules here are imported."""

from importlib import import_module
from pkgutil import iter_modules

for found in iter_modules(__path__):
    import_module(f"{__name__}.{found.name}")
