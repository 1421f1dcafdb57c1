"""What is only named in a pack - ids, codes, units, windows, sources, titles - can do no more than be named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import firmground
from engine.policy.packs import changed
from engine.policy.test_allow_list import AS_OF, assert_harmless
from firmground.engine.policy import check_pack

NAMES = [
    "x'; drop table income; --",
    'x"; drop table income; --',
    "members) from income --",
    "../../../../etc/passwd",
    "net_income_12m\u202e",
    "ｍembers",
    "a__b",
    "_a",
    "select",
    "{{ members }}",
    "",
    "a" * 10_000,
]
# What is named: the file, the text of the sound pack, and what stands in its place.
NAMED = {
    "rule": ("rules", "dropout:\n", "NAME:\n"),
    "fact": (
        "facts",
        "members: {title",
        "NAME: {title: {en: A, zh: 甲}, value: registered_on is null}\nmembers: {title",
    ),
    "parameter": ("parameters", "youngest:\n", "NAME:\n"),
    "kind": ("tables", "    wage:", "    NAME: {title: {en: A, zh: 甲}}\n    wage:"),
    "table": ("tables", "shocks:", "NAME: {kinds: {a: {title: {en: A, zh: 甲}}}}\nshocks:"),
    "population group": ("policy", "{lifted_out:", "{NAME: {en: A, zh: 甲}, lifted_out:"),
    "level": ("policy", "{province:", "{NAME: {en: A, zh: 甲}, province:"),
    "risk": ("policy", "{income: {en", "{NAME: {en: A, zh: 甲}, income: {en"),
    "severity": ("policy", "{high: {en", "{NAME: {en: A, zh: 甲}, high: {en"),
    "department": ("policy", "{civil_affairs: {t", "{NAME: {title: {en: A, zh: 甲}}, civil_affairs: {t"),
    "language": ("policy", "[en, zh]", "[en, zh, NAME]"),
    "pack": ("policy", "id: sound", "id: NAME"),
    "version": ("policy", 'version: "1"', "version: NAME"),
    "currency": ("policy", "currency: CNY", "currency: NAME"),
    "time zone": ("policy", "Asia/Shanghai", "NAME"),
    "area tree": ("policy", "areas: china", "areas: NAME"),
    "title": ("rules", "{en: Dropout,", "{en: NAME,"),
    "source": ("rules", "[age, param.youngest]\n  source: practice", "[age, param.youngest]\n  source: NAME"),
    "reason": ("rules", "[age, param.youngest]", "[age, NAME]"),
    "former id": ("rules", "[age, param.youngest]", "[age]\n  formerly: [NAME]"),
    "grain": ("facts", "  of: person\n  from", "  of: NAME\n  from"),
    "record table of a fact": ("facts", "  from: conditions", "  from: NAME"),
    "window": ("facts", "  window: open", "  window: NAME"),
    "offset": ("facts", "  window: open", "  window: {window: 1 full months, on: valid_from, offset: NAME}"),
    "date column": ("facts", "  window: open", "  window: {window: 1 full months, on: NAME}"),
    "unit": ("facts", "unit: row", "unit: NAME"),
    "area of a value": (
        "parameters",
        "{value: 6000, from: 2021-01-01, source: practice}",
        "{value: 6000, from: 2021-01-01, source: a}\n    - {value: 1, from: 2021-01-01, area: NAME, source: a}",
    ),
    "group of a value": (
        "parameters",
        "{value: 6000, from: 2021-01-01, source: practice}",
        "{value: 6000, from: 2021-01-01, source: a}\n    - {value: 1, from: 2021-01-01, group: NAME, source: a}",
    ),
}


@pytest.mark.parametrize("what", NAMED)
def test_a_hostile_name_is_refused_with_a_place_or_is_no_more_than_a_name(what: str, tmp_path: Path) -> None:
    file, old, new = NAMED[what]
    for number, name in enumerate(NAMES):
        pack = changed(
            tmp_path / str(number),
            **{file: {old: new.replace("NAME", name_of(name))}},
        )

        mistakes = check_pack(pack)

        for mistake in mistakes:
            assert mistake.place is not None, str(mistake)
            assert mistake.place.line > 0, str(mistake)
            assert mistake.place.column > 0, str(mistake)
        if not mistakes:
            assert_harmless(pack)


def name_of(name: str) -> str:
    """A name in quotation marks, so that YAML takes it as it is."""
    return json.dumps(name, ensure_ascii=False)


def test_an_area_that_only_the_data_know_is_a_text_of_the_statement(tmp_path: Path) -> None:
    area = "x'; drop table income; --"
    value = "{value: 6000, from: 2021-01-01, source: practice}"
    more = f"{value}\n    - {{value: 7000, from: 2021-01-01, area: {name_of(area)}, source: practice}}"
    pack = changed(tmp_path, policy={"areas: china\n": ""}, parameters={value: more})

    assert [str(mistake) for mistake in check_pack(pack)] == []
    assert "'x''; drop table income; --'" in firmground.sql(pack, AS_OF)
    assert_harmless(pack)
