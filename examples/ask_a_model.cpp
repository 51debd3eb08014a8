// Asks a trained model from C++. A file that `heed export` wrote, a checkpoint or a run directory
// is all it takes: no data, no list of tasks, no command line.
//
//   ask_a_model sort.safetensors "3 1 2 5 9 0 4 4 8 1 7 7"
//
// Without arguments it first trains and exports a small model, and checks what that answers.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "heed/examples/cli/inspect/answering.h"
#include "heed/examples/cli/program.h"
#include "heed/examples/cli/runs/trained_model.h"

using namespace heed;

namespace {

std::string answer_of(const std::string& file, const std::string& question) {
  const TrainedModel trained = load_trained_model(file);
  Answerer answerer(*trained.model, trained.form);
  return answerer.ask(question);
}

/// What `heed` does with these arguments.
void run_heed(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv{"heed"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  const int code = run_program(static_cast<int>(argv.size()), argv.data());
  if (code != 0) std::exit(code);
}

/// Exports a model that has learned to reverse four symbols.
void make_small_model(const std::filesystem::path& folder, const std::string& file) {
  run_heed({"init", "reverse", "--out", folder / "reverse.json"});
  run_heed({"train", folder / "reverse.json", "--out", folder / "run", "--set", "task.length=4"});
  run_heed({"export", folder / "run", "--out", file});
  std::filesystem::remove_all(folder / "run");  // the file is all it takes
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) {
    std::cout << answer_of(argv[1], argv[2]) << "\n";
    return 0;
  }
  std::string folder = std::filesystem::temp_directory_path() / "ask_a_model.XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const std::string file = folder + "/reverse.safetensors";
  make_small_model(folder, file);
  const std::string answer = answer_of(file, "3 1 4 5");
  std::cout << "3 1 4 5 is answered " << answer << "\n";
  std::filesystem::remove_all(folder);
  return answer == "5 4 1 3" ? 0 : 1;
}
