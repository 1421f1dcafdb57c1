"""Values tried for parameters (`--set`): a pack that is changed without touching its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from firmground.engine.policy.model import Pack, ParameterRow
from firmground.errors import FirmgroundError, nearest


class UnknownParameter(FirmgroundError):
    """A value is tried for a parameter that the pack does not have."""

    id = "FG-P070"
    exit_code = 2


_TRIED = {"en": "set for this run", "zh": "本次试算设定"}


def with_settings(pack: Pack, settings: Mapping[str, Decimal]) -> Pack:
    """The pack with values tried: each replaces all rows of its parameter.

    settings: name of a parameter -> value. The version ends in `+set.` and 8 digits of a digest of the settings.
    Raises UnknownParameter with the nearest name.
    """
    parameters = dict(pack.parameters)
    for name, value in settings.items():
        if name not in parameters:
            close = nearest(name, parameters)
            raise UnknownParameter(
                found=f"The pack `{pack.id}` has no parameter `{name}`",
                expected=", ".join(parameters),
                hint=f"Did you mean `{close}`?" if close else "",
            )
        known = parameters[name]
        source = {language: _TRIED.get(language, _TRIED["en"]) for language in pack.languages}
        row = ParameterRow(value, date.min, None, None, None, source, known.place)
        parameters[name] = replace(known, rows=(row,))
    written = ";".join(f"{name}={settings[name].normalize():f}" for name in sorted(settings))
    digest = hashlib.sha256(written.encode()).hexdigest()[:8]
    return replace(pack, parameters=parameters, version=f"{pack.version}+set.{digest}")
