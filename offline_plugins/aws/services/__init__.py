"""The parts of pulumi-aws that the kit uses, one module each: a new one is found by being here."""

from importlib import import_module
from pkgutil import iter_modules

for found in iter_modules(__path__):
    import_module(f"{__name__}.{found.name}")
