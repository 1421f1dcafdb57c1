"""Rules: their conditions, reasons, risks and former ids."""

from __future__ import annotations

from firmground.engine.policy import structure_mistakes as wrong
from firmground.engine.policy.analysis import analyse
from firmground.engine.policy.mistakes import PolicyMistake
from firmground.engine.policy.model import Rule
from firmground.engine.policy.reading import key_place, place_of
from firmground.engine.policy.scopes import Names, Scope, scope_of_rule
from firmground.engine.policy.source import Tree
from firmground.engine.policy.structure import PolicyFile, RuleDefinition, RulesFile
from firmground.engine.policy.values import ValueKind
from firmground.errors import Place, nearest


def read_rules(
    file: RulesFile, tree: Tree, names: Names, policy: PolicyFile
) -> tuple[dict[str, Rule], list[PolicyMistake]]:
    """The rules in the order of the file, and every mistake."""
    rules: dict[str, Rule] = {}
    mistakes: list[PolicyMistake] = []
    claimed: dict[str, str] = {}
    for name, definition in file.root.items():
        scope = scope_of_rule(definition.of, names)
        place = place_of(tree, name, "when")
        when, found = analyse(definition.when, place, scope, needs=ValueKind.BOOLEAN)
        mistakes += found
        mistakes += _words(name, definition, tree, policy)
        mistakes += _reasons(name, definition, tree, scope)
        for number, old in enumerate(definition.formerly):
            if old in file.root or old in claimed:
                found_text = (
                    f"`{old}` is the id of a rule today"
                    if old in file.root
                    else f"`{old}` is a former id of the rule `{claimed[old]}` already"
                )
                mistakes.append(
                    wrong.FormerlyInUse(
                        found=found_text,
                        expected="an id that no rule has",
                        place=place_of(tree, name, "formerly", number),
                    )
                )
            claimed[old] = name
        if when is not None:
            rules[name] = Rule(
                id=name,
                title=definition.title,
                risk=definition.risk,
                severity=definition.severity,
                of=definition.of,
                when=when,
                reasons=tuple(definition.reasons),
                source=definition.source,
                formerly=tuple(definition.formerly),
                place=key_place(tree, name),
            )
    return rules, mistakes


def _words(name: str, definition: RuleDefinition, tree: Tree, policy: PolicyFile) -> list[PolicyMistake]:
    """The rule's risk and severity must be declared."""
    mistakes: list[PolicyMistake] = []
    for key, word, known in (
        ("risk", definition.risk, list(policy.risks)),
        ("severity", definition.severity, list(policy.severities)),
    ):
        if word not in known:
            mistakes.append(_not_declared(key, word, known, place_of(tree, name, key)))
    return mistakes


def _not_declared(what: str, word: str, known: list[str], place: Place) -> PolicyMistake:
    close = nearest(word, known)
    return wrong.NotDeclared(
        found=f"policy.yaml declares no {what} `{word}`",
        expected=", ".join(known),
        hint=f"Did you mean `{close}`?" if close else "",
        place=place,
    )


def _reasons(name: str, definition: RuleDefinition, tree: Tree, scope: Scope) -> list[PolicyMistake]:
    mistakes: list[PolicyMistake] = []
    for number, reason in enumerate(definition.reasons):
        what, hint = ("here twice", "") if reason in scope.names else scope.unseen(reason)
        if reason not in scope.names or reason in definition.reasons[:number]:
            mistakes.append(
                wrong.UnknownReason(
                    found=f"`{reason}` is {what}",
                    expected="a fact, column or parameter that this rule sees, once",
                    hint=hint,
                    place=place_of(tree, name, "reasons", number),
                )
            )
    return mistakes
