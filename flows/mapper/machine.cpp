#include "flows/mapper/machine.hpp"

#include "flows/mapper/edge.hpp"
#include "flows/mapper/path.hpp"
#include "flows/mapper/text.hpp"

#include <utility>

namespace quipu::mapper {

namespace {

value held(const constant& what) {
  if (what.exact) return *what.exact;
  return value::borrow(what.data);
}

/// A key for as long as something is evaluated for it.
class named {
public:
  named(std::string* path, std::string_view key) : path_(path) {
    if (!path_) return;
    length_ = path_->size();
    if (length_ > 0) *path_ += '.';
    *path_ += key;
  }
  ~named() {
    if (path_) path_->resize(length_);
  }
  named(const named&) = delete;
  named& operator=(const named&) = delete;

private:
  std::string* path_;
  std::size_t length_ = 0;
};

} // namespace

machine::machine(const program& code, const environment* from, const fuel& limit,
                 const observer* watching)
    : code_(code), from_(from), spend_(limit), watching_(watching) {}

result<std::optional<json>> machine::to_json() {
  json made;
  bool defined = write(code_.root, made);
  if (spend_.failed()) return why();
  if (!defined) return std::optional<json>();
  return std::optional<json>(std::move(made));
}

result<value> machine::to_value() {
  auto made = evaluate(code_.root);
  if (spend_.failed()) return why();
  return made;
}

/// What it quotes may hold lone surrogates; a message is UTF-8.
failure machine::why() { return {fault::failed, well_formed(spend_.why())}; }

value machine::evaluate(const node& what) {
  switch (what.is.index()) {
  case 0: return held(std::get<constant>(what.is));
  case 1: return read(std::get<reference>(what.is));
  case 2: return run(std::get<2>(what.is)->rows, {});
  case 3: {
    auto made = std::make_shared<record>();
    const auto& tree = *std::get<3>(what.is);
    made->members.reserve(tree.members.size());
    std::size_t spreads = 0;
    for (std::size_t i = 0; i <= tree.members.size() && spend_.touch(1); ++i) {
      for (; spreads < tree.spreads.size() && tree.spreads[spreads].before == i; ++spreads) {
        auto from = evaluate(*tree.spreads[spreads].of);
        if (!from.is_object()) continue;
        for (auto position : order(from))
          if (from.key(position).starts_with(tree.spreads[spreads].first) &&
              spend_.seek(made->members.size()))
            set(*made, from.key(position), from.member_at(position));
      }
      if (i == tree.members.size()) break;
      named here(watching_ ? &path_ : nullptr, tree.members[i].first);
      spend_.seek(made->members.size());
      set(*made, tree.members[i].first, evaluate(tree.members[i].second));
    }
    return made;
  }
  case 4: {
    auto made = std::make_shared<list>();
    const auto& items = std::get<4>(what.is)->items;
    spend_.touch(items.size());
    for (const auto& item : items) push(*made, evaluate(item));
    return made;
  }
  default: spend_.fail(std::get<broken>(what.is).why); return {};
  }
}

bool machine::write(const node& what, json& to) {
  switch (what.is.index()) {
  case 0: {
    const auto& fixed = std::get<constant>(what.is);
    if (!fixed.defined || !affordable(fixed.data, spend_)) return false;
    to = fixed.data;
    return true;
  }
  case 1: {
    // Copied as it is: a pipe would read its numbers as doubles.
    const auto& from = std::get<reference>(what.is);
    const auto* data =
        from.from == reference::root::document ? from_->read(code_.reads[from.document]) : nullptr;
    std::size_t at = 0;
    const auto* found = data ? walk(data, from.path, at, spend_) : nullptr;
    if (!found || at < from.path.size()) return write_value(read(from), to);
    if (!affordable(*found, spend_)) return false;
    to = *found;
    return true;
  }
  case 3: return write_object(*std::get<3>(what.is), to);
  case 4:
    to = json::array();
    for (const auto& item : std::get<4>(what.is)->items) {
      to.push_back(nullptr);
      if (!spend_.write(2) || (write(item, to.back()), spend_.failed())) return false;
    }
    return true;
  default: return write_value(evaluate(what), to);
  }
}

bool machine::write_value(value what, json& to) {
  auto made = mapper::to_json(std::move(what), spend_);
  if (!made || spend_.failed()) return false;
  to = *std::move(made);
  return true;
}

bool machine::write_object(const object& what, json& to) {
  to = json::object();
  auto& members = to.get_ref<json::object_t&>();
  members.reserve(what.members.size());
  std::size_t spreads = 0;
  for (std::size_t i = 0; i <= what.members.size(); ++i) {
    for (; spreads < what.spreads.size() && what.spreads[spreads].before == i; ++spreads) {
      json from;
      if (!write(*what.spreads[spreads].of, from) || !from.is_object()) continue;
      for (auto& [key, item] : from.get_ref<json::object_t&>())
        if (key.starts_with(what.spreads[spreads].first) && spend_.seek(to.size()))
          to[key] = std::move(item);
    }
    if (i == what.members.size() || spend_.failed()) break;
    const auto& [key, node] = what.members[i];
    named here(watching_ ? &path_ : nullptr, key);
    spend_.write(key.size() + 4);
    json item;
    if (!write(node, item)) continue;
    // Keys of a map are unique; only a spread can have written this one before.
    if (what.spreads.empty())
      static_cast<json::object_t::Container&>(members).emplace_back(key, std::move(item));
    else if (spend_.seek(to.size()))
      to[key] = std::move(item);
  }
  return !spend_.failed();
}

value machine::read(const reference& from) {
  switch (from.from) {
  case reference::root::document:
    return follow(from_->read(code_.reads[from.document]), from.path, spend_);
  case reference::root::output:
    if (from.last && from.path.empty()) return std::move(frame_->output);
    return follow(frame_->output, from.path, spend_);
  case reference::root::item: return follow(frame_->item, from.path, spend_);
  case reference::root::key: return follow(frame_->key, from.path, spend_);
  case reference::root::index: return follow(frame_->index, from.path, spend_);
  case reference::root::input: return follow(frame_->input, from.path, spend_);
  }
  return {};
}

value machine::run(const std::vector<row>& rows) { return run(rows, {}); }

void machine::push_cells(const row& what) {
  spend_.touch(what.cells.size());
  for (const auto& cell : what.cells) {
    auto made = evaluate(cell);
    stack_.push_back(std::move(made));
  }
}

/// The stack above `base`: the operands of the nearest row that is no pipe, then the results of the
/// pipes behind it. A first row that takes operands takes those of the row `before` this pipe.
value machine::run(const std::vector<row>& rows, range before) {
  auto base = stack_.size();
  ++depth_;
  spend_.nests(depth_);
  range operands = before;
  std::size_t results = 0;
  // Whoever comes next takes the nested results, if there are any.
  auto taken = [&] {
    if (results > 0) operands = {stack_.size() - results, results};
    results = 0;
    return operands;
  };
  for (std::size_t i = 0; i < rows.size() && spend_.step(); ++i) {
    const auto& row = rows[i];
    if (row.is == row::kind::pipe) {
      auto made = run(row.rows, operands);
      stack_.push_back(std::move(made));
      ++results;
      tell(row, i, {stack_.size() - 1, 1});
      continue;
    }
    value made;
    if (row.is == row::kind::call) {
      auto with = taken();
      if (with.at < base) { // the row before this pipe keeps its operands for the next pipe
        for (std::size_t k = 0; k < with.count; ++k) stack_.push_back(value(stack_[with.at + k]));
        with.at = base;
      }
      call now{std::span(stack_).subspan(with.at, with.count), spend_, from_};
      // Whatever a function does with a text, it reads it at most a few times.
      for (const auto& operand : now.operands)
        if (operand.is_string()) spend_.read(operand.text().size());
      made = row.calls->run(now);
      spend_.nests(made.depth());
    } else if (row.is == row::kind::reduce) {
      made = reduce(row, taken());
    }
    if (spend_.failed()) {
      blame(row, i);
      break;
    }
    stack_.resize(base);
    if (row.is != row::kind::cells) stack_.push_back(std::move(made));
    push_cells(row);
    operands = {base, stack_.size() - base};
    results = 0;
    tell(row, i, operands);
    if (spend_.failed()) blame(row, i);
  }
  value last;
  if (!spend_.failed()) {
    auto with = taken();
    if (with.count > 0 && with.at >= base) last = std::move(stack_[with.at]);
  }
  stack_.resize(base);
  --depth_;
  return last;
}

value machine::reduce(const row& what, range operands) {
  frame round;
  if (operands.count > 0) round.input = stack_[operands.at];
  round.output = operands.count > 1 ? stack_[operands.at + 1] : value(null_t{});
  bool is_object = round.input.is_object();
  if (!is_object && !round.input.is_array() && !round.input.is_nullish()) {
    spend_.fail(fmt::format("it goes over an array or an object, not {}", described(round.input)));
    return {};
  }
  auto positions = is_object ? order(round.input) : std::vector<std::uint32_t>();
  auto* outer = std::exchange(frame_, &round);
  for (std::size_t i = 0; i < round.input.size() && spend_.step(); ++i) {
    round.index = static_cast<double>(i);
    round.key = is_object ? std::string(round.input.key(positions[i])) : std::to_string(i);
    round.item = is_object ? round.input.member_at(positions[i]) : round.input.item(i);
    range first;
    if (what.begins_with_output) {
      first = {stack_.size(), 1};
      stack_.push_back(what.reads_output ? round.output : std::move(round.output));
    }
    auto so_far = run(what.rows, first);
    stack_.resize(stack_.size() - first.count);
    round.output = std::move(so_far);
  }
  frame_ = outer;
  return std::move(round.output);
}

void machine::tell(const row& what, std::size_t index, range operands) {
  if (watching_ && !spend_.failed())
    (*watching_)(
        {path_, depth_ - 1, index, &what, std::span(stack_).subspan(operands.at, operands.count)});
}

/// Says where it happened; the innermost row that knows says it.
void machine::blame(const row& what, std::size_t index) {
  if (std::exchange(blamed_, true)) return;
  auto where = what.at.line > 0 ? fmt::format(" ({}:{}:{})", what.at.file ? *what.at.file : "",
                                              what.at.line, what.at.column)
                                : std::string();
  auto name = what.is == row::kind::call     ? fmt::format(", {{@{}}}", what.name)
              : what.is == row::kind::reduce ? std::string(", @reduce")
                                             : std::string();
  spend_.why() = fmt::format("row {} of a pipe{}{}: {}", index + 1, name, where, spend_.why());
}

} // namespace quipu::mapper
