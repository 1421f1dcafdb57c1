"""A pack's files as they come: all mistakes at once, in file order; odd files give an error with a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.policy.packs import changed, copy_of_sound, ids, mistakes
from firmground.engine.policy import PackUnsound, check_pack, load_pack, shipped_packs
from firmground.engine.policy.structure import FILES, FORMAT
from firmground.engine.policy.structure_mistakes import UnknownPack

WHEN = "  when: net_income_pc_12m < param.monitoring_line"
MEMBERS = "members: {title"


def test_mistakes_of_all_files_come_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    pack = changed(
        tmp_path,
        rules={WHEN: "  when: net_income_pc_12m < 6000 and memberz > 2", "risk: education": "risk: eduction"},
        facts={"unit: row": "unit: rows", "  window: open": "  window: opn"},
        tables={"zh: 灾害}, ": "}, "},
        parameters={"value: 6000": "value: six"},
        policy={"Asia/Shanghai": "Asia/Shangai"},
    )

    assert ids(pack) == [
        "policy.yaml:7:12 FG-P012",
        "parameters.yaml:5:15 FG-P013",
        "tables.yaml:9:23 FG-P016",
        "facts.yaml:2:61 FG-P062",
        "facts.yaml:19:11 FG-P056",
        "rules.yaml:5:29 FG-P052",
        "rules.yaml:5:38 FG-P053",
        "rules.yaml:5:48 FG-P052",
        "rules.yaml:10:9 FG-P018",
    ]


def test_a_pack_that_cannot_be_loaded_carries_the_same_mistakes(tmp_path: Path) -> None:
    pack = changed(tmp_path, rules={"risk: education": "risk: eduction", "risk: income": "risk: incom"})

    with pytest.raises(PackUnsound, match="holds 2 mistakes") as raised:
        load_pack(pack)

    assert [str(m) for m in raised.value.mistakes] == [str(m) for m in check_pack(pack)]


def test_a_mistake_shows_its_line_and_points_at_the_word(tmp_path: Path) -> None:
    pack = changed(tmp_path, rules={WHEN: WHEN.replace("pc_12m", "pc_12")})

    (mistake,) = check_pack(pack)

    _, excerpt, pointer = str(mistake).splitlines()
    assert excerpt[pointer.index("^") :].startswith("net_income_pc_12 <")
    assert mistake.as_dict() == {
        "id": "FG-P053",
        "file": str(pack / "rules.yaml"),
        "line": 5,
        "column": 9,
        "found": "`net_income_pc_12` is not known here",
        "expected": "a column, fact or parameter that this expression sees",
        "hint": "Did you mean `net_income_pc_12m`?",
    }


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("rules.yaml", b"\xef\xbb\xbfincome_below_line: [", "rules.yaml:1:21 FG-P001"),
        ("rules.yaml", b"a: 1\n\tb: 2\n", "rules.yaml:2:1 FG-P001"),
        ("rules.yaml", b"a: 'never closed\n", "rules.yaml:2:1 FG-P001"),
        ("rules.yaml", b"\x00", "rules.yaml:1:1 FG-P001"),
        ("rules.yaml", "中文".encode("gb18030"), "rules.yaml:1:1 FG-P006"),
        ("rules.yaml", "\ufeffa: 1".encode("utf-16-le"), "rules.yaml:1:1 FG-P006"),
        ("rules.yaml", b"ok: 1\n# \xe6\x94\xb6 \xb6", "rules.yaml:2:5 FG-P006"),
        ("rules.yaml", b"a: !!python/object/apply:os.system ['touch /tmp/x']", "rules.yaml:1:4 FG-P003"),
        ("rules.yaml", b"a: !own x", "rules.yaml:1:4 FG-P003"),
        ("rules.yaml", b"a: &x [*x, *x]", "rules.yaml:1:4 FG-P003"),
        ("rules.yaml", b"<<: {a: b}", "rules.yaml:1:1 FG-P011"),
        ("rules.yaml", b"? [a, b]\n: c\n", "rules.yaml:1:3 FG-P014"),
        ("rules.yaml", b"just words", "rules.yaml:1:1 FG-P015"),
        ("rules.yaml", b"", "rules.yaml:1:1 FG-P015"),
        ("rules.yaml", b"# nothing but a comment\n", "rules.yaml:1:1 FG-P015"),
        ("rules.yaml", b"%YAML 9.9\n---\na: b\n", "rules.yaml:1:1 FG-P001"),
        ("rules.yaml", b"[" * 100_000, "rules.yaml:1:31 FG-P003"),
        ("rules.yaml", b"- " * 100_000, "rules.yaml:1:61 FG-P003"),
        ("rules.yaml", b"{a: " * 100_000, "rules.yaml:1:121 FG-P003"),
        ("rules.yaml", b"? " * 100_000, "rules.yaml:1:61 FG-P003"),
    ],
)
def test_a_file_that_is_not_plain_yaml_gives_a_place(tmp_path: Path, file: str, content: bytes, expected: str) -> None:
    pack = copy_of_sound(tmp_path)
    (pack / file).write_bytes(content)

    assert ids(pack)[0] == expected


def test_a_hundred_aliases_are_named_and_not_followed(tmp_path: Path) -> None:
    pack = copy_of_sound(tmp_path)
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 11))]
    (pack / "rules.yaml").write_text("\n".join(lines), encoding="utf-8")

    assert {line.split()[1] for line in ids(pack)} == {"FG-P003"}
    assert len(ids(pack)) == 11 + 100


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    pack = copy_of_sound(tmp_path)
    for path in pack.glob("*.yaml"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert mistakes(pack) == []
    assert list(load_pack(pack).rules) == ["income_below_line", "dropout"]


def test_the_line_behind_a_byte_order_mark_is_shown_without_it(tmp_path: Path) -> None:
    pack = copy_of_sound(tmp_path)
    (pack / "rules.yaml").write_bytes(b"\xef\xbb\xbfDropout: {}\n")

    assert check_pack(pack)[0].excerpt == "Dropout: {}"


@pytest.mark.parametrize("name", FILES)
def test_each_file_of_a_pack_must_be_there(tmp_path: Path, name: str) -> None:
    pack = copy_of_sound(tmp_path)
    (pack / name).unlink()

    assert ids(pack) == [f"{name} FG-P007"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_does_not_hide_or_double_the_mistakes_of_others(tmp_path: Path, name: str) -> None:
    edits = {
        "rules": {WHEN: "  when: net_income_pc_12m < 6000", "param.youngest]": "param.youngest, agee]"},
        "facts": {"value: completed_years(birth_date)": "value: completed_year(birth_date)"},
        "tables": {"may_name_area: true": "may_name_area: maybe"},
        "parameters": {"value: 6000": "value: six"},
    }
    alone = ids(changed(tmp_path / "alone", **edits))
    pack = changed(tmp_path / "broken", **edits)
    (pack / name).write_text("a: [", encoding="utf-8")

    found = ids(pack)

    kept = [line for line in alone if not line.startswith(name) and not (name == "facts.yaml" and "FG-P024" in line)]
    assert [line for line in found if not line.startswith(name)] == kept
    assert [line for line in found if line.startswith(name)] == [f"{name}:1:5 FG-P001"]


@pytest.mark.parametrize("format_", ["2", "'3'", "999999999"])
def test_a_pack_from_a_newer_version_is_told_so_and_nothing_else(tmp_path: Path, format_: str) -> None:
    pack = changed(tmp_path, policy={"format: 1": f"format: {format_}", "id: sound": "id: sound\nnewer_key: 1"})
    (pack / "newer_file.yaml").write_text("a: 1", encoding="utf-8")

    (mistake,) = check_pack(pack)

    assert mistake.id == "FG-P002"
    assert f"format {FORMAT}" in mistake.expected
    assert "newer version" in mistake.hint
    assert mistake.excerpt.startswith("format: ")
    with pytest.raises(PackUnsound) as raised:
        load_pack(pack)
    assert [m.id for m in raised.value.mistakes] == ["FG-P002"]


@pytest.mark.parametrize("format_", ["0", "²", "1.5", "two", "-1", "''", "[1]"])
def test_a_format_that_is_no_number_of_a_format_is_a_mistake_of_its_own(tmp_path: Path, format_: str) -> None:
    pack = changed(tmp_path, policy={"format: 1": f"format: {format_}"})

    (place,) = ids(pack)

    assert place in ("policy.yaml:1:9 FG-P013", "policy.yaml:1:10 FG-P013")


def test_a_pack_that_does_not_exist_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UnknownPack, match="Did you mean `cn`") as raised:
        load_pack("cnn")

    assert raised.value.exit_code == 2
    assert all(name in raised.value.expected for name in shipped_packs())


@pytest.mark.parametrize("name", ["", "a\0b", "/dev/null", "x" * 5000])
def test_a_name_that_cannot_be_a_folder_is_no_pack(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UnknownPack):
        check_pack(name or str(tmp_path / "nothing"))


FOLDED = """\
  when: >-
    net_income_pc_12m < param.monitoring_line
      and members > 0

    and members < memberz
"""
LITERAL = """\
  when: |
    net_income_pc_12m < param.monitoring_line
      and members > 0
    and members < memberz
"""
PLAIN = """\
  when: net_income_pc_12m < param.monitoring_line
    and members > 0

    and members < memberz
"""


@pytest.mark.parametrize(
    ("when", "place"),
    [
        (FOLDED, "rules.yaml:9:19"),
        (LITERAL, "rules.yaml:8:19"),
        (PLAIN, "rules.yaml:8:19"),
        ("  when: '   members < memberz'\n", "rules.yaml:5:23"),
        ("  when: 'area_code <> ''x'' and members < memberz'\n", "rules.yaml:5:43"),
        ("  when: \"area_code <> '\\u6536\\x41' and members < memberz\"\n", "rules.yaml:5:50"),
        ('  when: "members > 0\n    and members < memberz"\n', "rules.yaml:6:19"),
        ('  when: "members > 0 \\\n    and members < memberz"\n', "rules.yaml:6:19"),
        ("  when: >2-\n    members > 0\n    and members < memberz\n", "rules.yaml:7:19"),
        ("  when: members < memberz # why\n", "rules.yaml:5:19"),
    ],
)
def test_an_expression_over_several_lines_or_with_escapes_gives_the_line_and_column_of_the_word(
    tmp_path: Path, when: str, place: str
) -> None:
    pack = changed(tmp_path, rules={f"{WHEN}\n": when})

    assert ids(pack) == [f"{place} FG-P053"]


def test_anything_may_be_named_title(tmp_path: Path) -> None:
    words = "{title: {en: A, zh: 甲}, value: registered_on is null}"
    pack = changed(tmp_path, facts={MEMBERS: f"title: {words}\nrisks: {words}\nunits: {words}\n{MEMBERS}"})

    assert mistakes(pack) == []


def test_facts_may_build_on_each_other_by_the_thousand(tmp_path: Path) -> None:
    chain = "".join(f"f{n}: {{title: {{en: A, zh: 甲}}, value: not f{n + 1}}}\n" for n in range(2_000))
    end = "f2000: {title: {en: A, zh: 甲}, value: members > 0}\n"
    pack = changed(tmp_path, facts={MEMBERS: f"{chain}{end}{MEMBERS}"})

    facts = list(load_pack(pack).facts)

    assert facts.index("f2000") < facts.index("f1999") < facts.index("f0")


def test_what_builds_on_a_circle_of_facts_is_not_a_mistake_too(tmp_path: Path) -> None:
    circle = "{title: {en: A, zh: 甲}, value: not second}\nsecond: {title: {en: B, zh: 乙}, value: not first}\n"
    beyond = "third: {title: {en: C, zh: 丙}, value: first and memberz > 0}\n"
    pack = changed(tmp_path, facts={MEMBERS: f"first: {circle}{beyond}{MEMBERS}"})

    assert ids(pack) == ["facts.yaml:1:1 FG-P019", "facts.yaml:3:49 FG-P053"]


def test_a_shipped_pack_has_the_same_digest_in_whatever_folder_it_lies(tmp_path: Path) -> None:
    copy, other = copy_of_sound(tmp_path / "a"), changed(tmp_path / "b", rules={"en: Dropout": "en: Dropouts"})

    assert load_pack(copy).digest == load_pack(copy_of_sound(tmp_path / "c")).digest
    assert load_pack(other).digest != load_pack(copy).digest
