#include "redis_bridge/writes.hpp"

#include "collation/pack.hpp"
#include "collation/store_rules.hpp"
#include "redis_bridge/bell.hpp"
#include "redis_bridge/names.hpp"

#include <algorithm>

namespace quipu::redis {

using namespace names;

namespace {

void add_texts(packer& to, const std::vector<std::string>& texts) {
  to.array(texts.size());
  for (const auto& each : texts) to.text(each);
}

void add_due(packer& to, const std::optional<std::int64_t>& due_ms) {
  if (due_ms)
    to.integer(*due_ms);
  else
    to.boolean(false);
}

void add_signal(packer& to, const signal& what, std::string_view ticket = {}) {
  to.array(ticket.empty() ? 8 : 9).text(what.id);
  add_texts(to, what.boards);
  to.text(what.what.id).text(what.what.kind).text(what.what.body).boolean(what.keeps_open);
  to.integer(what.keep_until_ms).boolean(what.all);
  if (!ticket.empty()) to.text(ticket);
}

unsigned state_of(const obligation_row& row) {
  unsigned holds = 0;
  const auto raise = [&](bool is, state which) {
    if (is) holds |= which;
  };
  raise(row.due_ms.has_value(), timed);
  raise(!row.backlog.empty(), waiting);
  raise(row.answerable, answerable);
  raise(row.standing, standing);
  raise(row.returns, returns);
  return holds;
}

void add_obligation(packer& to, const obligation_row& row) {
  to.array(6).text(row.name).integer(state_of(row));
  add_due(to, row.due_ms);
  to.text(row.body).text(row.backlog);
  add_texts(to, row.waits);
}

/// Nothing but the job's own row says anything of it.
bool is_inner(const obligation_row& row) {
  return !row.due_ms && row.backlog.empty() && row.waits.empty();
}

/// The row of an inner obligation as it is stored: {state, arming, armed by, due, body, backlog, boards}.
std::string stored(const obligation_row& row) {
  packer to;
  to.array(7).integer(state_of(row) | inner).integer(0).text("").boolean(false);
  to.text(row.body).text("").array(0);
  return std::move(to).bytes();
}

void add_measurement(packer& to, const measurement& what) {
  using kind = addition::kind;
  to.array(5).text(what.key).integer(what.from_ms);
  add_due(to, what.until_ms);
  to.text(store_rules::measures_place(what.key, what.from_ms));
  to.array(what.adds.size());
  for (const auto& add : what.adds) {
    const auto* how = add.does == kind::sum     ? "sum"
                      : add.does == kind::least ? "least"
                      : add.does == kind::most  ? "most"
                                                : "tally";
    // As text: Lua's numbers end at 2^53.
    to.array(4).text(add.cell).text(how).text(std::to_string(add.amount)).text(add.text);
  }
}

std::string rest_of(const write& what, const std::vector<std::string>& consumed,
                    const promise* with = nullptr);

void add_birth(packer& to, const birth& child) {
  const auto& first = child.first;
  to.array(5).text(child.job).text(to_text(child.owner)).integer(child.created_ms);
  to.text(identity(child));
  const auto rest = rest_of(first, {});
  to.array(rest.empty() ? 3 : 4).text(view(first.makes));
  add_texts(to, first.records);
  to.array(first.set.size() * 2);
  for (const auto& each : first.set) to.text(of_engine + each.name).text(each.bytes);
  to.packed(rest);
}

/// Whether a write does no more than set fields.
bool is_plain(const write& what, const std::vector<std::string>& consumed) {
  return consumed.empty() && what.unset.empty() && what.settled.empty() &&
         what.obligations.empty() && what.children.empty() && what.posts.empty() &&
         what.publications.empty() && what.signals.empty() && what.index.empty() &&
         !what.measured && !what.ended && !what.gives_back;
}

/// Whether a write changes nothing but the job's own rows, and at an end the lists in which it stands. Numbers of rows are a
/// byte each then.
bool stays_inside(const write& what, const std::vector<std::string>& consumed) {
  constexpr std::size_t most = 255;
  return consumed.empty() && what.children.empty() && what.posts.empty() &&
         what.publications.empty() && what.signals.empty() && what.index.empty() &&
         !what.measured && (what.ended || !what.gives_back) && what.unset.size() <= most &&
         what.settled.size() <= most && what.obligations.size() <= most &&
         std::ranges::all_of(what.obligations, is_inner);
}

void add_end(packer& to, const end_mark& mark) {
  to.array(3).text(mark.state).integer(mark.at_ms);
  add_due(to, mark.expires_ms);
}

// Empty for a plain step.
std::string rest_of(const write& what, const std::vector<std::string>& consumed,
                    const promise* with) {
  if (is_plain(what, consumed)) return {};
  packer to;
  to.array(with == nullptr ? 12 : 13);
  add_texts(to, consumed);
  to.array(what.unset.size());
  for (const auto& name : what.unset) to.text(of_engine + name);
  add_texts(to, what.settled);
  to.array(what.obligations.size());
  for (const auto& row : what.obligations) add_obligation(to, row);
  to.array(what.children.size());
  for (const auto& child : what.children) add_birth(to, child);
  to.array(what.posts.size());
  for (const auto& [job, mail, keeps_open] : what.posts)
    to.array(6)
        .text(job)
        .text(mail.id)
        .text(mail.kind)
        .text(mail.obligation)
        .text(mail.body)
        .boolean(keeps_open);
  to.array(what.publications.size());
  for (const auto& one : what.publications)
    to.array(4).text(one.app).text(one.topic).text(one.job).text(one.body);
  to.array(what.signals.size());
  for (const auto& one : what.signals) add_signal(to, one);
  if (what.ended)
    add_end(to, *what.ended);
  else
    to.boolean(false);
  to.boolean(what.gives_back);
  to.array(what.index.size() * 2);
  for (const auto& each : what.index) to.text(each.name).text(each.bytes);
  if (what.measured)
    add_measurement(to, *what.measured);
  else
    to.boolean(false);
  if (with != nullptr) to.array(2).text(with->nonce).text(with->taken);
  return std::move(to).bytes();
}

/// What stands for the rest of a write that is inside.
std::string inside_of(const write& what) {
  std::string made{"i"};
  for (const auto count : {what.obligations.size(), what.settled.size(), what.unset.size()})
    made += static_cast<char>(count);
  if (!what.ended) return made;
  packer to;
  add_end(to, *what.ended);
  return made + to.bytes();
}

} // namespace

void add(command& to, const write& what, const std::vector<std::string>& consumed,
         const promise* with) {
  const bool is_inside =
      with == nullptr && !is_plain(what, consumed) && stays_inside(what, consumed);
  to.add(view(what.makes)).add(is_inside ? inside_of(what) : rest_of(what, consumed, with));
  to.number(what.records.size());
  if (is_inside) {
    for (const auto& row : what.obligations) to.add(of_obligation, row.name);
    for (const auto& name : what.settled) to.add(of_obligation, name);
    for (const auto& name : what.unset) to.add(of_engine, name);
  }
  for (const auto& record : what.records) to.add(record);
  if (is_inside)
    for (const auto& row : what.obligations) to.add(of_obligation, row.name).add(stored(row));
  for (const auto& each : what.set) to.add(of_engine, each.name).add(each.bytes);
}

std::string identity(const birth& of) {
  packer to;
  to.array(6).text(of.gid).text(of.app).text(of.version).text(of.topic).text(of.parent);
  return std::move(to.integer(of.created_ms)).bytes();
}

std::string packed(const signal& what, std::string_view ticket) {
  packer to;
  add_signal(to, what, ticket);
  return std::move(to).bytes();
}

std::string packed(const std::vector<std::string>& texts) {
  packer to;
  add_texts(to, texts);
  return std::move(to).bytes();
}

} // namespace quipu::redis
