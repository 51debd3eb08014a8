"""The two halves in which ctest runs the tests are the whole: tools/halves.py TEST_PROGRAM"""
import re
import subprocess
import sys


def count(*tests: str) -> int:
    listed = subprocess.run([sys.argv[1], "--list-tests", *tests], text=True, capture_output=True,
                            check=False).stdout
    return int(re.findall(r"^(\d+) (?:matching )?test cases?$", listed, re.MULTILINE)[-1])


whole, halves = count(), (count("~[op_table]~[.]"), count("[op_table]"))
if sum(halves) != whole or not all(halves):
    sys.exit(f"{whole} tests, but {halves[0]} and {halves[1]} in the halves that ctest runs")
print(f"{halves[0]} and {halves[1]} of {whole} tests")
