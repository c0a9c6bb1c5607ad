#include "flows/schema/document.hpp"

#include "flows/nearest.hpp"
#include "flows/schema/keyword.hpp"
#include "flows/schema/metaschema.hpp"
#include "flows/schema/uri.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace quipu::draft7 {

namespace {

bool same_file(const place& a, const place& b) {
  return a.file == b.file || (a.file && b.file && *a.file == *b.file);
}

// ~1 is a slash, ~0 a tilde.
std::string unescaped(std::string_view token) {
  std::string made;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    if (escape && token[i + 1] == '1')
      made += '/';
    else if (escape && token[i + 1] == '0')
      made += '~';
    else {
      made += token[i];
      continue;
    }
    ++i;
  }
  return made;
}

const tree* below(const tree& value, std::string_view token) {
  if (value.is_map()) return value.find(token);
  std::size_t at = 0;
  const auto* end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, at);
  const bool index = !token.empty() && stop == end && error == std::errc{};
  return index && at < value.items.size() ? &value.items[at] : nullptr;
}

std::string near_key(std::string_view key, const tree& map) {
  std::vector<std::string_view> keys;
  keys.reserve(map.entries.size());
  for (const auto& entry : map.entries) keys.push_back(entry.key);
  return did_you_mean(key, keys);
}

} // namespace

document::document(const tree& root) { index(root, add({&root, ""})); }

result<const tree*> document::follow(std::string_view reference, const tree& from) {
  const auto said = uri::parse(reference);
  auto in = where_.at(&from);
  const auto full = said.in(uri::parse(resources_[in].base));
  const bool here = said.head().empty();
  if (!here) in = find(full.head());
  if (in == none) return unknown(reference, full.head());

  const auto fragment = percent_decoded(full.fragment.value_or(""));
  if (!fragment)
    return failure{fault::invalid, fmt::format("$ref \"{}\" has a percent sign without two "
                                               "hexadecimal digits; a percent sign is %25",
                                               reference)};
  if (fragment->empty()) return resources_[in].root;
  if (!fragment->starts_with('/')) {
    const auto found = named_.find(resources_[in].base + "#" + *fragment);
    if (found == named_.end()) return unknown(reference, resources_[in].base + "#" + *fragment);
    return found->second;
  }
  auto found = point(*fragment, in);
  for (auto outer = resources_[in].outer; !found && outer != none; outer = resources_[outer].outer)
    if (auto there = point(*fragment, outer)) return there;
  if (!found)
    return failure{fault::invalid,
                   fmt::format("$ref \"{}\" leads nowhere: {}", reference, found.error().message)};
  return found;
}

result<const tree*> document::point(std::string_view pointer, resource_id in) {
  const auto* at = resources_[in].root;
  for (std::size_t begin = 0; begin < pointer.size();) {
    const auto end = std::min(pointer.find('/', begin + 1), pointer.size());
    const auto token = unescaped(pointer.substr(begin + 1, end - begin - 1));
    const auto* next = below(*at, token);
    if (next == nullptr)
      return failure{fault::invalid, fmt::format("#{} has no \"{}\"{}", pointer.substr(0, begin),
                                                 token, near_key(token, *at))};
    at = next;
    if (const auto known = where_.find(at); known != where_.end()) in = known->second;
    begin = end;
  }
  if (!where_.contains(at)) index(*at, in);
  return at;
}

// A schema, and those in it, by the table of keywords: an `$id` in an `enum` names nothing.
void document::index(const tree& schema, resource_id in) {
  if (!same_file(schema.at, resources_[in].root->at)) in = add({&schema, resources_[in].base, in});
  const auto* id = reference_of(schema) != nullptr ? nullptr : schema.find("$id");
  if (id != nullptr && id->is_string()) {
    const auto full = uri::parse(id->text()).in(uri::parse(resources_[in].base));
    const auto head = full.head();
    if (!id->text().starts_with('#')) {
      in = &schema == resources_[in].root ? in : add({&schema, head});
      resources_[in].base = head;
      name(head, schema);
    }
    if (full.fragment && !full.fragment->empty()) name(head + "#" + *full.fragment, schema);
  }
  where_.emplace(&schema, in);
  for (const auto& [key, at, value] : schema.entries)
    if (const auto* known = find_keyword(key))
      each_schema(*known, value, [&](const tree& below) { index(below, in); });
}

document::resource_id document::add(resource made) {
  resources_.push_back(std::move(made));
  return static_cast<resource_id>(resources_.size() - 1);
}

document::resource_id document::find(const std::string& head) {
  if (head == metaschema_address && !metaschema_ && !named_.contains(head)) {
    metaschema_ = std::make_unique<const tree>(metaschema());
    index(*metaschema_, add({metaschema_.get(), ""}));
  }
  const auto found = named_.find(head);
  return found == named_.end() ? none : where_.at(found->second);
}

failure document::unknown(std::string_view reference, std::string_view full) const {
  std::vector<std::string_view> names;
  names.reserve(named_.size());
  for (const auto& [known, schema] : named_) names.push_back(known);
  return {fault::invalid,
          fmt::format("$ref \"{}\" leads out of the schema, and nothing is fetched{}; it may be a "
                      "file of the app, \"#/...\", an $id in the schema or {}#",
                      reference, did_you_mean(full, names), metaschema_address)};
}

const tree* reference_of(const tree& schema) noexcept {
  const auto* found = schema.find("$ref");
  return found != nullptr && found->is_string() ? found : nullptr;
}

} // namespace quipu::draft7
