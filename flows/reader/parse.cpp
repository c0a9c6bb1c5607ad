#include "flows/reader/parse.hpp"

#include "flows/reader/builder.hpp"
#include "flows/reader/complaint.hpp"
#include "flows/reader/json_text.hpp"
#include "flows/reader/scalar.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace quipu::reader {
namespace {

std::size_t offset_of(const YAML::Mark& mark) {
  return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
}

/// Hears nothing, so that a parser can be asked about one thing.
class listener : public YAML::EventHandler {
public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

/// Finds which anchors have aliases, before anything is copied for them.
class alias_census : public listener {
public:
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t name) override {
    found.emplace(name, offset_of(mark));
  }

  builder::aliases found;
};

/// Refuses a second document.
class lonely : public listener {
public:
  lonely(const source& from, findings& faults) : from_(from), faults_(faults) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    faults_.error(from_.at(offset_of(mark)),
                  "a second document begins here; a file holds one. If it is "
                  "meant to be the same, this line does not go on with what is "
                  "above it: look at its indentation");
    throw stop{};
  }

private:
  const source& from_;
  findings& faults_;
};

/// Hands the parser's events to the builder.
class listening_builder : public listener {
public:
  listening_builder(const source& from, builder& into, findings& faults)
      : from_(from), into_(into), faults_(faults) {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t name) override {
    const auto here = from_.behind_properties(offset_of(mark));
    const auto rest = std::string_view{from_.text()}.substr(here);
    if (rest.starts_with(',') && into_.in_flow_list())
      faults_.error(from_.at(here), "nothing stands before this comma; a null is written null");
    const auto word = rest.substr(0, rest.find_first_of(" \t\r\n,:]}"));
    const bool written = !word.empty() && plain_scalar(word).is_null();
    into_.scalar({nullptr, std::string{written ? word : ""}, false, !written}, offset_of(mark),
                 name);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t name) override {
    into_.alias(name, offset_of(mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t name,
                const std::string& text) override {
    const auto begin = from_.behind_properties(offset_of(mark));
    const char first = begin < from_.text().size() ? from_.text()[begin] : ' ';
    const bool quoted = tag != "?" && (first == '"' || first == '\'');
    if (quoted && !from_.closes_quote(begin)) {
      faults_.error(from_.at(begin), "this quote is never closed");
      throw stop{};
    }
    into_.scalar({typed(tag, text, begin), text, quoted}, offset_of(mark), name);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t name,
                       YAML::EmitterStyle::value style) override {
    check_tag(mark, tag, "tag:yaml.org,2002:seq");
    into_.open(tree::kind::list, offset_of(mark), name, style == YAML::EmitterStyle::Flow);
  }
  void OnSequenceEnd() override { into_.close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t name,
                  YAML::EmitterStyle::value style) override {
    check_tag(mark, tag, "tag:yaml.org,2002:map");
    into_.open(tree::kind::map, offset_of(mark), name, style == YAML::EmitterStyle::Flow);
  }
  void OnMapEnd() override { into_.close(); }

private:
  json typed(const std::string& tag, const std::string& text, std::size_t begin) {
    if (tag == "?" || tag.empty()) return plain_scalar(text);
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return text;
    auto value = plain_scalar(text);
    if ((tag == "tag:yaml.org,2002:int" && value.is_number_integer()) ||
        (tag == "tag:yaml.org,2002:float" && value.is_number()) ||
        (tag == "tag:yaml.org,2002:bool" && value.is_boolean()) ||
        (tag == "tag:yaml.org,2002:null" && value.is_null()))
      return value;
    faults_.error(from_.at(begin),
                  fmt::format("\"{}\" is not what the tag {} says; tags are not needed "
                              "here, quotes make a text",
                              text, tag));
    return value;
  }
  void check_tag(const YAML::Mark& mark, const std::string& tag, std::string_view only) {
    if (tag == "?" || tag == "!" || tag.empty() || tag == only) return;
    faults_.error(from_.at(offset_of(mark)),
                  fmt::format("the tag {} is not known; leave it out", tag));
  }

  const source& from_;
  builder& into_;
  findings& faults_;
};

/// The text as the parser reads it well: without a last line's end it takes what is open for a key.
std::string ended(const std::string& text) { return text.ends_with('\n') ? text : text + '\n'; }

builder::aliases find_aliases(const source& from) {
  alias_census census;
  if (from.text().find('&') == std::string::npos) return {};
  try {
    std::istringstream text{ended(from.text())};
    YAML::Parser{text}.HandleNextDocument(census);
  } catch (const YAML::Exception&) {
    return std::move(census.found); // whoever builds meets the same fault, and tells it
  }
  return std::move(census.found);
}

tree parse_yaml(const source& from, builder& into, findings& faults) {
  std::istringstream text{ended(from.text())};
  YAML::Parser parser{text};
  listening_builder events{from, into, faults};
  if (!parser.HandleNextDocument(events)) {
    faults.error(from.at(0), "nothing is written here");
    throw stop{};
  }
  lonely no_more{from, faults};
  parser.HandleNextDocument(no_more);
  return into.take();
}

} // namespace

std::optional<tree> parse(const source& from, budget& used, findings& faults) {
  const auto told = faults.all().size();
  if (!from.check_characters(faults)) return std::nullopt;
  const bool json_text = is_json(from.text());
  builder into{from, used, faults, json_text ? builder::aliases{} : find_aliases(from)};
  try {
    tree made;
    if (json_text) {
      walk_json(from.text(), into);
      made = into.take();
    } else {
      made = parse_yaml(from, into, faults);
    }
    if (faults.all().size() == told) return made;
  } catch (const YAML::Exception& e) {
    const auto why = explain(from, e.msg, offset_of(e.mark), into.open_bracket());
    faults.error(why.at, why.message);
  } catch (const stop&) {
    // it has been told
  }
  return std::nullopt;
}

} // namespace quipu::reader
