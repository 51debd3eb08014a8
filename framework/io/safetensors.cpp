#include "heed/framework/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <functional>
#include <span>
#include <utility>

#include "heed/framework/base/memory.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/checksum.h"
#include "heed/framework/io/input_file.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/output_file.h"
#include "heed/framework/io/safetensors_dtype.h"

static_assert(std::endian::native == std::endian::little, "elements are copied as they are");

namespace heed {
namespace {

/// Bytes read at a time: they are still in the cache when their checksum is taken.
constexpr size_t piece_size = size_t{1} << 18;

// Reading. A file and bytes in memory are both read once, from the start to the end.

struct Source {
  uint64_t size;
  std::function<void(char* to, size_t count)> read;  ///< the next `count` bytes
  std::string_view name;
};

Source source_of(std::string_view bytes, std::string_view name) {
  return {bytes.size(),
          [rest = bytes](char* to, size_t count) mutable {
            std::copy_n(rest.begin(), count, to);
            rest.remove_prefix(count);
          },
          name};
}

Source source_of(InputFile& file, std::string_view name) {
  return {file.size(), [&file](char* to, size_t count) { file.read(to, count); }, name};
}

uint32_t checksum_of(std::string_view header) {
  Crc32 sum;
  sum.add(header);
  return sum.value();
}

SafetensorsHeader read_header(const Source& source, uint32_t* checksum = nullptr) {
  uint64_t size = 0;
  if (source.size < sizeof size) {
    throw IoError(source.name, ": too short for a safetensors file: ", source.size,
                  " bytes; the first 8 are the size of its header");
  }
  source.read(reinterpret_cast<char*>(&size), sizeof size);
  const uint64_t rest = source.size - sizeof size;
  if (size > safetensors_header_limit) {
    throw IoError(source.name, ": the header is too large: ", size, " bytes, at most ",
                  safetensors_header_limit, "; is it a safetensors file?");
  }
  if (size > rest) {
    throw IoError(source.name, ": the file is incomplete: its header takes ", size, " bytes, ",
                  rest, " follow");
  }
  std::string text(static_cast<size_t>(size), '\0');
  source.read(text.data(), text.size());
  if (checksum != nullptr) *checksum = checksum_of(text);
  return parse_safetensors_header(text, rest - size, source.name);
}

/// The next `bytes` bytes into `to`.
void read_elements(const Source& source, char* to, uint64_t bytes, Crc32& sum) {
  while (bytes > 0) {
    const auto count = static_cast<size_t>(std::min<uint64_t>(bytes, piece_size));
    source.read(to, count);
    sum.add({to, count});
    to += count;
    bytes -= count;
  }
}

void read_halves(const Source& source, const FileDType& dtype, const Tensor& tensor, Crc32& sum) {
  std::vector<uint16_t> halves(piece_size / sizeof(uint16_t));
  float* to = tensor.mutable_data<float>();
  for (auto left = static_cast<size_t>(tensor.numel()); left > 0;) {
    const std::span<uint16_t> piece = std::span(halves).first(std::min(left, halves.size()));
    read_elements(source, reinterpret_cast<char*>(piece.data()), piece.size_bytes(), sum);
    widen(dtype, piece, to);
    to += piece.size();
    left -= piece.size();
  }
}

/// Bytes other than 0 and 1 are not a bool, and reading them as one is undefined.
void check_booleans(const Source& source, const TensorEntry& entry, const Tensor& tensor) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(tensor.storage().data());
  const auto* end = bytes + tensor.numel();
  const auto* bad = std::find_if(bytes, end, [](unsigned char byte) { return byte > 1; });
  if (bad == end) return;
  fail_tensor(source.name, entry.name, "a BOOL must be 0 or 1: element ", bad - bytes, " is ",
              static_cast<int>(*bad));
}

Tensor read_tensor(const Source& source, const TensorEntry& entry) {
  const FileDType& dtype = *find_file_dtype(entry.dtype);
  Tensor tensor = Tensor::empty(entry.shape, dtype.held);
  Crc32 sum;
  if (static_cast<int64_t>(dtype.itemsize) == itemsize(dtype.held)) {
    char* to = reinterpret_cast<char*>(tensor.storage().data());
    read_elements(source, to, entry.end - entry.begin, sum);
  } else {
    read_halves(source, dtype, tensor, sum);
  }
  if (entry.checksum && *entry.checksum != sum.value()) {
    fail_tensor(source.name, entry.name, "its data is damaged: its checksum is ",
                checksum_text(sum.value()), ", not ", checksum_text(*entry.checksum));
  }
  if (dtype.held == DType::boolean) check_booleans(source, entry, tensor);
  return tensor;
}

TensorFile read_all(const Source& source) {
  TensorFile file;
  SafetensorsHeader header = read_header(source, &file.checksum);
  file.tensors.reserve(header.entries.size());
  for (TensorEntry& entry : header.entries) {
    Tensor tensor = read_tensor(source, entry);
    file.tensors.emplace_back(std::move(entry.name), std::move(tensor));
  }
  file.metadata = std::move(header.metadata);
  return file;
}

// Writing.

/// Calls `use` with the elements in row-major order.
void with_bytes(const Tensor& tensor, const std::function<void(std::string_view)>& use) {
  const Tensor dense = tensor.detach().contiguous();
  const int64_t size = itemsize(dense.dtype());
  const auto* first = reinterpret_cast<const char*>(dense.storage().data());
  use({first + dense.offset() * size, static_cast<size_t>(dense.numel() * size)});
}

/// What is to be written, checked and with its header made.
class Writer {
 public:
  Writer(const NamedTensors& tensors, const std::map<std::string, std::string>& metadata,
         std::string_view file) {
    for (const auto& [name, tensor] : tensors) check(name, tensor, file);
    for (const auto& [name, tensor] : tensors) order_.push_back({&name, &tensor});
    std::stable_sort(order_.begin(), order_.end(), [](const Item& a, const Item& b) {
      return itemsize(a.tensor->dtype()) > itemsize(b.tensor->dtype());
    });
    SafetensorsHeader header{{}, metadata};
    for (const Item& item : order_) header.entries.push_back(next_entry(item));
    head_ = safetensors_header_text(header, file);
    head_.resize((head_.size() + 7) / 8 * 8, ' ');  // the data is aligned to 8 bytes
    checksum_ = checksum_of(head_);
    const uint64_t size = head_.size();
    head_.insert(0, reinterpret_cast<const char*>(&size), sizeof size);
  }

  uint64_t size() const { return head_.size() + data_size_; }
  uint32_t checksum() const { return checksum_; }

  void write(const std::function<void(std::string_view)>& append) const {
    append(head_);
    for (const Item& item : order_) with_bytes(*item.tensor, append);
  }

 private:
  struct Item {
    const std::string* name;
    const Tensor* tensor;
  };

  static void check(const std::string& name, const Tensor& tensor, std::string_view file) {
    if (name == "__metadata__") {
      fail_tensor(file, name, "the format reserves this name for the metadata");
    }
    if (first_invalid_utf8(name) != name.size()) fail_tensor(file, name, "its name is not UTF-8");
    if (!tensor.defined()) fail_tensor(file, name, "it is undefined");
  }

  TensorEntry next_entry(const Item& item) {
    Crc32 sum;
    with_bytes(*item.tensor, [&](std::string_view bytes) { sum.add(bytes); });
    const uint64_t begin = data_size_;
    data_size_ += static_cast<uint64_t>(item.tensor->numel() * itemsize(item.tensor->dtype()));
    return {*item.name, file_name_of(item.tensor->dtype()), item.tensor->shape(), begin, data_size_,
            sum.value()};
  }

  std::vector<Item> order_;
  uint64_t data_size_ = 0;
  uint32_t checksum_ = 0;
  std::string head_;  ///< the size of the header and the header
};

}  // namespace

std::string to_safetensors(const NamedTensors& tensors,
                           const std::map<std::string, std::string>& metadata) {
  const Writer writer(tensors, metadata, "to_safetensors");
  std::string bytes;
  bytes.reserve(memory_size(static_cast<int64_t>(writer.size())));
  writer.write([&](std::string_view piece) { bytes += piece; });
  return bytes;
}

uint32_t save_safetensors(const std::string& path, const NamedTensors& tensors,
                          const std::map<std::string, std::string>& metadata) {
  const Writer writer(tensors, metadata, path);
  OutputFile file(path);
  try {
    writer.write([&](std::string_view piece) { file.write(piece); });
    file.sync();
    file.close();
    return writer.checksum();
  } catch (...) {
    std::remove(path.c_str());
    throw;
  }
}

TensorFile read_safetensors(std::string_view bytes, std::string_view name) {
  return read_all(source_of(bytes, name));
}

TensorFile load_safetensors(const std::string& path, Links links) {
  InputFile file(path, links);
  return read_all(source_of(file, path));
}

SafetensorsHeader read_safetensors_header(std::string_view bytes, std::string_view name) {
  return read_header(source_of(bytes, name));
}

SafetensorsHeader load_safetensors_header(const std::string& path, Links links) {
  InputFile file(path, links);
  return read_header(source_of(file, path));
}

}  // namespace heed
