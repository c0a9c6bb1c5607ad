#include "flows/reader/refs.hpp"

#include "flows/reader/file.hpp"
#include "flows/reader/parse.hpp"
#include "flows/reader/pointer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace quipu::reader {
namespace {

namespace fs = std::filesystem;

std::size_t count(const tree& node) {
  std::size_t nodes = 1;
  for (const auto& item : node.items) nodes += count(item);
  for (const auto& entry : node.entries) nodes += count(entry.value);
  return nodes;
}

bool lies_in(const fs::path& file, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first ==
         folder.end();
}

bool is_url(std::string_view ref) { return ref.find("://") != ref.npos; }

} // namespace

library::library(const fs::path& folder, budget& used, findings& faults)
    : used_(used), faults_(faults) {
  std::error_code ignored;
  if (!folder.empty()) folder_ = fs::weakly_canonical(fs::absolute(folder), ignored);
}

std::optional<tree> library::read(const fs::path& file, const source& from) {
  std::error_code ignored;
  const auto told = faults_.all().size();
  auto root = parse(from, used_, faults_);
  if (!root) return std::nullopt;
  auto& own = documents_[file.empty() ? fs::path{} : fs::weakly_canonical(file, ignored)];
  own = std::make_unique<library::document>();
  own->folder = file.empty() ? folder_ : file.parent_path();
  own->name = from.name();
  own->root = std::move(*root);
  own->nodes = count(own->root);
  own->readable = true;
  trail_.push_back(&own->root);
  auto followed = follow(own->root, {own.get()});
  if (faults_.all().size() != told) return std::nullopt;
  return followed;
}

/// A copy of `node` in which every `$ref` is what it refers to.
tree library::follow(const tree& node, position where) {
  ++where.in->visited;
  if (const auto* ref = node.find("$ref"); ref != nullptr) {
    const bool own =
        where.schema && (!ref->is_string() || ref->text().starts_with('#') || is_url(ref->text()));
    if (!own) {
      if (node.entries.size() > 1)
        refuse(*ref, fmt::format("a $ref stands alone in its mapping; here is also \"{}\"",
                                 node.entries[node.entries[0].key == "$ref" ? 1 : 0].key));
      trail_.push_back(&node);
      auto found = node.entries.size() == 1 ? target(*ref, where) : std::nullopt;
      trail_.pop_back();
      if (found) return std::move(*found);
      tree nothing;
      nothing.at = ref->at;
      return nothing;
    }
  }
  tree copy;
  copy.is = node.is;
  copy.scalar = node.scalar;
  copy.quoted = node.quoted;
  copy.at = node.at;
  auto inner = where;
  if (++inner.depth > used_.limits.depth && node.is != tree::kind::scalar) {
    faults_.error(node.at,
                  fmt::format("with the $refs that lead here, lists and mappings are nested too "
                              "deep: more than {} in each other, the limit "
                              "(limits.definition.depth)",
                              used_.limits.depth));
    return copy;
  }
  copy.items.reserve(node.items.size());
  for (const auto& item : node.items) copy.items.push_back(follow(item, inner));
  copy.entries.reserve(node.entries.size());
  for (const auto& entry : node.entries) {
    inner.schema = where.schema || entry.key == "schema";
    copy.entries.push_back({entry.key, entry.at, follow(entry.value, inner)});
  }
  return copy;
}

std::optional<tree> library::target(const tree& ref, position where) {
  if (!ref.is_string() || ref.text().empty()) {
    refuse(ref, "a $ref is a text: './file.yaml', './file.yaml#/path/in/it' or '#/path'");
    return std::nullopt;
  }
  const std::string_view text = ref.text();
  const auto path = text.substr(0, text.find('#'));
  const auto fragment =
      path.size() == text.size() ? std::string_view{} : text.substr(path.size() + 1);
  auto* holder = path.empty() ? where.in : open(ref, path, *where.in);
  if (holder == nullptr) return std::nullopt;

  const auto* found = look_up(holder->root, fragment);
  if (found == nullptr) {
    refuse(ref, fmt::format("there is no \"#{}\" in the file {}; a path in a file is "
                            "\"#/key/key\"",
                            fragment, holder->name));
    return std::nullopt;
  }
  if (std::find(trail_.begin(), trail_.end(), found) != trail_.end()) {
    refuse(ref,
           fmt::format("this $ref closes a cycle: \"{}\" leads back to what it stands in", text));
    return std::nullopt;
  }
  // A chain nests nothing, but each of its links is walked inside the one before.
  if (where.links >= used_.limits.depth) {
    refuse(ref, fmt::format("more than {} $refs lead from one to the next here, the limit "
                            "(limits.definition.depth)",
                            used_.limits.depth));
    return std::nullopt;
  }
  if (!charge(*holder, ref)) return std::nullopt;
  trail_.push_back(found);
  auto followed = follow(*found, {holder, where.depth, where.links + 1, where.schema});
  trail_.pop_back();
  return followed;
}

library::document* library::open(const tree& ref, std::string_view path, const document& from) {
  if (is_url(path)) {
    refuse(ref, fmt::format(
                    "a $ref names a file of the app, not a URL like \"{}\"; only inside a schema "
                    "may it be one",
                    path));
    return nullptr;
  }
  if (folder_.empty()) {
    refuse(ref, fmt::format(
                    "this text has no folder, so \"{}\" cannot be found; only a file may refer to "
                    "files",
                    path));
    return nullptr;
  }
  std::error_code ignored;
  const auto real = fs::weakly_canonical(from.folder / path, ignored);
  if (!lies_in(real, folder_)) {
    refuse(ref, fmt::format("\"{}\" leaves the app's folder {}; a $ref stays in it", path,
                            folder_.string()));
    return nullptr;
  }
  auto& known = documents_[real];
  if (!known) {
    auto made = std::make_unique<document>();
    made->folder = (from.folder / path).parent_path();
    made->name = (fs::path{from.name}.parent_path() / path).lexically_normal().string();
    if (!load(*made, real, ref)) return nullptr;
    known = std::move(made);
  }
  return known->readable ? known.get() : nullptr;
}

/// Reads the text behind a document and puts it together, as far as it can be; false: there is
/// none.
bool library::load(document& into, const fs::path& path, const tree& ref) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    refuse(ref, fmt::format("there is no file {} (\"{}\", from {})", into.name, ref.text(),
                            *ref.at.file));
    return false;
  }
  auto text = reader::load(path, used_.limits.bytes - used_.bytes);
  if (!text) {
    const bool large = text.error().code == fault::too_large;
    refuse(ref, large ? fmt::format("with the file {} the app has more than {} bytes, the limit "
                                    "(limits.definition.bytes)",
                                    into.name, used_.limits.bytes)
                      : text.error().message);
    return false;
  }
  used_.bytes += text->size();
  auto root = parse(source{std::move(*text), into.name}, used_, faults_);
  if (!root) return true;
  into.readable = true;
  into.root = std::move(*root);
  into.nodes = count(into.root);
  return true;
}

/// Every value of a file may be used once for nothing; what is used again counts like what aliases
/// stand for. So a few small files cannot refer each other to a large definition.
bool library::charge(document& in, const tree& ref) {
  if (in.visited > in.nodes) {
    used_.aliased += in.visited - in.nodes;
    in.visited = in.nodes;
  }
  if (used_.aliased <= used_.limits.aliases) return true;
  if (!std::exchange(exhausted_, true))
    refuse(ref,
           fmt::format(
               "with this $ref, aliases and $refs that use a value again stand for more than {} "
               "values, the limit (limits.definition.aliases)",
               used_.limits.aliases));
  return false;
}

/// A `$ref` that is walked over again has the same fault, which is told once.
void library::refuse(const tree& ref, std::string why) {
  if (refused_.insert(&ref).second) faults_.error(ref.at, std::move(why));
}

} // namespace quipu::reader
