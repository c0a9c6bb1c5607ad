#include "flows/schema/keyword.hpp"

#include "flows/schema/brief.hpp"
#include "flows/schema/metaschema.hpp"
#include "flows/schema/site.hpp"

#include <fmt/format.h>

#include <array>

namespace quipu::draft7 {

namespace {

void compile_definitions(const tree& value, site& at) {
  for (const auto& [key, place, schema] : at.map(value)) (void)at.part(schema);
}

void compile_text(const tree& value, site& at) { (void)at.text(value); }

void compile_draft(const tree& value, site& at) {
  const auto* said = at.text(value);
  if (said != nullptr && said->find("draft-07") == std::string::npos)
    at.warning(value.at, fmt::format("names {}, but schemas are read as draft-07, {}#",
                                     in_quotes(*said), metaschema_address));
}

// Read by `document`, or by people.
constexpr std::array annotations{
    keyword{"$schema", keyword::shape::plain, compile_draft},
    keyword{"$id", keyword::shape::plain, compile_text},
    keyword{"$ref", keyword::shape::plain, compile_text},
    keyword{"$comment"},
    keyword{"title"},
    keyword{"description"},
    keyword{"default"},
    keyword{"examples"},
    keyword{"readOnly"},
    keyword{"writeOnly"},
    keyword{"contentEncoding"},
    keyword{"contentMediaType"},
    keyword{"definitions", keyword::shape::map, compile_definitions},
    keyword{"$defs", keyword::shape::map, compile_definitions}, // as later drafts call them
};

} // namespace

std::span<const keyword> annotation_keywords() { return annotations; }

std::span<const std::span<const keyword>> keyword_groups() {
  static const std::array groups{annotation_keywords(), value_keywords(), number_keywords(),
                                 string_keywords(),     array_keywords(), object_keywords(),
                                 combinator_keywords()};
  return groups;
}

const keyword* find_keyword(std::string_view name) {
  for (const auto group : keyword_groups())
    for (const auto& known : group)
      if (known.name == name) return &known;
  return nullptr;
}

std::vector<std::string_view> keyword_names() {
  std::vector<std::string_view> names;
  for (const auto group : keyword_groups())
    for (const auto& known : group) names.push_back(known.name);
  return names;
}

void each_schema(const keyword& of, const tree& value,
                 const std::function<void(const tree&)>& visit) {
  using enum keyword::shape;
  const auto shape = of.holds;
  if (shape == one || (shape == one_or_list && !value.is_list())) visit(value);
  if (shape == list || shape == one_or_list)
    for (const auto& item : value.items) visit(item);
  if (shape == map || shape == map_or_strings)
    for (const auto& entry : value.entries)
      if (shape == map || !entry.value.is_list()) visit(entry.value);
}

} // namespace quipu::draft7
