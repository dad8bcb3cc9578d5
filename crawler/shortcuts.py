"""Where organs' own pages led to their reports' columns goes in; where the column of the next organ will stand comes out.

On most systems the directories of organs are made alike: `/bmxz/fgj/` led to `/bmxz/fgj/fgj_nb/` and `/bmxz/sfj/` to `/bmxz/sfj/sfj_nb/`, so
`/bmxz/jyj/` leads to `/bmxz/jyj/jyj_nb/`. The column is then asked for without the organ's page in between. Only what organs' names in
addresses make up is followed; numbers that say nothing of each other are never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PROOFS = 2  # organs whose pages led there in the same way
MOST_MISSES = 2  # then the directories are not alike, whatever the first of them said
ORGAN = "\0"  # stands for the organ in an address
FRONT_FILE = re.compile(r"/(?:index|default|list)?(?:\.s?html?|\.jhtml|\.jsp)?$")
ENDING = re.compile(r"\.[a-z]{3,5}$")


@dataclass(slots=True)
class Shortcuts:
    misses: int = 0
    _learnt: Counter[tuple[str, str]] = field(default_factory=Counter)

    def learn(self, front: str, column: str) -> None:
        """An organ's page, and the only column of reports that it named."""
        organ = _organ_in(front)
        if organ is not None and organ in urlsplit(column).path:
            self._learnt[_shape(front, organ), _shape(column, organ)] += 1

    def column_of(self, front: str) -> str | None:
        """Where the reports' column of this organ's page should be; None where that is not known well enough."""
        organ = _organ_in(front)
        if organ is None or self.misses >= MOST_MISSES:
            return None
        shape = _shape(front, organ)
        ways = {column: times for (known, column), times in self._learnt.items() if known == shape}
        if len(ways) != 1 or max(ways.values()) < PROOFS:
            return None
        return next(iter(ways)).replace(ORGAN, organ)


def _organ_in(front: str) -> str | None:
    """What an organ's page calls it in its address: its last folder, or its file's name."""
    name = FRONT_FILE.sub("", urlsplit(front).path).rpartition("/")[2]
    name = ENDING.sub("", name)
    return name if len(name) > 1 else None


def _shape(url: str, organ: str) -> str:
    split = urlsplit(url)
    return split._replace(path=split.path.replace(organ, ORGAN), query=split.query.replace(organ, ORGAN)).geturl()
