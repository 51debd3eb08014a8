// `heed leaks`: looks for outputs that depend on what they must not see.
#include <fmt/format.h>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/inspect/leaks/leak_check.h"
#include "heed/examples/cli/inspect/long_work.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr int64_t most_pairs = int64_t{1} << 24;  // of 2,048 tokens

struct LeaksArguments {
  TrainedArguments source;
  int64_t pairs = most_pairs;
  int64_t minutes = usual_minutes;
};

Options leaks_options(LeaksArguments& arguments) {
  return with_model(
      arguments.source,
      {Option::value("--pairs", &arguments.pairs, "N",
                     "refuse more pairs of an output and an input than this; each takes 9 bytes of "
                     "memory; default 16777216")
           .at_least(1),
       minutes_option(arguments.minutes)});
}

void check_pairs(const LeaksArguments& arguments, int64_t pairs) {
  if (pairs <= arguments.pairs) return;
  refuse(arguments.source.path,
         fmt::format("leaks: {} pairs of an output and an input, more than {}; --pairs N allows "
                     "more, a shorter sequence has less",
                     pairs, arguments.pairs));
}

std::string leaks_line(const LeakCheck& check, const std::string& config) {
  JsonValue worst;  // null if nothing leaks
  if (check.worst) {
    const PositionPair& pair = *check.worst;
    worst = {{"tokens", check.tokens},
             {"output", std::vector{pair.output_sequence, pair.output}},
             {"input", std::vector{pair.input_sequence, pair.input}},
             {"value", pair.value}};
  }
  const JsonValue line = {{"config", config},          {"outputs", check.outputs},
                          {"pairs", check.pairs},      {"leaks", check.leaks},
                          {"unused", check.unused},    {"worst", worst},
                          {"passed", check.leaks == 0}};
  return json_line(line);
}

void run_leaks(const Program& program, const LeaksArguments& arguments) {
  const NamedModel named = named_model(program, arguments.source);
  const auto [outputs, pairs] = leak_sizes(named.form.shape);
  check_pairs(arguments, pairs);
  const LeakQuestion question = leak_question(*named.model, named.form, named.seed);
  say(named.name + ": " + question.rules);
  LongWork work({.name = named.name,
                 .parts = "outputs",
                 .count = outputs,
                 .most_minutes = arguments.minutes,
                 .instead = "a shorter sequence"});
  const LeakCheck check = check_leaks(*named.model, question.batch, [&] { work.next(); });
  say(leak_pictures(check.maps));
  write_result(leaks_line(check, named.name));
  if (check.worst) throw LeakFailure(check.failure_text());
  say(fmt::format("leaks: passed: 0 of {} pairs leak; {} unused", check.pairs,
                  counted(check.unused, "visible pair")));
}

}  // namespace

Command leaks_command() {
  return {
      .name = "leaks",
      .stage = Stage::analyse,
      .summary = "prove that no output depends on a position that it must not see",
      .description =
          "Checks in f64 that these gradients are exactly 0: of each output with respect "
          "to the tokens of other sequences, to later ones where the model may not see them, "
          "and to padding (of random length, if the attention supports masks). The last line on "
          "stdout is the result as JSON.",
      .exit_status = {{"0", "nothing leaks"},
                      {"1", "a leak was found, or the command failed"},
                      {"2", "bad input; nothing was done"}},
      .examples = {{"heed leaks configs/induction.json", "checks a causal model"}},
      .call = calling(leaks_options, run_leaks)};
}

}  // namespace heed
