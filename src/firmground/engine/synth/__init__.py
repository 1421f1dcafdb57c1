"""Synthetic registries: invented households on real area codes, for demonstrations, tests and measurements."""

from firmground.engine.synth.parameters import Parameters
from firmground.engine.synth.registry import FORMATS, Registry, SynthOutOfRange, UnknownSynthArea, write_registry
from firmground.engine.synth.spoiling import SPOILS

__all__ = ["FORMATS", "SPOILS", "Parameters", "Registry", "SynthOutOfRange", "UnknownSynthArea", "write_registry"]
