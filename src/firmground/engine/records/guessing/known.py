"""Mappings that are known already: those by which files came in, and those of the pack's departments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from firmground.engine.policy.model import Pack
from firmground.engine.records.deliveries import UnknownDelivery, last_report
from firmground.engine.records.sources.mapping import Mapping, MappingUnsound, mappings_of, parse_mapping
from firmground.engine.records.store.lake import Lake
from firmground.engine.records.store.manifest import Manifest

_MOST = 300  # deliveries that are looked at, the last ones


@dataclass(frozen=True)
class Known:
    """A mapping, and where it is from: a delivery such as D000003, or a source file. table, source: as it came in."""

    origin: str
    mapping: Mapping
    table: str
    source: str | None

    def fits(self, headings: list[str]) -> bool:
        """Whether a file has every heading of the mapping."""
        return not self.mapping.missing(headings)


def known_mappings(lake: Lake, manifest: Manifest, pack: Pack) -> list[Known]:
    """The mappings of deliveries, the last first, then those of the pack."""
    return [*_of_deliveries(lake, manifest), *_of_pack(pack)]


def _of_deliveries(lake: Lake, manifest: Manifest) -> Iterator[Known]:
    seen: set[tuple[str, str, str]] = set()
    for entry in reversed(manifest.deliveries[-_MOST:]):
        if entry.undone_at is not None:
            continue
        try:
            stored = last_report(lake, entry.id)
            text, kind = stored["mapping"], str(stored.get("kind", ""))
            if not text or (entry.table, text, kind) in seen:
                continue
            mapping = parse_mapping(text.encode(), entry.id, kind)
        except (UnknownDelivery, MappingUnsound):
            continue  # a guess does without what cannot be read; an import says so
        seen.add((entry.table, text, kind))
        yield Known(entry.id, mapping, entry.table, stored["source"])


def _of_pack(pack: Pack) -> Iterator[Known]:
    for source, file in pack.source_files.items():
        for mapping in mappings_of(file).values():
            if mapping.table is not None:
                yield Known(Path(mapping.file).name, mapping, mapping.table, source)
