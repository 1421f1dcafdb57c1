"""Units such as CNY/person/year: what may be compared and added, and what a product or quotient has.

A unit is a count of words above and below the line. `share` is a unit without words. None stands for a value that fits
any unit: the numbers 0 and 1, and counts until their fact says what they count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from firmground.engine.policy.mistakes import UnknownUnit
from firmground.errors import Place, nearest

BASE_WORDS = ("person", "household", "row", "year", "month", "week", "day")


@dataclass(frozen=True)
class Unit:
    """A unit as sorted (word, power) pairs; negative powers stand below the line."""

    powers: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        above = [word for word, power in self.powers for _ in range(max(power, 0))]
        below = [word for word, power in self.powers for _ in range(max(-power, 0))]
        if not above and not below:
            return "share"
        return "/".join(["·".join(above) or "1", *below])

    def __mul__(self, other: Unit) -> Unit:
        return _unit(Counter(dict(self.powers)), Counter(dict(other.powers)), 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _unit(Counter(dict(self.powers)), Counter(dict(other.powers)), -1)


def _unit(left: Counter[str], right: Counter[str], sign: int) -> Unit:
    words = set(left) | set(right)
    powers = {word: left[word] + sign * right[word] for word in words}
    return Unit(tuple(sorted((word, power) for word, power in powers.items() if power)))


SHARE = Unit(())
YEAR = Unit((("year", 1),))
MONTH = Unit((("month", 1),))


def of_word(word: str) -> Unit:
    """The unit of one word, such as the currency."""
    return Unit(((word, 1),))


def known_words(currency: str, extra: Iterable[str]) -> tuple[str, ...]:
    """All words that units of a pack may use."""
    return (currency, *BASE_WORDS, *extra)


def parse_unit(text: str, words: Iterable[str], place: Place) -> Unit | UnknownUnit:
    """Read `CNY/person/year`, `CNY·person`, `share`, `1/year`. Returns the mistake if a word is not one of `words`.

    >>> str(parse_unit("CNY/year/person", ["CNY", "person", "year"], Place("p")))
    'CNY/person/year'
    """
    words = tuple(words)
    powers: Counter[str] = Counter()
    above, *below = text.split("/")
    parts = [] if above.strip() in ("share", "1") else [(word, 1) for word in above.split("·")]
    for word, power in [(word.strip(), power) for word, power in (*parts, *((word, -1) for word in below))]:
        if word not in words:
            close = nearest(word, (*words, "share"))
            return UnknownUnit(
                found=f"`{word}` is not a unit of this pack",
                expected=", ".join((*words, "share")),
                hint=f"Did you mean `{close}`?" if close else "",
                place=place,
            )
        powers[word] += power
    return _unit(powers, Counter(), 1)
