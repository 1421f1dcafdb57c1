"""A pack with other values tried for its parameters.

The pack is read again with them: how many digits a fact may need depends on the values that it is computed from.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from firmground.engine.policy import load_pack
from firmground.engine.policy.load import PackUnsound
from firmground.engine.policy.model import Pack, Parameter, ParameterRow
from firmground.engine.policy.parameters import with_settings
from firmground.engine.policy.structure import EVERY_LANGUAGE
from firmground.errors import FirmgroundError

_FIRST_DAY = date(1800, 1, 1)


class ValueUnfit(FirmgroundError):
    """A value tried for a parameter has more digits than the pack can compute with exactly."""

    id = "FG-S034"
    exit_code = 2


def with_tried(pack: Pack, settings: Mapping[str, Decimal]) -> Pack:
    """The pack with each value in place of all dated values of its parameter; the same pack without any.

    Its version ends in `+set.` and 8 digits of a digest; its digest and files stay those of the pack. Raises
    UnknownParameter, ValueUnfit.
    """
    if not settings:
        return pack
    changed = with_settings(pack, settings)
    parameters = "\n".join(_written(parameter) for parameter in changed.parameters.values())
    with tempfile.TemporaryDirectory(prefix="firmground-") as folder:
        for name, content in {**pack.files, "parameters.yaml": parameters.encode()}.items():
            (Path(folder) / name).write_bytes(content)
        try:
            read = load_pack(Path(folder))
        except PackUnsound as error:
            tried = ", ".join(f"{name}={value}" for name, value in settings.items())
            raise ValueUnfit(
                found=f"The pack `{pack.id}` cannot compute with {tried}: {error.mistakes[0].found}",
                expected=error.mistakes[0].expected or "a number with fewer digits",
            ) from error
    return replace(changed, facts=read.facts, rules=read.rules)


def _written(parameter: Parameter) -> str:
    """A parameter as parameters.yaml has it."""
    values = ", ".join(f"{{{_row(row)}}}" for row in parameter.rows)
    return f"{parameter.name}: {{title: {_text(parameter.title)}, unit: {_text(parameter.unit)}, values: [{values}]}}"


def _row(row: ParameterRow) -> str:
    source = row.source.get(EVERY_LANGUAGE, row.source)
    texts = {"area": row.area, "group": row.group, "source": source}
    days = {"from": max(row.from_on, _FIRST_DAY), "to": row.to_on}
    parts = [f"value: {row.value:f}", *(f"{name}: {day}" for name, day in days.items() if day is not None)]
    return ", ".join([*parts, *(f"{name}: {_text(text)}" for name, text in texts.items() if text is not None)])


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
