// The section of the model: its parameters as a tree, the shapes that data takes on its way through
// it, and how many directions each head compares and moves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heed/examples/cli/model/model.h"
#include "heed/examples/cli/report/report_figure.h"
#include "heed/examples/cli/tasks/task_form.h"

namespace heed {

struct ModelSection {
  std::string html;
  std::vector<ReportFigure> figures;  ///< that it has places for
};

/// Runs the model once.
ModelSection model_section(Model& model, const TaskForm& form);

}  // namespace heed
