"""The parts in which ctest runs the tests are the whole: tools/parts.py TEST_PROGRAM PART..."""
import re
import subprocess
import sys


def count(*tests: str) -> int:
    listed = subprocess.run([sys.argv[1], "--list-tests", *tests], text=True, capture_output=True,
                            check=False).stdout
    return int(re.findall(r"^(\d+) (?:matching )?test cases?$", listed, re.MULTILINE)[-1])


whole = count()
counts = [count(part) for part in sys.argv[2:]]
if sum(counts) != whole or not all(counts):
    sys.exit(f"{whole} tests, but {counts} in the parts that ctest runs")
print(f"{counts} of {whole} tests")
