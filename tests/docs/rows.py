"""Tables of two spellings, of which each row is compiled and checked:

  <!-- rows -->
  | PyTorch | heed | true in heed |
  |---|---|---|
  | `torch.zeros(2)` | `zeros({2})` | `y.dim() == 1` why |

The second cell is an expression, whose value is `y`, or statements that declare `y`; the third is
true then. With `numbers` the page's program prints y of each row where it is a number or a tensor,
for compare_rows.py, which runs the first cells.
"""
import re

from blocks import text_of

TABLE = re.compile(r"^<!-- rows -->\n((?:\|.*\n)+)", re.M)
ROW = re.compile(r"\| `([^`]+)` \| `([^`]+)` \| `([^`]+)`.* \|")


class Row:
    """The first code of each cell, and the line number."""

    def __init__(self, match, line):
        self.pytorch, self.heed, self.claim = match.groups()
        self.line = line

    def cpp(self):
        declares = self.heed.rstrip().endswith(";")
        statements = self.heed if declares else f"const auto y = {self.heed};"
        claim = self.claim.replace("\\", "\\\\").replace('"', '\\"')
        return (f"{{ {statements}\n  const bool holds = ({self.claim});\n"
                f"  row({self.line}, holds, \"{claim}\", prints, [&] {{ show(y); }}); }}")


def lines_of(path):
    """(line number, text) of the rows below their head."""
    text = text_of(path)
    for table in TABLE.finditer(text):
        first = text.count("\n", 0, table.start(1)) + 1
        for number, line in enumerate(table[1].rstrip("\n").split("\n")[2:]):
            yield first + 2 + number, line


def rows_of(path):
    return [Row(match, number) for number, line in lines_of(path)
            if (match := ROW.fullmatch(line))]


def row_faults(path):
    faults = [f"line {number}: a row is | `PyTorch` | `heed` | `claim` text |: {line}"
              for number, line in lines_of(path) if not ROW.fullmatch(line)]
    for row in rows_of(path):
        try:
            compile(row.pytorch, path, "exec")
        except SyntaxError as error:
            faults.append(f"line {row.line}: no Python: {row.pytorch}: {error.msg}")
    return faults


HELPERS = """
int false_rows = 0;
template <class Show>
void row(int line, bool holds, const char* claim, bool prints, const Show& show_value) {
  if (!holds) std::cout << "line " << line << ": not so: " << claim << "\\n";
  false_rows += !holds;
  if (!prints) return;
  std::cout << line << ":";
  show_value();
  std::cout << "\\n";
}
template <class Value>
void show(const Value& value) {
  if constexpr (std::is_same_v<Value, heed::Tensor>) {
    std::cout << " [";
    for (const auto size : value.shape()) std::cout << " " << size;
    std::cout << " ]";
    for (const double element : value.detach().to(heed::DType::f64).template to_vector<double>())
      std::cout << " " << element;
  } else if constexpr (std::is_arithmetic_v<Value>) {
    std::cout << " [ ] " << +value;
  }
}
"""


def program_of(rows):
    """The functions of a page with rows, of which `main` returns how many are not so."""
    functions = [f"void row_{row.line}(bool prints) {row.cpp()}" for row in rows]
    calls = [f"  row_{row.line}(prints);" for row in rows]
    return "\n".join([HELPERS, *functions, "int main(int argc, char** argv) {",
                      '  const bool prints = argc > 1 && argv[1] == std::string_view("numbers");',
                      "  std::cout.precision(9);", *calls, "  return false_rows;", "}"])
