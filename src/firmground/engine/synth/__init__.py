"""Synthetic registries: invented households on real area codes, for demonstrations, tests and measurements."""

from firmground.engine.synth.parameters import Described, Parameters
from firmground.engine.synth.places import UnknownSynthArea
from firmground.engine.synth.registry import Registry, SynthOutOfRange, write_registry
from firmground.engine.synth.spoiling import SPOILS, Spoil
from firmground.engine.synth.writing import FORMATS, SynthFolderUnfit

__all__ = [
    "FORMATS",
    "SPOILS",
    "Described",
    "Parameters",
    "Registry",
    "Spoil",
    "SynthFolderUnfit",
    "SynthOutOfRange",
    "UnknownSynthArea",
    "write_registry",
]
