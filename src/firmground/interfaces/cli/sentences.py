"""Sentences that scan and demo print, in English and Chinese; what a pack names, it names itself."""

from __future__ import annotations

_SENTENCES = {
    "found": {
        "en": "{pack} {version} as of {as_of}: {warnings} for {warned:,} of {households:,} households (run {run})",
        "zh": "{pack} {version}，截至 {as_of}：{households:,} 户中 {warned:,} 户有预警，共 {warnings}（运行 {run}）",
    },
    "one_warning": {"en": "{number:,} warning", "zh": "{number:,} 条"},
    "many_warnings": {"en": "{number:,} warnings", "zh": "{number:,} 条"},
    "not_judged": {
        "en": "Not judged: {without:,} without members, {later:,} registered later.",
        "zh": "未判断：{without:,} 户无成员，{later:,} 户登记在后。",
    },
    "written": {"en": "{file}: {rows:,} rows, sha256 {sha256}", "zh": "{file}：{rows:,} 行，sha256 {sha256}"},
    "rule": {"en": "Rule", "zh": "规则"},
    "severity": {"en": "Severity", "zh": "严重程度"},
    "fired": {"en": "Fired", "zh": "触发"},
    "cannot_say": {"en": "Cannot say", "zh": "无法判断"},
    "made": {
        "en": "Synthetic records of {households:,} households in {folder}",
        "zh": "已在 {folder} 生成 {households:,} 户的合成记录",
    },
    "imported": {"en": "Imported {rows:,} rows into {folder}", "zh": "已将 {rows:,} 行导入 {folder}"},
    "scanned": {"en": "Scanned with the pack `{pack}` as of {as_of}", "zh": "已按政策包 `{pack}` 扫描，截至 {as_of}"},
    "took": {"en": "{what} ({seconds:.1f} s)", "zh": "{what}（{seconds:.1f} 秒）"},
    "all_warnings": {"en": "All {rows:,} warnings: {file}", "zh": "全部 {rows:,} 条预警：{file}"},
    "report": {"en": "Report: {file}", "zh": "报告：{file}"},
    "end": {
        "en": "Took {seconds:.0f} seconds. Go on with `firmground --help`.",
        "zh": "共用时 {seconds:.0f} 秒。更多命令见 `firmground --help`。",
    },
}


def sentence(name: str, language: str, **values: object) -> str:
    """A sentence, filled in; in English where Firmground does not speak the language itself."""
    wordings = _SENTENCES[name]
    return wordings.get(language, wordings["en"]).format(**values)
