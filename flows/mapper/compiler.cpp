#include "flows/mapper/compiler.hpp"

#include "flows/mapper/catalog.hpp"
#include "flows/mapper/edge.hpp"
#include "flows/mapper/machine.hpp"
#include "flows/mapper/round.hpp"
#include "flows/mapper/text.hpp"

#include <algorithm>
#include <cmath>

namespace quipu::mapper {

namespace {

constexpr std::string_view pipe_key = "@pipe";
constexpr std::string_view reduce_key = "@reduce";
constexpr fuel fuel_for_constants{.steps = 10'000, .output_bytes = 1 << 16};
constexpr std::size_t deepest = fuel{}.depth;

/// Whether it is written as a reference or a call: all else in a text is text.
bool is_braced(std::string_view text) {
  return text.size() >= 2 && text.front() == '{' && text.back() == '}';
}
bool is_call(const tree& cell) {
  return cell.is_string() && is_braced(cell.text()) && cell.text()[1] == '@';
}

/// Whether JSON says all of it.
bool is_plain(const value& what) {
  switch (what.is()) {
  case type::null:
  case type::boolean: return true;
  case type::number:
    return std::isfinite(what.number()) && !(what.number() == 0 && std::signbit(what.number()));
  case type::string: return !has_lone_surrogate(what.text());
  case type::array:
    for (std::size_t i = 0; i < what.size(); ++i)
      if (!is_plain(what.item(i))) return false;
    return true;
  case type::object:
    for (std::size_t i = 0; i < what.size(); ++i)
      if (!is_plain(what.member_at(i))) return false;
    return true;
  default: return false;
  }
}

node fixed(json data) { return {constant{std::move(data), true, std::nullopt}}; }

/// Whether JSON says all of it, now and for ever.
bool is_fixed(const node& what) {
  const auto* known = std::get_if<constant>(&what.is);
  return known && (!known->exact || !known->defined);
}

} // namespace

std::unique_ptr<const program> compiler::compile(const tree& written) {
  made_.root = any(written);
  return std::make_unique<const program>(std::move(made_));
}

node compiler::wrong(const place& at, std::string why) {
  ++depends_;
  faults_.error(at, why);
  return {broken{std::move(why)}};
}

node compiler::any(const tree& written) {
  if (depth_ >= deepest) return wrong(written.at, fmt::format("it nests deeper than {}", deepest));
  ++depth_;
  node made = written.is_map()      ? map(written)
              : written.is_list()   ? list(written)
              : written.is_string() ? text(written)
                                    : fixed(written.scalar);
  --depth_;
  return made;
}

node compiler::map(const tree& written) {
  if (const auto* rows = written.find(pipe_key)) {
    if (written.entries.size() == 1) return piped(*rows);
    const auto& other = written.entries[written.entries[0].key == pipe_key ? 1 : 0];
    return wrong(other.at,
                 fmt::format("\"{}\" stands beside \"@pipe\", which must stand alone", other.key));
  }
  for (const auto& entry : written.entries)
    if (entry.key == reduce_key)
      return wrong(entry.at, "\"@reduce\" is a row of a \"@pipe\": {'@pipe': [[collection, start], "
                             "{'@reduce': rows}]}");
  bool spreads = std::exchange(as_, mapping::role::value) == mapping::role::job_maps;
  auto made = std::make_unique<object>();
  bool known = true;
  for (const auto& entry : written.entries) {
    auto item = any(entry.value);
    known = known && is_fixed(item);
    std::string_view key = entry.key;
    if (spreads && (key.ends_with("[-]") || key.ends_with("[_]")))
      made->spreads.push_back(
          {key[key.size() - 2], made->members.size(), std::make_unique<node>(std::move(item))});
    else
      made->members.emplace_back(entry.key, std::move(item));
  }
  if (!known || !made->spreads.empty()) return {std::move(made)};
  auto data = json::object();
  for (auto& [key, item] : made->members)
    if (auto& of = std::get<constant>(item.is); of.defined) data[key] = std::move(of.data);
  return fixed(std::move(data));
}

node compiler::list(const tree& written) {
  auto made = std::make_unique<array>();
  made->items.reserve(written.items.size());
  for (const auto& item : written.items) made->items.push_back(any(item));
  if (!std::all_of(made->items.begin(), made->items.end(), is_fixed)) return {std::move(made)};
  auto data = json::array();
  for (auto& item : made->items) data.push_back(std::move(std::get<constant>(item.is).data));
  return fixed(std::move(data));
}

node compiler::text(const tree& written) {
  const auto& said = written.text();
  if (!is_braced(said)) return fixed(said);
  if (in_cell_)
    return wrong(written.at,
                 fmt::format("{}: a list or map in a cell is data, nothing in it is resolved; "
                             "build it with a nested '@pipe'",
                             said));
  auto inner = std::string_view(said).substr(1, said.size() - 2);
  return inner.starts_with('@') ? called(inner.substr(1), written.at) : led_to(inner, written.at);
}

/// A function that stands where a value does: it is called without operands.
node compiler::called(std::string_view name, const place& at) {
  auto found = look_up(name);
  if (!found) return wrong(at, fmt::format("{{@{}}}: {}", name, found.error().message));
  row only{.is = row::kind::call, .calls = *found, .name = std::string(name), .at = at};
  if (only.calls->is_volatile) ++depends_, made_.is_volatile = true;
  bool constant = !only.calls->is_volatile;
  auto made = std::make_unique<pipe>();
  made->rows.push_back(std::move(only));
  return constant ? folded(std::move(made)) : node{std::move(made)};
}

node compiler::piped(const tree& written) {
  if (!written.is_list())
    return wrong(written.at,
                 "a \"@pipe\" is a list of rows: [[operand, ...], ['{@domain.name}', ...], ...]");
  auto before = depends_;
  auto made = std::make_unique<pipe>();
  bool in_cell = std::exchange(in_cell_, false);
  made->rows = rows(written, false);
  in_cell_ = in_cell;
  if (before != depends_) return {std::move(made)};
  return folded(std::move(made));
}

/// What a pipe gives that depends on nothing; the pipe itself, if it fails: it may never be
/// evaluated.
node compiler::folded(std::unique_ptr<pipe> made) {
  if (!names_.folds()) return {std::move(made)};
  program alone;
  machine once(alone, nullptr, fuel_for_constants);
  auto result = once.run(made->rows);
  if (once.spent().failed()) return {std::move(made)};
  constant known{nullptr, !result.is_undefined(), std::nullopt};
  if (!is_plain(result))
    known.exact = result.is_string() ? value(std::string(result.text())) : result;
  auto data = to_json(std::move(result), once.spent());
  if (once.spent().failed()) return {std::move(made)};
  if (data) known.data = *std::move(data);
  // What is kept must not borrow from the rows that it was made of.
  if (known.exact && known.exact->size() > 0) return {std::move(made)};
  return {std::move(known)};
}

std::vector<row> compiler::rows(const tree& written, bool inherits) {
  std::vector<row> all;
  if (++depth_ > deepest) {
    all.push_back({.at = written.at});
    all.back().cells.push_back(wrong(written.at, fmt::format("it nests deeper than {}", deepest)));
  } else {
    for (std::size_t i = 0; i < written.items.size(); ++i) {
      const auto& item = written.items[i];
      if (item.is_map()) {
        all.push_back(nested(item, i, inherits || i > 0));
      } else {
        all.push_back(cells(item, i));
        if (all.back().is == row::kind::call && i > 0)
          check(all.back(), &written.items[i - 1], &all[i - 1]);
      }
      all.back().at = item.at;
    }
  }
  --depth_;
  return all;
}

row compiler::nested(const tree& written, std::size_t index, bool inherits) {
  row made;
  const auto* pipe_rows = written.find(pipe_key);
  const auto* reduce_rows = written.find(reduce_key);
  const auto* inner = pipe_rows ? pipe_rows : reduce_rows;
  auto refuse = [&](const place& at, std::string why) {
    made.cells.push_back(wrong(at, std::move(why)));
    return std::move(made);
  };
  if (!inner || written.entries.size() != 1)
    return refuse(
        written.entries.empty() || inner ? written.at : written.entries[0].at,
        fmt::format("row {} is a map: it may be {{'@pipe': rows}} or {{'@reduce': rows}} alone",
                    index + 1));
  if (!inner->is_list())
    return refuse(inner->at, fmt::format("\"{}\" is a list of rows", written.entries[0].key));
  if (pipe_rows) {
    auto before = depends_;
    made.is = row::kind::pipe;
    made.rows = rows(*inner, inherits);
    if (before == depends_ && !takes_operands(made.rows)) {
      auto same = std::make_unique<pipe>();
      same->rows = std::move(made.rows);
      auto known = folded(std::move(same));
      if (auto* still = std::get_if<std::unique_ptr<pipe>>(&known.is)) {
        made.rows = std::move((*still)->rows);
      } else {
        made.rows = std::vector<row>(1);
        made.rows[0].cells.push_back(std::move(known));
        made.rows[0].at = inner->at;
      }
    }
    return made;
  }
  if (!inherits)
    return refuse(
        written.entries[0].at,
        "a \"@reduce\" takes its collection and start from the row before it; there is none");
  made.is = row::kind::reduce;
  ++reduces_;
  made.rows = rows(*inner, true);
  --reduces_;
  mark_output(made);
  return made;
}

row compiler::cells(const tree& written, std::size_t index) {
  row made;
  if (!written.is_list()) {
    made.cells.push_back(
        wrong(written.at, fmt::format("row {} is no row: a row is a list of cells, or "
                                      "{{'@pipe': rows}} or {{'@reduce': rows}}",
                                      index + 1)));
    return made;
  }
  std::size_t first = 0;
  if (!written.items.empty() && is_call(written.items[0])) {
    const auto& said = written.items[0].text();
    auto name = std::string_view(said).substr(2, said.size() - 3);
    auto found = look_up(name);
    if (found) {
      made.is = row::kind::call;
      made.calls = *found;
      made.name = name;
      if (made.calls->is_volatile) ++depends_, made_.is_volatile = true;
    } else {
      made.cells.push_back(
          wrong(written.items[0].at, fmt::format("{{@{}}}: {}", name, found.error().message)));
    }
    first = 1;
  } else if (index > 0) {
    const auto& at = written.items.empty() ? written.at : written.items[0].at;
    made.cells.push_back(
        wrong(at, fmt::format("row {} does not begin with a function: only the first row of a "
                              "pipe is operands, later ones are ['{{@domain.name}}', ...]",
                              index + 1)));
  }
  for (std::size_t i = first; i < written.items.size(); ++i)
    made.cells.push_back(cell(written.items[i]));
  return made;
}

/// A list or map in a cell is data; what looks like a reference in it would silently stay text.
node compiler::cell(const tree& written) {
  bool data = (written.is_map() && !written.find(pipe_key)) || written.is_list();
  bool outer = std::exchange(in_cell_, data);
  auto made = any(written);
  in_cell_ = outer;
  return made;
}

void compiler::check(const row& call, const tree* before, const row* cells_before) {
  if (!call.calls || !call.calls->check || cells_before->is != row::kind::cells ||
      cells_before->cells.empty())
    return;
  const auto* known = std::get_if<constant>(&cells_before->cells[0].is);
  if (!known || !known->defined) return;
  auto operand = value::borrow(known->data);
  auto why = call.calls->check({&operand, 1});
  if (why.empty()) return;
  ++depends_;
  faults_.error(before->items.empty() ? before->at : before->items[0].at,
                fmt::format("{{@{}}}: {}", call.name, why));
}

} // namespace quipu::mapper
