#include "flows/schema/compiler.hpp"

#include "flows/nearest.hpp"
#include "flows/schema/brief.hpp"
#include "flows/schema/keyword.hpp"
#include "flows/schema/run.hpp"
#include "flows/schema/site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace quipu::draft7 {

namespace {

// `false`: nothing fits.
class never final : public check {
public:
  bool holds(const json&, run& on) const override {
    return on.fails("false", [] { return "must not be there"; });
  }
};

// What people write who know other drafts. Ignored, as draft-07 says, but not silently.
struct stranger {
  std::string_view name;
  std::string_view instead;
};
constexpr std::array strangers{
    stranger{"prefixItems", "\"items\" with a list"},
    stranger{"dependentRequired", "\"dependencies\""},
    stranger{"dependentSchemas", "\"dependencies\""},
    stranger{"unevaluatedProperties", "\"additionalProperties\""},
    stranger{"unevaluatedItems", "\"additionalItems\""},
    stranger{"minContains", "\"contains\""},
    stranger{"maxContains", "\"contains\""},
    stranger{"$anchor", "\"$id\": \"#name\""},
    stranger{"$dynamicRef", "\"$ref\""},
    stranger{"$recursiveRef", "\"$ref\""},
    stranger{"id", "\"$id\""},
    stranger{"nullable", "\"type\" with \"null\" in its list"},
    stranger{"divisibleBy", "\"multipleOf\""},
};

} // namespace

program compiler::compile(findings& faults) {
  const auto root = node(root_);
  while (!to_do_.empty()) {
    const auto [schema, id] = to_do_.front();
    to_do_.pop_front();
    compile_node(*schema, id);
  }
  refuse_circles();
  auto told = faults_.all();
  std::ranges::stable_sort(told, {}, [](const finding& one) {
    return std::tuple{one.at.file ? std::string_view{*one.at.file} : "", one.at.line,
                      one.at.column};
  });
  for (auto& [at, message, weight] : told)
    weight == finding::weight::error ? faults.error(at, message) : faults.warning(at, message);
  return flat(root);
}

node_id compiler::node(const tree& schema) {
  const auto* found = target(schema);
  const auto id = static_cast<node_id>(rules_.size());
  if (found != nullptr) {
    const auto [known, fresh] = nodes_.try_emplace(found, id);
    if (!fresh) return known->second;
    to_do_.emplace_back(found, id);
  }
  rules_.emplace_back();
  edges_.emplace_back();
  return id;
}

node_id compiler::below(node_id from, const tree& schema) {
  const auto to = node(schema);
  edges_[from].push_back({to, reference_of(schema)});
  return to;
}

// Where a row of references ends; nullptr: nowhere.
const tree* compiler::target(const tree& schema) {
  std::unordered_set<const tree*> passed;
  const auto* at = &schema;
  while (const auto* reference = reference_of(*at)) {
    const bool first = references_.insert(at).second;
    if (first) look_beside(*at);
    if (!passed.insert(at).second) {
      if (circles_.insert(at).second)
        faults_.error(reference->at, fmt::format("$ref \"{}\" leads in a circle back to itself",
                                                 reference->text()));
      circles_.merge(passed);
      return nullptr;
    }
    const auto next = names_.follow(reference->text(), *at);
    if (!next) {
      if (first) faults_.error(reference->at, next.error().message);
      return nullptr;
    }
    at = *next;
  }
  return at;
}

void compiler::compile_node(const tree& schema, node_id into) {
  if (schema.is == tree::kind::scalar && schema.scalar.is_boolean()) {
    if (!schema.scalar.get<bool>()) add(into, {any_kind, std::make_unique<const never>()});
    return;
  }
  if (!schema.is_map()) {
    faults_.error(schema.at, fmt::format("a schema is an object, true or false, but this is {}",
                                         schema.is_list() ? "a list" : brief(schema.scalar)));
    return;
  }
  for (const auto group : keyword_groups())
    for (const auto& known : group)
      if (const auto* value = schema.find(known.name); value != nullptr && known.compile) {
        site at{*this, into, schema, known.name};
        known.compile(*value, at);
      }
  for (const auto& entry : schema.entries)
    if (find_keyword(entry.key) == nullptr) look_at_unknown(entry);
}

void compiler::look_at_unknown(const tree::entry& entry) {
  const auto known = std::ranges::find(strangers, entry.key, &stranger::name);
  if (known != strangers.end()) {
    faults_.warning(entry.at,
                    fmt::format("\"{}\" is not a keyword of draft-07 and is ignored; here it is {}",
                                entry.key, known->instead));
    return;
  }
  if (const auto near = nearest(entry.key, keyword_names()))
    faults_.warning(entry.at, fmt::format("unknown keyword \"{}\" is ignored; did you mean \"{}\"?",
                                          entry.key, *near));
}

// Draft-07 ignores what stands beside a `$ref`, which people who know later drafts do not expect.
void compiler::look_beside(const tree& reference) {
  for (const auto& [key, at, value] : reference.entries) {
    const auto* known = find_keyword(key);
    if (known == nullptr || known->compile == nullptr) continue;
    if (key == "definitions" || key == "$defs")
      for (const auto& entry : value.entries) (void)node(entry.value);
    else if (!key.starts_with('$'))
      faults_.warning(
          at, fmt::format("\"{}\" beside $ref is ignored; put both into an \"allOf\"", key));
  }
}

// Depth first through edges; an edge back onto the way closes a circle.
void compiler::refuse_circles() {
  enum class colour : std::uint8_t { white, grey, black };
  struct stop {
    node_id at;
    std::size_t next = 0;
    const tree* by = nullptr;
  };
  std::vector<colour> colours(edges_.size(), colour::white);
  for (node_id start = 0; start < edges_.size(); ++start) {
    if (colours[start] != colour::white) continue;
    std::vector<stop> way{{start}};
    colours[start] = colour::grey;
    while (!way.empty()) {
      auto& last = way.back();
      if (last.next == edges_[last.at].size()) {
        colours[last.at] = colour::black;
        way.pop_back();
        continue;
      }
      const auto [to, reference] = edges_[last.at][last.next++];
      if (colours[to] == colour::white) {
        colours[to] = colour::grey;
        way.push_back({to, 0, reference});
      } else if (colours[to] == colour::grey) {
        const auto* said = reference;
        for (auto i = way.size(); said == nullptr && i-- > 0 && way[i].at != to;) said = way[i].by;
        if (said != nullptr)
          faults_.error(said->at, fmt::format("$ref \"{}\" leads in a circle back to the same "
                                              "value; it would be checked for ever",
                                              said->text()));
      }
    }
  }
}

program compiler::flat(node_id root) {
  program made;
  made.root = root;
  for (auto& rules : rules_) {
    made.nodes.push_back(
        {static_cast<std::uint32_t>(made.rules.size()), static_cast<std::uint32_t>(rules.size())});
    std::ranges::move(rules, std::back_inserter(made.rules));
  }
  return made;
}

} // namespace quipu::draft7
