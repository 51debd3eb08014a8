// What `heed train` does with an experiment and its run directory: on rank 0, if there are several.
#pragma once

#include "heed/examples/cli/report/live_report.h"
#include "heed/examples/cli/runs/progress_bar.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/examples/cli/training/experiment.h"

namespace heed {

/// What shows a training and logs it.
ProgressBar progress_of(RunDirectory& directory, const Experiment& experiment);

/// Trains, writes and shows what happens, and ends with the result on stdout; run.json says how it
/// fails, if it does. `report`: nullptr if none is kept. Throws Interrupted, DivergedError,
/// IoError.
void train_recorded(RunDirectory& directory, Experiment& experiment, ProgressBar& progress,
                    LiveReport* report);

}  // namespace heed
