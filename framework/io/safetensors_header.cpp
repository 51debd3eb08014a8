#include "heed/framework/io/safetensors_header.h"

#include <algorithm>
#include <utility>

#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/json_scanner.h"
#include "heed/framework/io/safetensors_checksums.h"
#include "heed/framework/io/safetensors_dtype.h"

namespace heed {
namespace {

constexpr std::string_view metadata_key = "__metadata__";

/// Reads the JSON into entries, in the order of the text, and metadata.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, std::string_view file) : scanner_(text, file), file_(file) {}

  SafetensorsHeader parse() {
    scanner_.object([&](std::string key) {
      key == metadata_key ? parse_metadata() : parse_entry(std::move(key));
    });
    scanner_.end();
    return std::move(header_);
  }

 private:
  void parse_metadata() {
    if (std::exchange(has_metadata_, true)) fail("__metadata__ appears twice");
    scanner_.object([&](std::string key) {
      if (header_.metadata.size() == safetensors_metadata_limit) {
        fail(text_of("more than ", safetensors_metadata_limit, " keys in __metadata__"));
      }
      std::string value = scanner_.string();
      const auto [at, fresh] = header_.metadata.try_emplace(std::move(key), std::move(value));
      if (!fresh) fail("a key of __metadata__ appears twice: " + in_quotes(at->first));
    });
  }

  void parse_entry(std::string name) {
    if (header_.entries.size() == safetensors_tensor_limit) {
      fail(text_of("more than ", safetensors_tensor_limit, " tensors"));
    }
    TensorEntry& entry = header_.entries.emplace_back();
    entry.name = std::move(name);
    bool has_dtype = false, has_shape = false, has_offsets = false;
    const auto first_time = [&](bool& has, std::string_view field) {
      if (std::exchange(has, true)) fail(entry, text_of(field, " appears twice"));
    };
    scanner_.object([&](const std::string& field) {
      if (field == "dtype") {
        first_time(has_dtype, field);
        parse_dtype(entry);
      } else if (field == "shape") {
        first_time(has_shape, field);
        parse_shape(entry);
      } else if (field == "data_offsets") {
        first_time(has_offsets, field);
        parse_offsets(entry);
      } else {
        fail(entry, "unknown field " + in_quotes(field) +
                        "; the format has dtype, shape and data_offsets");
      }
    });
    if (!has_dtype) fail(entry, "dtype is missing");
    if (!has_shape) fail(entry, "shape is missing");
    if (!has_offsets) fail(entry, "data_offsets is missing");
  }

  void parse_dtype(TensorEntry& entry) {
    entry.dtype = scanner_.string();
    if (find_file_dtype(entry.dtype) != nullptr) return;
    fail(entry, text_of(is_file_dtype(entry.dtype) ? "unsupported dtype: " : "unknown dtype: ",
                        in_quotes(entry.dtype), "; heed reads ", readable_dtypes()));
  }

  void parse_shape(TensorEntry& entry) {
    scanner_.array([&] {
      if (entry.shape.size() == max_rank) {
        fail(entry, text_of("more than ", max_rank, " dimensions"));
      }
      const uint64_t size = scanner_.integer();
      if (size > INT64_MAX) fail(entry, text_of("a size above 2^63 - 1: ", size));
      entry.shape.push_back(static_cast<int64_t>(size));
    });
  }

  void parse_offsets(TensorEntry& entry) {
    scanner_.expect('[');
    entry.begin = scanner_.integer();
    scanner_.expect(',');
    entry.end = scanner_.integer();
    scanner_.expect(']');
    if (entry.begin > entry.end) {
      fail(entry, text_of("data_offsets run backwards: [", entry.begin, ", ", entry.end, "]"));
    }
  }

  [[noreturn]] void fail(std::string_view rule) const { throw IoError(file_, ": ", rule); }
  [[noreturn]] void fail(const TensorEntry& entry, std::string_view rule) const {
    fail_tensor(file_, entry.name, rule);
  }

  JsonScanner scanner_;
  std::string_view file_;
  SafetensorsHeader header_;
  bool has_metadata_ = false;
};

/// Bytes of the entry's elements. Throws IoError when they cannot be counted.
uint64_t bytes_of(const TensorEntry& entry, std::string_view file) {
  uint64_t bytes = 0;
  try {
    const auto numel = static_cast<uint64_t>(numel_of(entry.shape));
    const uint64_t itemsize = find_file_dtype(entry.dtype)->itemsize;
    if (!__builtin_mul_overflow(numel, itemsize, &bytes) && bytes <= INT64_MAX) return bytes;
  } catch (const ShapeError&) {  // too many elements even to count
  }
  fail_tensor(file, entry.name, "too many bytes to count: ", entry.shape, " of ", entry.dtype);
}

/// The data of the entries, which are sorted by it, must fill the file's without gaps.
void check_layout(const std::vector<TensorEntry>& entries, uint64_t data_size,
                  std::string_view file) {
  uint64_t expected = 0;
  for (const TensorEntry& entry : entries) {
    const auto fail = [&](const auto&... parts) { fail_tensor(file, entry.name, parts...); };
    const uint64_t bytes = bytes_of(entry, file), given = entry.end - entry.begin;
    if (bytes != given) {
      fail(entry.shape, " of ", entry.dtype, " takes ", bytes, " bytes, data_offsets hold ", given);
    }
    if (entry.begin < expected) {
      fail("overlaps the tensor before it: begins at byte ", entry.begin, " of the data, not at ",
           expected);
    }
    if (entry.begin > expected) {
      fail("a gap before it: begins at byte ", entry.begin, " of the data, not at ", expected);
    }
    if (entry.end > data_size) {
      fail("the file is incomplete: its data ends at byte ", data_size, ", the tensor at ",
           entry.end);
    }
    expected = entry.end;
  }
  if (expected < data_size) {
    throw IoError(file, ": bytes after the last tensor: the data has ", data_size,
                  ", the tensors take ", expected);
  }
}

void check_utf8(std::string_view text, std::string_view what, std::string_view file) {
  const size_t bad = first_invalid_utf8(text);
  if (bad == text.size()) return;
  throw IoError(file, ": ", what, " is not UTF-8: found the byte ",
                static_cast<unsigned>(static_cast<unsigned char>(text[bad])), " at its byte ", bad);
}

std::string shape_text(const Shape& shape) {
  std::string text = "[";
  for (const int64_t size : shape) text += (text.size() > 1 ? "," : "") + std::to_string(size);
  return text + "]";
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t data_size,
                                           std::string_view name) {
  check_utf8(text, "the header", name);
  if (!text.starts_with('{')) throw IoError(name, ": the header does not begin with \"{\"");
  SafetensorsHeader header = HeaderParser(text, name).parse();
  take_checksums(header, name);
  std::stable_sort(header.entries.begin(), header.entries.end(),
                   [](const TensorEntry& a, const TensorEntry& b) {
                     return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
                   });
  check_layout(header.entries, data_size, name);
  return header;
}

std::string safetensors_header_text(const SafetensorsHeader& header, std::string_view name) {
  if (header.entries.size() > safetensors_tensor_limit) {
    throw IoError(name, ": too many tensors: ", header.entries.size(), ", at most ",
                  safetensors_tensor_limit);
  }
  std::string text = "{\"__metadata__\":{";
  const std::map<std::string, std::string> metadata = metadata_with_checksums(header, name);
  if (metadata.size() > safetensors_metadata_limit) {
    throw IoError(name, ": too much metadata: ", metadata.size(),
                  " keys with the checksums, at most ", safetensors_metadata_limit);
  }
  for (const auto& [key, value] : metadata) {
    check_utf8(key, "a key of the metadata", name);
    check_utf8(value, "the metadata of " + in_quotes(key), name);
    if (text.back() != '{') text += ',';
    text += json_string(key) + ":" + json_string(value);
  }
  text += '}';
  for (const TensorEntry& entry : header.entries) {
    text += "," + json_string(entry.name) + ":{\"dtype\":\"" + entry.dtype +
            "\",\"shape\":" + shape_text(entry.shape) + ",\"data_offsets\":[" +
            std::to_string(entry.begin) + "," + std::to_string(entry.end) + "]}";
  }
  text += '}';
  if (text.size() > safetensors_header_limit) {
    throw IoError(name, ": the header is too large: ", text.size(), " bytes, at most ",
                  safetensors_header_limit);
  }
  return text;
}

}  // namespace heed
