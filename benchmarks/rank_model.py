#!/usr/bin/env python3
"""What several ranks would bring: a model of the time of a step, see docs/ranks.md.

  benchmarks/rank_model.py --parameters 10e6 --step 1.0 --latency 30e-6 --bandwidth 1.1e9

`--step` is the time of a step of one rank with the threads that each rank will have, `--shared` the
part of it that every rank does: the batch of tokens, and what no rank can do for another.
"""

import argparse
import math

SMALL_GATHERS = 5  # of a step: stop wishes, signals, losses, which gradients there are, norms
RANKS = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]


def sums_sent(parts, ranks):
    """The largest number of partial sums of a rank: nodes of the tree that lie within its parts."""
    most = 0
    for rank in range(ranks):
        begin, end = parts * rank // ranks, parts * (rank + 1) // ranks
        count = 0
        while begin < end:
            size = begin & -begin or 1 << (end - begin).bit_length()
            while begin + size > end:
                size //= 2
            begin += size
            count += 1
        most = max(most, count)
    return most


def step_seconds(ranks, parts, parameters, step, latency, bandwidth, shared):
    largest_share = math.ceil(parts / ranks) / parts
    compute = step * (shared + (1 - shared) * largest_share)
    if ranks == 1:
        return compute
    others = (ranks - 1) / ranks
    small = SMALL_GATHERS * latency * math.ceil(math.log2(ranks))
    sums = (ranks - 1) * latency + sums_sent(parts, ranks) * others * 4 * parameters / bandwidth
    spread = math.ceil(math.log2(ranks)) * latency + others * 4 * parameters / bandwidth
    return compute + small + sums + spread


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parameters", type=float, required=True)
    parser.add_argument("--step", type=float, required=True, help="seconds")
    parser.add_argument("--latency", type=float, required=True, help="seconds of a small message")
    parser.add_argument("--bandwidth", type=float, required=True, help="bytes a second of a rank")
    parser.add_argument("--shared", type=float, default=0.005)
    parser.add_argument("--parts", type=int, default=1024, help="train.micro_batches")
    parser.add_argument("--ranks", type=int, nargs="*", default=RANKS)
    given = parser.parse_args()
    model = (given.parts, given.parameters, given.step, given.latency, given.bandwidth,
             given.shared)
    alone = step_seconds(1, *model)
    for ranks in [1, *given.ranks]:
        if ranks > given.parts:
            continue
        seconds = step_seconds(ranks, *model)
        print(f"{ranks:5} ranks  {1000 * seconds:9.2f} ms  {alone / seconds:7.1f} times as fast  "
              f"efficiency {100 * alone / seconds / ranks:4.0f} %")


if __name__ == "__main__":
    main()
