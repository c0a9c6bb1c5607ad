#pragma once

#include "flows/tree.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace quipu::draft7 {

class site;

/// One keyword of draft-07: where schemas are below it, and what it compiles to.
struct keyword {
  enum class shape : std::uint8_t {
    plain,          ///< no schemas
    one,            ///< a schema
    list,           ///< a list of schemas
    map,            ///< a map of schemas
    one_or_list,    ///< `items`
    map_or_strings, ///< `dependencies`: a map of schemas and lists of names
  };

  std::string_view name;
  shape holds = shape::plain;
  /// Compiles `value`, written behind this keyword, into `at`. None: an annotation.
  void (*compile)(const tree& value, site& at) = nullptr;
};

/// Every keyword, in the order in which they are checked, group by group; a group is a file.
[[nodiscard]] std::span<const std::span<const keyword>> keyword_groups();
[[nodiscard]] const keyword* find_keyword(std::string_view name);
[[nodiscard]] std::vector<std::string_view> keyword_names();

/// Calls `visit` for every schema that stands right below a schema's keyword.
void each_schema(const keyword& of, const tree& value,
                 const std::function<void(const tree&)>& visit);

std::span<const keyword> annotation_keywords();
std::span<const keyword> value_keywords();
std::span<const keyword> number_keywords();
std::span<const keyword> string_keywords();
std::span<const keyword> array_keywords();
std::span<const keyword> object_keywords();
std::span<const keyword> combinator_keywords();

} // namespace quipu::draft7
