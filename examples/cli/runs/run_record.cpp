#include "heed/examples/cli/runs/run_record.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/commit.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"

namespace heed {
namespace {

constexpr size_t size_limit = size_t{1} << 24;  // bytes
constexpr size_t most_sessions = 1000;          // the first one and the latest ones
constexpr std::string_view running = "running";

/// "2026-05-01T12:00:00Z".
std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text.data(), size};
}

int64_t milliseconds() {
  using std::chrono::steady_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             steady_clock::now().time_since_epoch())
      .count();
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string current_directory() {
  std::error_code ignored;
  return std::filesystem::current_path(ignored).string();
}

std::string crc_of(std::string_view text) {
  Crc32 checksum;
  checksum.add(text);
  return checksum_text(checksum.value());
}

/// Sets a member that is there.
void set(JsonValue& object, std::string_view name, const JsonValue& value) {
  for (JsonValue& member : object.children) {
    if (member.name != name) continue;
    std::string kept = std::move(member.name);
    member = value;
    member.name = std::move(kept);
  }
}

bool member_is(const JsonValue& object, const char* name, std::string_view text) {
  const JsonValue* found = object.find(name);
  return found != nullptr && found->kind == JsonValue::Kind::string && found->text == text;
}

std::string member_text(const JsonValue& object, const char* name) {
  const JsonValue* found = object.find(name);
  return found != nullptr && found->kind == JsonValue::Kind::string ? found->text : "";
}

template <class T>
std::optional<T> member_number(const JsonValue& object, const char* name) {
  const JsonValue* found = object.find(name);
  if (found == nullptr || found->kind != JsonValue::Kind::number) return {};
  return parse_number<T>(found->text);
}

Session session_of(const JsonValue& json) {
  Session session{.directory = member_text(json, "directory"),
                  .host = member_text(json, "host"),
                  .started = member_text(json, "started"),
                  .heed = member_text(json, "heed"),
                  .commit = member_text(json, "commit"),
                  .simd = member_text(json, "simd"),
                  .blas = member_text(json, "blas"),
                  .from = member_text(json, "from"),
                  .threads = member_number<int64_t>(json, "threads"),
                  .ranks = member_number<int64_t>(json, "ranks"),
                  .first_step = member_number<int64_t>(json, "first_step"),
                  .last_step = member_number<int64_t>(json, "last_step"),
                  .end = member_text(json, "end"),
                  .ended = member_text(json, "ended"),
                  .seconds = member_number<double>(json, "seconds")};
  const JsonValue* command = json.find("command");
  if (command == nullptr) return session;
  for (const JsonValue& word : command->children) session.command.push_back(word.text);
  return session;
}

}  // namespace

RunRecord RunRecord::of_new_run() {
  RunRecord record;
  record.set_id("");
  return record;
}

void RunRecord::set_id(std::string id) {
  uint64_t number = 0;
  if (getentropy(&number, sizeof number) != 0) number = static_cast<uint64_t>(milliseconds());
  id_ = id.empty() ? fmt::format("{:016x}", number) : std::move(id);
}

RunRecord RunRecord::read(const std::string& run) {
  const std::string path = record_file(run);
  RunRecord record;
  if (is_free(path)) return record;
  const auto fail = [&](const std::string& why) -> IoError {
    return IoError(path, ": damaged: ", why, "; without the file the run resumes all the same");
  };
  try {
    const JsonValue json = read_json(read_file(path, size_limit, Links::refuse), size_limit);
    const JsonValue* sessions = json.find("sessions");
    if (sessions == nullptr || sessions->kind != JsonValue::Kind::array) {
      throw fail("\"sessions\" is missing");
    }
    record.sessions_ = sessions->children;
    if (const JsonValue* id = json.find("id"); id != nullptr) {
      if (id->kind != JsonValue::Kind::string || id->text.empty())
        throw fail("\"id\" is not a text");
      record.id_ = id->text;
    }
  } catch (const JsonError& error) {
    throw fail(text_of("not JSON at byte ", error.offset(), ": ", std::string_view(error.what())));
  }
  for (const JsonValue& session : record.sessions_) {
    if (session.kind != JsonValue::Kind::object) throw fail("a session is not an object");
  }
  return record;
}

void RunRecord::begin(const SessionStart& start) {
  if (!sessions_.empty() && member_is(sessions_.back(), "end", running)) {
    set(sessions_.back(), "end", "killed, or the machine went down");
  }
  if (sessions_.size() >= most_sessions) sessions_.erase(sessions_.begin() + 1);
  const Origin origin = this_origin();
  JsonValue session = {{"command", start.command}, {"directory", current_directory()},
                       {"host", host_name()},      {"started", now_text()},
                       {"heed", origin.version},   {"commit", source_commit()},
                       {"simd", origin.simd},      {"blas", origin.blas},
                       {"threads", num_threads()}};
  if (start.ranks > 1) session.add("ranks", start.ranks);
  if (!start.from.empty()) session.add("from", start.from);
  session.add("first_step", start.step)
      .add("config_crc32", crc_of(start.config))
      .add("data", heed::to_json(start.data))
      .add("end", running);
  sessions_.push_back(std::move(session));
  began_ = milliseconds();
}

void RunRecord::end(std::string_view how, int64_t step) {
  JsonValue& session = sessions_.back();
  if (!member_is(session, "end", running)) return;
  set(session, "end", how);
  session.add("last_step", step)
      .add("ended", now_text())
      .add("seconds", static_cast<double>(milliseconds() - began_) / 1000);
}

std::optional<DataFingerprint> RunRecord::data_of(std::string_view config) const {
  const std::string checksum = crc_of(config);
  for (auto session = sessions_.rbegin(); session != sessions_.rend(); ++session) {
    if (!member_is(*session, "config_crc32", checksum)) continue;
    const JsonValue* data = session->find("data");
    return data == nullptr ? std::nullopt : read_fingerprint(*data);
  }
  return {};
}

std::vector<Session> RunRecord::sessions() const {
  std::vector<Session> all;
  for (const JsonValue& session : sessions_) all.push_back(session_of(session));
  return all;
}

std::string RunRecord::to_json() const {
  return json_file({{"id", id_}, {"sessions", sessions_}});
}

}  // namespace heed
