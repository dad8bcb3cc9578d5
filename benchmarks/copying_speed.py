"""Made-up counties of reports in; what it costs to find who copied from whom, and whether the short way finds what comparing every pair finds, out.

    python -m benchmarks.copying_speed [--largest 2000]

Measured on x86-64, 2 shared cores with a load of 15, CPU seconds, CPython 3.11: 1,000 reports in 1.1 s, 200 in 0.11 s where comparing every
pair takes 1.7 s and finds the same 41 pairs. 2,000 took 4.4 s before each report was cut into shingles only once.
"""

from __future__ import annotations

import argparse
import platform
import random
import sys
import time

from reports.copying import copied_among
from reports.model import Edition, Report, Section

LEAST = 0.6  # of a report's words
EVERY_PAIR_UP_TO = 200  # reports: beyond, comparing every pair takes minutes


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--largest", type=int, default=2000)
    largest = options.parse_args().largest
    print(f"{platform.platform()}, {platform.machine()}, CPython {platform.python_version()}")
    good = True
    for count in (60, 200, 1000, 2000):
        if count > largest:
            break
        county = made_up_county(count, seed=count, copies=count // 5)
        started = time.process_time()
        found = copied_among(county, LEAST, compared_all=0)
        seconds = time.process_time() - started
        line = f"{count} reports: {len(found)} pairs in {seconds:.2f} s CPU"
        if count <= EVERY_PAIR_UP_TO:
            started = time.process_time()
            every = copied_among(county, LEAST, compared_all=count)
            same = every == found
            good = good and same
            line += f"; every pair compared: {len(every)} in {time.process_time() - started:.2f} s, {'the same' if same else 'NOT THE SAME'}"
        print(line)
    return 0 if good else 1


def made_up_county(count: int, seed: int, copies: int) -> dict[str, Report]:
    """Reports of 12 to 40 sentences, three in ten of them set phrases of the county; `copies` take 60 to 100 of 100 from another."""
    chance = random.Random(seed)
    phrases = [_sentence(chance) for _ in range(60)]
    texts = [
        [_sentence(chance) if chance.random() < 0.7 else chance.choice(phrases) for _ in range(chance.randint(12, 40))]
        for _ in range(count)
    ]
    for _ in range(copies):
        source, copier = chance.sample(range(count), 2)
        share = chance.uniform(LEAST, 1)
        taken = texts[source][: int(len(texts[source]) * share) + 1]
        own = [_sentence(chance) for _ in range(int(len(texts[source]) * (1 - share)))]
        texts[copier] = taken + own
        chance.shuffle(texts[copier])
    return {
        f"{number:04}": Report(None, None, 2024, "", Edition.FORM_2021, (Section("overview", "", "".join(text)),), {})
        for number, text in enumerate(texts)
    }


def _sentence(chance: random.Random) -> str:
    return "".join(chr(0x4E00 + chance.randint(200, 2600)) for _ in range(chance.randint(12, 30))) + "。"


if __name__ == "__main__":
    sys.exit(main())
