// `heed predict`: runs a trained model on inputs, or continues a prompt.
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <optional>
#include <system_error>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/inspect/answering.h"
#include "heed/examples/cli/inspect/heads/attention_watch.h"
#include "heed/examples/cli/inspect/heads/head_lab.h"
#include "heed/examples/cli/inspect/rows_json.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr size_t longest_line = size_t{1} << 20;  // bytes

struct PredictArguments {
  TrainedArguments trained;
  std::vector<std::string> inputs;    // none: the lines of stdin
  std::optional<std::string> prompt;  // in place of inputs
  std::optional<int64_t> tokens, top_k, seed, beams;
  std::optional<double> temperature, top_p, repetition_penalty, length_penalty;
  std::optional<std::string> stop;
  bool attention = false, scores = false, json = false;
};

Options predict_options(PredictArguments& arguments) {
  return with_trained(
      arguments.trained,
      {Option::value("--input", &arguments.inputs, "TEXT",
                     "input to run the model on, for example --input \"3 1 2\"; may be repeated; "
                     "without it and "
                     "without --prompt each line of stdin is answered"),
       Option::value("--prompt", &arguments.prompt, "TEXT",
                     "continue this text: for models that predict the next symbol"),
       Option::value("--tokens", &arguments.tokens, "N",
                     "number of symbols to generate after the prompt; default 100")
           .at_least(1)
           .at_most(1'000'000),
       Option::value(
           "--temperature", &arguments.temperature, "T",
           "0: the most likely symbol each time (the default); 1: sample from the model's "
           "probabilities; higher is more uniform"),
       Option::value("--top-k", &arguments.top_k, "K",
                     "sample only among the K most likely symbols")
           .at_least(1),
       Option::value("--top-p", &arguments.top_p, "P",
                     "sample only among the fewest symbols that are likely enough to have "
                     "probability P together, for example 0.9"),
       Option::value("--repetition-penalty", &arguments.repetition_penalty, "R",
                     "divide the scores of symbols that have occurred by R if they are positive, "
                     "multiply them if not; default 1, 1.1 to 1.5 avoids repetition"),
       Option::value("--stop", &arguments.stop, "TEXT",
                     "end before this text is generated: one symbol or several"),
       Option::value("--seed", &arguments.seed, "N", "seed for sampling; default 0").at_least(0),
       Option::value("--beams", &arguments.beams, "N",
                     "search for the most likely answer with N candidates at a time, instead of "
                     "taking the most likely symbol each time: for encoder-decoders")
           .at_least(1)
           .at_most(1024),
       Option::value("--length-penalty", &arguments.length_penalty, "A",
                     "compare candidates by log-probability / length^A; default 1, and 0 prefers "
                     "short answers"),
       Option::flag("--attention", &arguments.attention,
                    "the weights of each head as text, or as arrays with --json"),
       Option::flag("--scores", &arguments.scores,
                    "with --json: the scores of each class at each position"),
       Option::flag("--json", &arguments.json, "a line of JSON for each answer")});
}

/// Which of the options go together.
void check_predict(const PredictArguments& arguments) {
  const auto need = [](bool is_fine, const char* message) {
    if (!is_fine) throw UsageError("heed predict: ", std::string_view(message));
  };
  const double temperature = arguments.temperature.value_or(0);
  need(!arguments.prompt || arguments.inputs.empty(),
       "--prompt continues a text, --input answers one; choose one of them");
  need(arguments.prompt || (!arguments.tokens && !arguments.temperature),
       "--tokens and --temperature need a --prompt");
  need(arguments.prompt || (!arguments.repetition_penalty && !arguments.stop),
       "--repetition-penalty and --stop need a --prompt");
  need(!arguments.prompt || !arguments.beams,
       "--beams searches for an answer, not for a prompt's "
       "next symbols; remove --prompt or --beams");
  need(arguments.beams || !arguments.length_penalty, "--length-penalty needs --beams");
  need(std::isfinite(temperature) && temperature >= 0,
       "--temperature must be at least 0 and finite");
  need(temperature > 0 || (!arguments.top_k && !arguments.top_p && !arguments.seed),
       "--top-k, --top-p and --seed need a --temperature above 0");
  const double top_p = arguments.top_p.value_or(1);
  need(top_p > 0 && top_p <= 1, "--top-p must be above 0 and at most 1");
  const double penalty = arguments.repetition_penalty.value_or(1);
  need(penalty > 0 && std::isfinite(penalty), "--repetition-penalty must be above 0 and finite");
  need(std::isfinite(arguments.length_penalty.value_or(1)), "--length-penalty must be finite");
  need(arguments.json || !arguments.scores, "--scores needs --json");
}

/// What `read` gives; what it finds wrong is bad input at `place`.
template <class Read>
auto read_at(const std::string& place, const Read& read) {
  try {
    return read();
  } catch (const ValueError& error) {
    refuse(place, error.what());
  }
}

/// A line of stdin, without its end.
struct InputLine {
  std::string text;
  bool is_too_long = false;  // then `text` is its beginning
};

/// The next line; none at the end. Throws RunError if stdin cannot be read.
std::optional<InputLine> next_line() {
  InputLine line;
  bool any = false;
  for (int c = std::getc(stdin); c != EOF; c = std::getc(stdin)) {
    any = true;
    if (c == '\n') break;
    if (line.text.size() == longest_line) {
      line.is_too_long = true;
    } else {
      line.text += static_cast<char>(c);
    }
  }
  if (std::ferror(stdin) != 0) {
    throw RunError("stdin: cannot read: ", std::generic_category().message(errno));
  }
  if (!any) return {};
  if (line.text.ends_with('\r')) line.text.pop_back();
  return line;
}

JsonValue attention_json(const WatchedAttention& attention) {
  std::vector<JsonValue> heads;
  const Tensor& weights = attention.weights;
  const int64_t L_1 = weights.size(1), L_2 = weights.size(2);
  const std::vector<float> all = weights.to(DType::f32).to_vector<float>();
  for (int64_t h = 0; h < weights.size(0); ++h) {
    heads.push_back(rows_json(all.data() + h * L_1 * L_2, L_1, L_2));
  }
  return {{"path", attention.path},
          {"queries", attention.queries},
          {"keys", attention.keys},
          {"weights", heads}};
}

class Predictor {
 public:
  Predictor(const PredictArguments& arguments, const TrainedModel& trained)
      : arguments_(arguments),
        model_(*trained.model),
        form_(trained.form),
        answerer_(model_, form_) {
    if (!arguments.attention) return;
    watch_.emplace(model_);
    if (watch_->empty()) refuse("--attention", no_heads);
  }

  Sequence read(const std::string& place, const std::string& text) const {
    return read_at(place, [&] { return answerer_.input_of(text); });
  }

  void answer(const std::string& place, const std::string& text, const Sequence& input) {
    const Answer answer = answer_of(place, input);
    if (answer.is_short) {
      say(text_of(place, ": note: ", input.size(), " symbols; the sequences of the task have ",
                  form_.questions.shortest == form_.shape.length ? "" : "at least ",
                  form_.questions.shortest, "; the model was only trained on longer inputs"));
    }
    show(text, answer);
  }

  void continue_prompt(const std::string& prompt) {
    const std::string place = "--prompt " + in_quotes(prompt);
    constexpr int64_t usual = 100;
    Rng rng(stream(static_cast<uint64_t>(arguments_.seed.value_or(0)), Purpose::user));
    Continuation how{.count = arguments_.tokens.value_or(usual),
                     .sampling = {.temperature = arguments_.temperature.value_or(0),
                                  .top_k = arguments_.top_k,
                                  .top_p = arguments_.top_p,
                                  .repetition_penalty = arguments_.repetition_penalty.value_or(1)}};
    if (arguments_.stop) {
      how.stop = read_at("--stop " + in_quotes(*arguments_.stop),
                         [&] { return answerer_.symbols_of(*arguments_.stop); });
    }
    const Answer answer =
        read_at(place, [&] { return answerer_.continued(answerer_.symbols_of(prompt), how, rng); });
    show(prompt, answer);
  }

 private:
  Answer answer_of(const std::string& place, const Sequence& input) {
    if (!arguments_.beams) return answerer_.answer(input);
    return read_at(place, [&] {
      return answerer_.searched(input, {.beams = *arguments_.beams,
                                        .length_penalty = arguments_.length_penalty.value_or(1)});
    });
  }

  JsonValue beams_json(const Answer& answer) const {
    std::vector<JsonValue> found;
    for (const Hypothesis& one : answer.found) {
      found.push_back({{"answer", form_.tokenizer.answer_text(one.tokens)},
                       {"log_probability", one.log_probability},
                       {"score", one.score}});
    }
    return found;
  }

  void show(const std::string& input, const Answer& answer) {
    const std::string text = form_.tokenizer.answer_text(answer.symbols);
    std::vector<WatchedAttention> attentions;
    if (watch_) attentions = watch_->watch(answer.read, form_.tokenizer);
    if (!arguments_.json) {
      std::string shown = text + "\n";
      for (const WatchedAttention& attention : attentions) shown += watched_text(attention);
      return write_result(shown);
    }
    JsonValue line = {{"input", input}, {"answer", text}};
    if (!answer.found.empty()) line.add("beams", beams_json(answer));
    if (arguments_.scores) {
      const NoGrad guard;
      const Tensor scores = model_(answer.read);  // [1, L, classes]
      const std::vector<float> all = scores.to_vector<float>();
      line.add("scores", rows_json(all.data(), scores.size(1), scores.size(2)));
    }
    std::vector<JsonValue> watched;
    for (const WatchedAttention& attention : attentions) {
      watched.push_back(attention_json(attention));
    }
    if (!watched.empty()) line.add("attention", watched);
    write_result(json_line(line));
  }

  const PredictArguments& arguments_;
  Model& model_;
  const TaskForm& form_;
  Answerer answerer_;
  std::optional<AttentionWatch> watch_;
};

/// Answers each line of stdin. One that cannot be read is reported, the others are answered still.
void answer_lines(Predictor& predictor) {
  int64_t number = 0, bad = 0;
  while (const auto line = next_line()) {
    const std::string place = text_of("stdin:", ++number);
    try {
      if (line->is_too_long) {
        refuse(place, text_of("a line of more than ", longest_line, " bytes"));
      }
      predictor.answer(place, line->text, predictor.read(place, line->text));
    } catch (const ConfigError& error) {
      ++bad;
      say(error.what());
    }
  }
  if (bad > 0) refuse("stdin", text_of("not answered: ", bad, " of ", number, " lines"));
}

void run_predict(const Program& program, const PredictArguments& arguments) {
  check_predict(arguments);
  const TrainedModel trained = load_named(program, arguments.trained);
  Predictor predictor(arguments, trained);
  if (arguments.prompt) return predictor.continue_prompt(*arguments.prompt);
  std::vector<std::pair<std::string, Sequence>> inputs;  // all are read before one is answered
  for (const std::string& text : arguments.inputs) {
    std::string place = "--input " + in_quotes(text);
    Sequence symbols = predictor.read(place, text);
    inputs.emplace_back(std::move(place), std::move(symbols));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    predictor.answer(inputs[i].first, arguments.inputs[i], inputs[i].second);
  }
  if (!inputs.empty()) return;
  answer_lines(predictor);
}

}  // namespace

Command predict_command() {
  return {.name = "predict",
          .stage = Stage::use,
          .summary = "run a trained model on input",
          .description =
              "Symbols are the task's own words with spaces between them, or the characters of a "
              "text. An answer is a line on stdout; `.` marks positions that are not scored. An "
              "encoder-decoder generates its answer symbol by symbol, the most "
              "likely one each time, or searches for the most likely answer with --beams; --json "
              "then lists all that it found. A line of stdin that cannot be read is reported, the "
              "others are answered, and the exit code is 2.\n\n"
              "After a prompt the model sees only the last symbols, up to the task's sequence "
              "length: the beginning of a longer prompt has no influence. Writes nothing.",
          .examples = {{"heed predict runs/sort-1 --input \"3 1 2 5 9 0 4 4 8 1 7 7\"",
                        "answers one sequence"},
                       {"heed predict runs/text-1 --prompt \"The \" --tokens 200 --temperature 0.8",
                        "continues a text"}},
          .call = calling(predict_options, run_predict)};
}

}  // namespace heed
