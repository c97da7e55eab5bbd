"""`python -m tests.simulation SEED` prints what happened; `--seeds N` runs the first N seeds, or N from SEED on.

Exit code 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.simulation.run import play


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Workers in a simulated world.")
    parser.add_argument("seed", type=int, nargs="?", default=0, metavar="SEED")
    parser.add_argument("--seeds", type=int, metavar="N", help="run so many seeds and print those that fail")
    parser.add_argument("--last", type=int, default=0, metavar="N", help="lines of the trace, 0 for all")
    options = parser.parse_args(arguments)
    if options.seeds is None:
        outcome = play(options.seed)
        print(outcome.told(options.last))
        return 1 if outcome.problems else 0
    failed = 0
    for seed in range(options.seed, options.seed + options.seeds):
        outcome = play(seed)
        if outcome.problems:
            failed += 1
            print(outcome.told(1), end="\n\n")
    print(f"{options.seeds} seeds, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
