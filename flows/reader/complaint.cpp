#include "flows/reader/complaint.hpp"

#include "collation/utf8.hpp"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <array>

namespace quipu::reader {
namespace {

struct row {
  std::string_view said;
  std::string_view means;
};

const std::array meanings{
    row{YAML::ErrorMsg::MAP_VALUE, "a \":\" is not expected here; a text with \": \" in it must be "
                                   "quoted, and the keys of one "
                                   "mapping begin in one column"},
    row{YAML::ErrorMsg::MAP_KEY,
        "a \"?\" is not expected here; a text that begins with it must be quoted"},
    row{YAML::ErrorMsg::BLOCK_ENTRY, "a \"-\" is not expected here; a list begins on a line of its "
                                     "own, and a text that is or begins "
                                     "with \"- \" must be quoted"},
    row{YAML::ErrorMsg::END_OF_MAP, "this does not go on with the mapping above it; the keys of "
                                    "one mapping begin in one column, and "
                                    "nothing follows a closed quote, ] or } on its line"},
    row{YAML::ErrorMsg::END_OF_SEQ, "this does not go on with the list above it; the items of one "
                                    "list begin with \"- \" in one column"},
    row{YAML::ErrorMsg::FLOW_END, "this bracket closes none that is open"},
    row{YAML::ErrorMsg::EOF_IN_SCALAR,
        "the file ends inside a quoted text; its closing quote is missing"},
    row{YAML::ErrorMsg::DOC_IN_SCALAR,
        "a document ends inside a quoted text; its closing quote is missing"},
    row{YAML::ErrorMsg::UNKNOWN_TOKEN,
        "a text cannot begin with this character unless it is quoted"},
    row{YAML::ErrorMsg::UNKNOWN_ANCHOR, "no anchor of this name stands above this alias"},
    row{YAML::ErrorMsg::ALIAS_NOT_FOUND,
        "\"*\" begins an alias and a name must follow; a text that begins with it must be quoted"},
    row{YAML::ErrorMsg::ANCHOR_NOT_FOUND,
        "\"&\" begins an anchor and a name must follow; a text that begins with it must be quoted"},
    row{YAML::ErrorMsg::ALIAS_CONTENT, "an alias stands alone: it has no anchor and no tag"},
    row{YAML::ErrorMsg::CHAR_IN_BLOCK, "behind | and > only - + and a digit may stand"},
    row{YAML::ErrorMsg::INVALID_HEX,
        "hexadecimal digits are missing: \\x takes two, \\u four, \\U eight"},
};

/// The tab in the indentation of the line that `offset` is in, or npos.
std::size_t indenting_tab(const source& from, std::size_t offset) {
  const auto line = from.line_of(offset);
  const auto indent = std::min(line.find_first_not_of(" \t"), line.size());
  const auto tab = line.substr(0, indent).find('\t');
  return tab == line.npos ? tab : from.line_start(offset) + tab;
}

} // namespace

finding explain(const source& from, std::string_view said, std::size_t offset,
                std::size_t open_bracket) {
  if (const auto tab = indenting_tab(from, offset); tab != std::string::npos)
    return {from.at(tab), "a tab indents this line; YAML is indented with spaces"};

  const bool list = said == YAML::ErrorMsg::END_OF_SEQ_FLOW;
  const bool unclosed = list || said == YAML::ErrorMsg::END_OF_MAP_FLOW;
  if (unclosed && open_bracket != std::string::npos) {
    const auto bracket = list ? '[' : '{';
    const auto closing = list ? ']' : '}';
    if (from.text().find_first_not_of(" \t\r\n", offset) == std::string::npos)
      return {from.at(open_bracket),
              fmt::format("\"{}\" is never closed by \"{}\"", bracket, closing)};
    const auto opened = from.at(open_bracket);
    return {from.at(offset),
            fmt::format("\",\" or \"{}\" is missing before this; its \"{}\" is at {}:{}", closing,
                        bracket, opened.line, opened.column)};
  }
  const bool escape = said.starts_with(YAML::ErrorMsg::INVALID_UNICODE) ||
                      said.starts_with(YAML::ErrorMsg::INVALID_HEX) ||
                      said.starts_with(YAML::ErrorMsg::INVALID_ESCAPE);
  if (const auto slash = offset > 0 ? from.text().rfind('\\', offset - 1) : std::string::npos;
      escape && slash != std::string::npos)
    offset = slash;
  if (said.starts_with(YAML::ErrorMsg::INVALID_UNICODE))
    return {from.at(offset),
            "\\u names no character here; one beyond U+FFFF is written \\U and eight digits"};
  if (said.starts_with(YAML::ErrorMsg::INVALID_ESCAPE) && offset + 1 < from.text().size()) {
    const auto rest = std::string_view{from.text()}.substr(offset + 1);
    return {from.at(offset),
            fmt::format("\"\\{}\" is no escape; in double quotes a backslash is written \\\\, in "
                        "single quotes it is itself",
                        escaped(rest.substr(0, first_of(rest).bytes)))};
  }
  const auto known =
      std::find_if(meanings.begin(), meanings.end(), [&](const row& r) { return r.said == said; });
  if (known != meanings.end()) return {from.at(offset), std::string{known->means}};
  return {from.at(offset), fmt::format("this is not YAML: {}", escaped(said))};
}

} // namespace quipu::reader
