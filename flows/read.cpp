#include "flows/read.hpp"

#include "flows/reader/file.hpp"
#include "flows/reader/refs.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace quipu {
namespace {

failure too_large(std::string name, findings& faults, const read_limits& limits) {
  auto why = fmt::format("{} has more than {} bytes, the limit (limits.definition.bytes)", name,
                         limits.bytes);
  faults.error({std::make_shared<const std::string>(std::move(name)), 1, 1}, why);
  return {fault::too_large, std::move(why)};
}

result<tree> read(const std::filesystem::path& file, const std::filesystem::path& folder,
                  std::string text, std::string name, findings& faults, const read_limits& limits) {
  if (text.size() > limits.bytes) return too_large(std::move(name), faults, limits);
  const auto told = faults.all().size();
  reader::budget used{limits, text.size()};
  reader::library files{folder, used, faults};
  if (auto root = files.read(file, {std::move(text), std::move(name)})) return std::move(*root);
  return failure{fault::invalid, to_string(faults.all().at(told))};
}

} // namespace

result<tree> read_file(const std::filesystem::path& file, findings& faults,
                       const read_limits& limits) {
  auto text = reader::load(file, limits.bytes);
  if (!text && text.error().code == fault::too_large)
    return too_large(file.string(), faults, limits);
  if (!text) return std::move(text).error();
  auto folder = file.parent_path();
  if (folder.empty()) folder = ".";
  return read(file, folder, std::move(*text), file.string(), faults, limits);
}

result<tree> read_text(std::string text, std::string name, findings& faults,
                       const read_limits& limits, const std::filesystem::path& folder) {
  return read({}, folder, std::move(text), std::move(name), faults, limits);
}

} // namespace quipu
