#include <functional>
#include <map>
#include <new>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/page/session.h"
#include "heed/examples/cli/training/failure.h"

namespace heed {
namespace {

using Answers =
    std::map<std::string, std::function<JsonValue(PageSession&, const JsonValue&)>, std::less<>>;

/// By what the page asks for.
const Answers& page_answers() {
  static const Answers answers = {
      {"open",
       [](PageSession& session, const JsonValue& request) { return session.open(request); }},
      {"train",
       [](PageSession& session, const JsonValue& request) { return session.train(request); }},
      {"back", [](PageSession& session, const JsonValue&) { return session.go_back(); }},
      {"load", [](PageSession& session, const JsonValue&) { return session.load(); }},
      {"save", [](PageSession& session, const JsonValue&) { return session.save(); }},
      {"look", [](PageSession& session, const JsonValue&) { return session.look(); }},
      {"ask", [](PageSession& session, const JsonValue& request) { return session.ask(request); }},
      {"without", [](PageSession& session,
                     const JsonValue& request) { return session.evaluate_without(request); }},
      {"gradcheck",
       [](PageSession& session, const JsonValue&) { return session.check_gradients(); }},
      {"leaks", [](PageSession& session, const JsonValue&) { return session.measure_leaks(); }},
      {"trace", [](PageSession& session, const JsonValue&) { return session.trace(); }},
  };
  return answers;
}

JsonValue answer_to(PageSession& session, std::string_view text) {
  const JsonValue request = read_json(text);
  const JsonValue* name = request.find("do");
  const auto found = page_answers().find(name == nullptr ? "" : name->text);
  if (found == page_answers().end()) {
    throw ValueError("page: no such request: ", name == nullptr ? "nothing" : name->text);
  }
  return found->second(session, request);
}

std::string error_text(const char* kind, const std::string& message) {
  return json_text({{"error", JsonValue({{"kind", kind}, {"message", message}})}});
}

}  // namespace

std::string answer_request(PageSession& session, std::string_view request) noexcept {
  try {
    return json_text(answer_to(session, request));
  } catch (const ConfigError& error) {
    return error_text("config", error.what());
  } catch (const DivergedError& error) {
    return error_text("diverged", error.what());
  } catch (const Error& error) {
    return error_text("value", error.what());
  } catch (const std::bad_alloc&) {
    return error_text("memory", "out of memory: a smaller model or batch needs less");
  } catch (const std::exception& error) {
    return error_text("fault", error.what());
  }
}

}  // namespace heed
