// The section of examples: held-out sequences with the model's answers, and where it errs.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/report/held_out_answers.h"
#include "heed/examples/cli/report/report_figure.h"
#include "heed/examples/cli/tasks/task_form.h"

namespace heed {

struct ExamplesSection {
  std::string html;
  std::vector<ReportFigure> figures;  ///< that it has places for
  JsonValue confusion{};              ///< for the script; null: there are too many symbols
};

/// `checkpoint` is what answered, for the reader.
ExamplesSection examples_section(const HeldOutAnswers& answers, const TaskForm& form,
                                 const std::string& checkpoint);

}  // namespace heed
