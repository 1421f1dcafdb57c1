"""A pack's words in one language: titles of facts and codes, names of tables and columns, units, departments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, cached_property

from ruamel.yaml import YAML

from firmground.engine.policy.expressions import COMPARISONS, Node
from firmground.engine.policy.model import Pack, Words
from firmground.engine.policy.structure import EVERY_LANGUAGE
from firmground.engine.scan.explanation.sentences import say

_CHINESE = {
    "income": "收入",
    "spending": "支出",
    "jobs": "务工",
    "conditions": "状况",
    "shocks": "突发事件",
    "attributes": "属性",
    "outcomes": "入户核实结果",
    "persons": "家庭成员",
    "area_code": "行政区划",
    "population_group": "人群类别",
    "registered_on": "登记日期",
    "person_id": "成员",
    "sex": "性别",
    "birth_date": "出生日期",
    "relationship": "与户主关系",
    "labour_capacity": "劳动能力",
    "member_from": "加入日期",
    "member_to": "离开日期",
    "kind": "类别",
    "amount": "金额",
    "cost": "成本",
    "occurred_on": "日期",
    "covers_from": "所属期起",
    "covers_to": "所属期止",
    "reimbursed": "已报销",
    "job_id": "务工编号",
    "started_on": "开始日期",
    "ended_on": "终止日期",
    "end_reason": "终止原因",
    "place": "地点",
    "channel": "就业渠道",
    "employer": "用工单位",
    "monthly_wage": "月工资",
    "grade": "等级",
    "valid_from": "开始日期",
    "valid_to": "终止日期",
    "loss": "损失",
    "value": "数值",
    "text": "说明",
    "risk": "风险",
    "rule": "规则",
    "clue_on": "线索日期",
    "decided_on": "判定日期",
    "outcome": "结果",
    "visits": "入户次数",
}
_ENGLISH = {
    "jobs": "Work",
    "persons": "Member",
    "person_id": "person",
    "birth_date": "born",
    "labour_capacity": "capacity to work",
    "covers_from": "covers",
    "covers_to": "to",
    "job_id": "job",
    "channel": "through",
    "end_reason": "ended by",
}
_CODES = {
    "sex": {"f": ("female", "女"), "m": ("male", "男")},
    "relationship": {
        "head": ("head", "户主"),
        "spouse": ("spouse", "配偶"),
        "child": ("child", "子女"),
        "parent": ("parent", "父母"),
        "other": ("other", "其他"),
    },
    "labour_capacity": {"full": ("full", "完全"), "partial": ("partial", "部分"), "none": ("none", "无")},
    "place": {
        "county": ("in the county", "县内"),
        "province": ("in the province", "省内县外"),
        "other_province": ("in another province", "省外"),
        "abroad": ("abroad", "境外"),
    },
    "channel": {
        "market": ("the labour market", "市场就业"),
        "public_welfare_post": ("a public-welfare post", "公益性岗位"),
        "workshop": ("an assistance workshop", "帮扶车间"),
        "self_employed": ("self-employment", "自主创业"),
    },
    "outcome": {"confirmed": ("confirmed", "属实"), "dismissed": ("dismissed", "排除")},
}
# A unit of one word: English for one, for many, and Chinese; then the Chinese of the word within a compound unit.
_UNITS = {
    "person": ("person", "people", "人", "人"),
    "household": ("household", "households", "户", "户"),
    "row": ("row", "rows", "条", "条"),
    "year": ("year", "years", "年", "年"),
    "month": ("month", "months", "个月", "月"),
    "week": ("week", "weeks", "周", "周"),
    "day": ("day", "days", "天", "天"),
    "CNY": ("CNY", "CNY", "元", "元"),
}
_OPERATORS = {"and": "and", "or": "or", "+": "+", "-": "-", "*": "×", "/": "/"}
_CHINESE_OPERATORS = {"and": "且", "or": "或"}


@dataclass(frozen=True)
class Vocabulary:
    """The words of `pack` in `language`."""

    pack: Pack
    language: str

    def say(self, key: str, **fields: object) -> str:
        """A sentence of explanations, filled in."""
        return say(key, self.language, **fields)

    def title(self, words: Words) -> str:
        """A title of the pack."""
        return self.pack.words(words, self.language)

    def table(self, name: str) -> str:
        """A record table."""
        return _CHINESE.get(name, name) if self.language == "zh" else _ENGLISH.get(name, name.capitalize())

    def column(self, name: str) -> str:
        """A column of a table."""
        plain = name.replace("_", " ")
        return _CHINESE.get(name, plain) if self.language == "zh" else _ENGLISH.get(name, plain)

    def code(self, column: str, code: str, table: str | None = None) -> str:
        """A value of a column with codes; the value itself where it has no words."""
        if column == "kind" and code in self.pack.kinds.get(str(table), {}):
            return self.title(self.pack.kinds[str(table)][code].title)
        titles = {"population_group": self.pack.population_groups, "risk": self.pack.risks}.get(column, {})
        if code in titles:
            return self.title(titles[code])
        english, chinese = _CODES.get(column, {}).get(code, (code, code))
        return chinese if self.language == "zh" else english

    def source(self, name: str) -> str:
        """The department that delivered a row."""
        titles = _titles_in_policy(self.pack.files.get("policy.yaml", b""), "sources")
        return self.title(titles[name]) if name in titles else name

    def reference(self, source: Words) -> str:
        """The source of a rule or value; `practice` in the language's word."""
        text = source[EVERY_LANGUAGE] if EVERY_LANGUAGE in source else self.title(source)
        head, _, why = text.partition(":")
        if head != "practice":
            return text
        return self.say("practice_because", why=why.strip()) if why.strip() else self.say("practice")

    def quantity(self, text: str | None, unit: str | None, *, is_age: bool = False) -> str:
        """A value with its unit: `20 rows`, `5432.69 CNY/person/year`, `yes`, `unknown`."""
        if text is None or text in ("true", "false"):
            return self.say(text or "null")
        if unit is None or unit == "share":
            return text
        if is_age and self.language == "zh":
            return f"{text} 岁"
        return f"{text} {self._unit(unit, is_one=text in ('1', '-1'))}"

    def _unit(self, unit: str, *, is_one: bool) -> str:
        words = [part for above in unit.split("/") for part in above.split("·")]
        if len(words) == 1:
            if unit in _UNITS:
                one, many, chinese, _ = _UNITS[unit]
                return chinese if self.language == "zh" else one if is_one else many
            extra = self._extra_unit(unit)
            return extra if self.language != "en" or is_one else f"{extra}s"
        if self.language != "zh":
            return "/".join(part if part in _UNITS else self._extra_unit(part) for part in unit.split("/"))
        above, *below = unit.split("/")
        return f"{self._within(above)}/{'·'.join(self._within(part) for part in below)}"

    def _within(self, word: str) -> str:
        return _UNITS[word][3] if word in _UNITS else self._extra_unit(word)

    def _extra_unit(self, word: str) -> str:
        titles = _titles_in_policy(self.pack.files.get("policy.yaml", b""), "units")
        return self.title(titles[word]) if word in titles else word

    def is_age(self, name: str) -> bool:
        """Whether a fact, or a parameter (`param.NAME`), is an age; Chinese counts those by a word of their own."""
        return name.removeprefix("param.") in self._ages

    @cached_property
    def _ages(self) -> frozenset[str]:
        ages: set[str] = set()
        for fact in self.pack.facts.values():  # in the order of their dependence
            if _says_age(fact.value.node, ages):
                ages.add(fact.name)
        compared = [fact.value.node for fact in self.pack.facts.values()]
        compared += [rule.when.node for rule in self.pack.rules.values()]
        for node in (part for whole in compared for part in whole.walk() if part.op in COMPARISONS):
            if any(_says_age(side, ages) for side in node.args):
                ages |= {side.name for side in node.args if side.op == "parameter"}
        return frozenset(ages)

    def name_of(self, node: Node) -> str:
        """A value in words: the title of a fact, column or parameter, or the operation between such titles."""
        if node.op == "fact":
            return self.title(self.pack.facts[node.name].title)
        if node.op == "parameter":
            return self.title(self.pack.parameters[node.name].title)
        if node.op in ("number", "text"):
            return node.name
        if node.op == "column":
            return self.column(node.name)
        if node.op == "as_of":
            return self.say("as_of")
        parts = [self.name_of(arg) for arg in node.args]
        if node.op in _OPERATORS:
            chinese = _CHINESE_OPERATORS if self.language == "zh" else {}
            return f" {chinese.get(node.op, _OPERATORS[node.op])} ".join(parts)
        if node.op == "neg":
            return f"-{parts[0]}"
        if node.op == "completed_years":
            return self.say("completed_years", what=parts[0])
        return f"{node.op} ({', '.join(parts)})"


def _says_age(node: Node, ages: Collection[str]) -> bool:
    """Whether an expression is an age: that of a person, or one chosen among those of several."""
    if node.op == "fact":
        return node.name in ages
    if node.op in ("min", "max", "least", "greatest", "coalesce"):
        return any(_says_age(part, ages) for part in node.args)
    return node.op == "completed_years"


@cache
def _titles_in_policy(content: bytes, key: str) -> dict[str, Words]:
    """The titles of the pack's departments or units, which only its policy.yaml holds."""
    listed = (YAML(typ="safe").load(content) or {}).get(key) or {}
    return {name: words.get("title", words) for name, words in listed.items()}
