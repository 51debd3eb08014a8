#!/usr/bin/env python3
"""Prints number_names.tsv: the digits of 0 to 999 and the names of these numbers in English."""

ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen""".split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()


def name(number):
    if number < 20:
        return [ONES[number]]
    if number < 100:
        return [TENS[number // 10]] + (name(number % 10) if number % 10 else [])
    rest = ["and", *name(number % 100)] if number % 100 else []
    return [ONES[number // 100], "hundred", *rest]


for n in range(1000):
    print(" ".join(str(n)), " ".join(name(n)), sep="\t")
