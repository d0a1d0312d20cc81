"""What a line demands of a specialist beside being free, and how the demand fades while a request waits.

A demand is a level for each skill; a language is a skill, too. How a specialist meets it is his *fit*. A request begins
strictly, then any level is enough, at last the skill is only preferred: whoever fits better is asked first. So nobody
waits for ever, and nobody waits at all for what no specialist of the line could ever give.

What a demand takes only grows while it waits. So of requests that demand alike the oldest takes whatever a younger one
does, and only the oldest of each kind need be looked at to find whose turn it is (``whose_turn``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

Skills = Mapping[int, int]  # level by skill


class Stage(IntEnum):
    """How much of its demand a request still insists on."""

    STRICT = 0  # each skill at its level
    ANY_LEVEL = 1  # each skill, at whatever level
    PREFERRED = 2  # who has more of them is asked first


class Fit(NamedTuple):
    """What a specialist lacks of a demand. The smaller, the better he fits."""

    missing: int  # skills that he does not have
    low: int  # skills below the level


FULL = Fit(0, 0)


class Demand(NamedTuple):
    """What a request demands at one instant; without ``levels`` nothing. ``is_eased``: more was demanded than anybody
    on the line could give."""

    levels: Skills
    stage: Stage = Stage.STRICT
    is_eased: bool = False

    def takes(self, skills: Skills) -> bool:
        """Whether it takes a specialist with these skills now."""
        if self.stage is Stage.STRICT:
            return not self.lacking(skills)
        return self.stage is Stage.PREFERRED or self.levels.keys() <= skills.keys()

    def lacking(self, skills: Skills) -> list[tuple[int, int]]:
        """The demanded skills, with their levels, that a specialist with these does not have so."""
        return [(skill, level) for skill, level in self.levels.items() if skills.get(skill, 0) < level]

    def within_reach(self, everybody: Iterable[Skills]) -> Demand:
        """The same demand, as far as somebody of these could ever meet it: to insist on more would be waiting for
        nothing."""
        known = list(everybody)
        stages = (stage for stage in Stage if stage >= self.stage)
        eased = (self._replace(stage=stage, is_eased=stage > self.stage) for stage in stages)
        return next((each for each in eased if any(map(each.takes, known))), self)


NOTHING = Demand({})


class Terms(NamedTuple):
    """What a line says about skills. ``languages``: the skill that stands for a language, by its code; a person whose
    language has none demands none."""

    levels: Skills
    languages: Mapping[str, int]
    language_level: int  # 0: the person's language does not matter
    lower_after: float  # s of waiting after which any level is enough
    prefer_after: float  # s after which the skill is only preferred

    def skills(self) -> set[int]:
        """All that some request may demand."""
        return {*self.levels, *(self.languages.values() if self.language_level else ())}

    def demand(self, language: str, waited: float) -> Demand:
        """What a person of this language demands who has waited so long."""
        levels = dict(self.levels)
        skill = self.languages.get(language) if self.language_level else None
        if skill is not None:
            levels[skill] = max(self.language_level, levels.get(skill, 0))
        return Demand(levels, self.stage(waited)) if levels else NOTHING

    def stage(self, waited: float) -> Stage:
        """How much is insisted on after so many seconds."""
        if waited >= self.prefer_after:
            return Stage.PREFERRED
        return Stage.ANY_LEVEL if waited >= self.lower_after else Stage.STRICT

    def next_ease(self, waited: float) -> float | None:
        """In how many seconds it insists on less; None when it insists on nothing any more."""
        return min((at - waited for at in (self.lower_after, self.prefer_after) if at > waited), default=None)


NO_TERMS = Terms({}, {}, 0, 0.0, 0.0)  # of a line that does not go by skills


def fit(skills: Skills, levels: Skills) -> Fit:
    """What a specialist with ``skills`` lacks of ``levels``."""
    missing = sum(skill not in skills for skill in levels)
    return Fit(missing, sum(0 < skills.get(skill, 0) < level for skill, level in levels.items()))
