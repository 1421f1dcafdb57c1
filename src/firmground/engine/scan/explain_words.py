"""Words of explanations, English and Chinese. A language without words of its own is explained in English."""

from __future__ import annotations

from firmground.engine.policy.expressions import Node
from firmground.engine.policy.model import Pack

WORDS: dict[str, dict[str, str]] = {
    "household": {"en": "Household {id}, area {area}, as of {as_of}", "zh": "户 {id}，行政区划 {area}，截至 {as_of}"},
    "known_at": {"en": "as known at {at}", "zh": "按 {at} 时已知数据"},
    "without_members": {
        "en": "The household has no member at this date and is not judged.",
        "zh": "该户在此日期没有成员，不作判断。",
    },
    "not_yet_registered": {
        "en": "The household is registered after this date and is not judged.",
        "zh": "该户在此日期之后才登记，不作判断。",
    },
    "fires": {"en": "FIRES", "zh": "预警"},
    "silent": {"en": "silent", "zh": "未触发"},
    "unknown": {"en": "cannot say", "zh": "无法判断"},
    "null": {"en": "unknown", "zh": "未知"},
    "true": {"en": "yes", "zh": "是"},
    "false": {"en": "no", "zh": "否"},
    "rules_that_fire": {"en": "Rules that fire ({n})", "zh": "触发的规则（{n}）"},
    "rules_that_do_not": {"en": "Rules that do not fire ({n})", "zh": "未触发的规则（{n}）"},
    "reasons": {"en": "Because", "zh": "依据"},
    "source": {"en": "source: {source}", "zh": "来源：{source}"},
    "rule_source": {"en": "Rule from: {source}", "zh": "规则来源：{source}"},
    "to_stop": {"en": "It would not fire if", "zh": "不再触发的条件"},
    "to_fire": {"en": "It would fire if", "zh": "触发的条件"},
    "all": {"en": "all of:", "zh": "同时满足："},
    "one": {"en": "one of:", "zh": "满足其一："},
    "rise_over": {"en": "{what} rose above {limit}, by more than {gap}", "zh": "{what}高于{limit}（增加{gap}以上）"},
    "rise_to": {"en": "{what} rose to {limit}, by {gap}", "zh": "{what}达到{limit}（增加{gap}）"},
    "fall_under": {"en": "{what} fell below {limit}, by more than {gap}", "zh": "{what}低于{limit}（减少{gap}以上）"},
    "fall_to": {"en": "{what} fell to {limit}, by {gap}", "zh": "{what}降至{limit}（减少{gap}）"},
    "equal": {"en": "{what} were {limit}", "zh": "{what}为{limit}"},
    "differ": {"en": "{what} were not {limit}", "zh": "{what}不为{limit}"},
    "be_true": {"en": "{what}", "zh": "{what}"},
    "be_false": {"en": "not: {what}", "zh": "非：{what}"},
    "is_known": {"en": "{what} were known", "zh": "{what}已知"},
    "is_unknown": {"en": "{what} were unknown", "zh": "{what}未知"},
    "person": {"en": "Person {id}", "zh": "成员 {id}"},
    "no_member_concerned": {"en": "no member", "zh": "无成员"},
    "records": {"en": "Records that facts were computed from", "zh": "指标所依据的记录"},
    "set_aside": {"en": "Rows set aside ({n})", "zh": "未计入的记录（{n}）"},
    "not_a_member": {"en": "names a person who is no member", "zh": "所列人员不是该户成员"},
    "withdrawn": {"en": "withdrawn by its source", "zh": "已被来源撤回"},
    "superseded": {"en": "superseded by a later row", "zh": "已被后来的记录替代"},
    "ages": {"en": "Days since the last data", "zh": "距最近数据的天数"},
    "age": {
        "en": "{table} from {source}: {days} days (last {last}, {rows} rows)",
        "zh": "{table}（{source}）：{days} 天（最近 {last}，{rows} 条）",
    },
    "no_data": {"en": "No department has delivered a row for this household.", "zh": "尚无部门提供该户数据。"},
    "facts": {"en": "Facts", "zh": "指标"},
    "rows": {"en": "{n} rows", "zh": "{n} 条记录"},
}

_OPERATORS = {"and": "and", "or": "or", "+": "+", "-": "-", "*": "×", "/": "/"}


def say(key: str, language: str, **fields: object) -> str:
    """The words of a key in a language, filled in."""
    words = WORDS[key]
    return words.get(language, words["en"]).format(**fields)


def name_of(node: Node, pack: Pack, language: str) -> str:
    """A value in words: the title of a fact, column or parameter, or the operation between such titles."""
    if node.op == "fact":
        return pack.words(pack.facts[node.name].title, language)
    if node.op == "parameter":
        return pack.words(pack.parameters[node.name].title, language)
    if node.op in ("column", "number", "text"):
        return node.name.replace("_", " ")
    if node.op == "as_of":
        return {"zh": "截至日期"}.get(language, "the as-of date")
    parts = [name_of(arg, pack, language) for arg in node.args]
    if node.op in _OPERATORS:
        return f" {_OPERATORS[node.op]} ".join(parts)
    if node.op == "neg":
        return f"-{parts[0]}"
    if node.op == "completed_years":
        return {"zh": "周岁"}.get(language, "completed years") + f" ({parts[0]})"
    return f"{node.op} ({', '.join(parts)})"
