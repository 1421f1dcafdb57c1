"""The text of an expression, parsed by sqlglot into one tree in DuckDB's dialect, or the mistake that stops it.

Nothing is judged here but whether the text is one expression of a bearable size; `analysis` holds the tree against the
allow-list.
"""

from __future__ import annotations

import re
import unicodedata

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from firmground.engine.policy.mistakes import NotAllowed, NotAnExpression, PolicyMistake
from firmground.errors import Place

LONGEST = 4000  # characters
DEEPEST = 20  # brackets within brackets
_QUOTED = re.compile(r"""'[^']*(?:'|$)|"[^"]*(?:"|$)|/\*.*?(?:\*/|$)|\$\$.*?(?:\$\$|$)""", re.DOTALL)
MOST_STEPS = 100  # operations that take each other's result; each backend walks them one within the other


def references(text: str) -> frozenset[str]:
    """Names in an expression, `param.x` for parameters; empty if it cannot be parsed. For the order of facts.

    >>> sorted(references("a / b < param.line"))
    ['a', 'b', 'param.line']
    """
    tree = parse(text, Place(""))
    if isinstance(tree, PolicyMistake):
        return frozenset()
    return frozenset(f"{c.table}.{c.name}" if c.table else c.name for c in tree.find_all(exp.Column))


def is_name(text: str) -> bool:
    """Whether a text, written in an expression, is read as a name and not as a word of the language.

    >>> is_name("members"), is_name("case"), is_name("null")
    (True, False, False)
    """
    tree = parse(f"{text} = {text}", Place(""))
    return isinstance(tree, exp.EQ) and all(isinstance(side, exp.Column) for side in (tree.this, tree.expression))


def parse(text: str, place: Place) -> exp.Expr | PolicyMistake:
    """The tree of a text in DuckDB's dialect, or the mistake that stops it from being one expression."""
    for number, most, what in (
        (len(text), LONGEST, "characters"),
        (_brackets(text), DEEPEST, "brackets within brackets"),
    ):
        if number > most:
            found = f"The expression has {number} {what}"
            return NotAnExpression(found=found, expected=f"at most {most}", place=place)
    tokens: list[Token] = []
    try:
        tokens = sqlglot.tokenize(text, dialect="duckdb")
        refused = _refused(text, tokens, place)
        if refused is not None:
            return refused
        tree = sqlglot.parse_one(text, dialect="duckdb", into=exp.Condition)
    except (SqlglotError, RecursionError) as error:
        where, what = _described(error, text, tokens)
        return NotAnExpression(
            found=f"This is not an expression: {what}",
            expected="an expression such as `a + b < param.limit`",
            place=place.moved(where),
        )
    if _steps(tree) > MOST_STEPS:
        found = f"The expression takes {_steps(tree)} operations one after the other"
        return NotAnExpression(
            found=found, expected=f"at most {MOST_STEPS}, or several facts that build on each other", place=place
        )
    return tree


def _refused(text: str, tokens: list[Token], place: Place) -> PolicyMistake | None:
    """What cannot stand in any expression, found before it is parsed."""
    end = 0
    for start, after in [*((token.start, token.end + 1) for token in tokens), (len(text), len(text))]:
        between = text[end:start]
        if between.strip():
            where = place.moved(end + len(between) - len(between.lstrip()))
            found = "A comment stands in the expression"
            return NotAllowed(found=found, expected="an expression alone", place=where)
        end = after
    hidden = next((at for at, character in enumerate(text) if _is_hidden(character)), None)
    if hidden is not None:
        found = f"The character U+{ord(text[hidden]):04X} stands in the expression"
        return NotAllowed(found=found, expected="characters that can be seen", place=place.moved(hidden))
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            found = "A `;` stands in the expression"
            return NotAllowed(found=found, expected="one expression", place=place.moved(token.start))
        if token.text.lower() == "if" and token.token_type is not TokenType.STRING:
            expected = "`case when CONDITION then VALUE else VALUE end`"
            return NotAllowed(found="`if` is not allowed here", expected=expected, place=place.moved(token.start))
    return None


def _is_hidden(character: str) -> bool:
    """Whether a character shows nothing, or turns what is shown: what is read must be what is computed."""
    return character not in "\n\r\t" and unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def _brackets(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


def _steps(tree: exp.Expr) -> int:
    """How deep a tree is, counted without recursion: a long one must not stop the program that measures it."""
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for node in level for child in node.iter_expressions()]
    return deepest


def _described(error: Exception, text: str, tokens: list[Token]) -> tuple[int, str]:
    """Where in the text a parser's error is, and what it says in words of this language."""
    if isinstance(error, TokenError):
        opened = list(_QUOTED.finditer(text))
        return opened[-1].start() if opened else 0, "a quotation mark or comment is not closed"
    details = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    if not details:
        return 0, "it nests too deeply" if isinstance(error, RecursionError) else "nothing stands here"
    at = next((t for t in tokens if (t.line, t.col) == (details.get("line"), details.get("col"))), None)
    said, word = str(details.get("description", "")), str(details.get("highlight", ""))
    if said.startswith("Required keyword"):
        what = f"something is missing after `{word}`"
    elif said.startswith("Expecting "):
        what = f"`{said.removeprefix('Expecting ')}` is missing after `{word}`"
    elif said.startswith("Expected "):
        what = f"`{said.split()[1].lower()}` is missing after `{word}`"
    elif said.startswith("The number of provided arguments"):
        what = f"a function takes fewer values than stand before `{word}`"
    elif said.startswith("Invalid expression"):
        what = f"`{word}` does not fit here"
    else:
        what = f"{said.rstrip('.').lower()} at `{word}`"
    return at.start if at else 0, what
