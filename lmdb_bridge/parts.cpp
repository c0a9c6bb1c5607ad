#include "collation/store_rules.hpp"
#include "lmdb_bridge/store.hpp"

#include <algorithm>

/// What of a job may stand in rows of its own: fields, obligations and mail that are big or many.
namespace quipu::lmdb {

namespace {

obligation decode(std::string_view bytes) {
  unpacker from{bytes};
  return decode_obligation(from);
}

constexpr std::size_t kind_at = 8; // behind the job's number

} // namespace

void store::set_field(job& of, const field& what) {
  const auto inside = std::ranges::find(of.fields, what.name, &field::name);
  if (inside != of.fields.end() && what.bytes.size() <= biggest_inside) {
    inside->bytes = what.bytes;
    return;
  }
  const auto place = key(of.number, 'f', what.name);
  const auto outside = [&] { return txn().get(table::parts, place).has_value(); };
  if (inside != of.fields.end()) {
    of.fields.erase(inside);
    ++of.fields_outside;
  } else if (of.fields_outside == 0 || !outside()) {
    std::size_t total = what.name.size() + what.bytes.size();
    for (const auto& each : of.fields) total += each.name.size() + each.bytes.size();
    if (what.bytes.size() <= biggest_inside && total <= fields_inside) {
      of.fields.push_back(what);
      return;
    }
    ++of.fields_outside;
  }
  txn().put(table::parts, place, packer{}.text(what.name).text(what.bytes).bytes);
}

void store::unset_field(job& of, const std::string& name) {
  if (std::erase_if(of.fields, [&](const field& each) { return each.name == name; }) > 0) return;
  if (of.fields_outside > 0 && txn().erase(table::parts, key(of.number, 'f', name)))
    --of.fields_outside;
}

obligation* store::find_obligation(job& of, const std::string& name) {
  const auto called = [&](const obligation& each) { return each.row.name == name; };
  if (const auto found = std::ranges::find_if(of.obligations, called);
      found != of.obligations.end())
    return &*found;
  if (of.obligations_outside == 0) return nullptr;
  if (const auto found = std::ranges::find_if(of.borrowed, called); found != of.borrowed.end())
    return &*found;
  const auto row = txn().get(table::parts, key(of.number, 'o', name));
  return row ? &of.borrowed.emplace_back(decode(*row)) : nullptr;
}

obligation& store::add_obligation(job& of, obligation what) {
  if (auto* there = find_obligation(of, what.row.name)) return *there = std::move(what);
  const auto size = what.row.name.size() + what.row.body.size();
  if (of.obligations.size() < obligations_inside && size <= biggest_inside)
    return of.obligations.emplace_back(std::move(what));
  ++of.obligations_outside;
  return of.borrowed.emplace_back(std::move(what));
}

void store::erase_obligation(job& of, const std::string& name) {
  const auto called = [&](const obligation& each) { return each.row.name == name; };
  if (std::erase_if(of.obligations, called) > 0) return;
  std::erase_if(of.borrowed, called);
  txn().erase(table::parts,
              key(of.number, 'o', name)); // one that was added just now has no row yet
  --of.obligations_outside;
}

void store::save_borrowed(job& of) {
  for (const auto& each : of.borrowed) {
    packer row;
    encode(row, each);
    txn().put(table::parts, key(of.number, 'o', each.row.name), row.bytes);
  }
  of.borrowed.clear();
}

bool store::has_mail(const job& of, const std::string& id) {
  const auto called = [&](const arrived& each) { return each.what.id == id; };
  return std::ranges::any_of(of.inbox, called) ||
         (of.mail_outside > 0 && txn().get(table::parts, key(of.number, 'i', id)));
}

void store::add_mail(job& of, const mail& what) {
  const arrived in{++of.arrivals, what};
  if (of.inbox.size() < mail_inside &&
      what.id.size() + what.obligation.size() + what.body.size() <= biggest_inside) {
    of.inbox.push_back(in);
    return;
  }
  packer row;
  encode(row, what);
  txn().put(table::parts, key(of.number, 'm', in.number), row.bytes);
  txn().put(table::parts, key(of.number, 'i', what.id), be64(in.number));
  ++of.mail_outside;
}

void store::erase_mail(job& of, const std::string& id) {
  if (std::erase_if(of.inbox, [&](const arrived& each) { return each.what.id == id; }) > 0) return;
  if (of.mail_outside == 0) return;
  const auto index = key(of.number, 'i', id);
  const auto row = txn().get(table::parts, index);
  if (!row) return;
  txn().erase(table::parts, key(of.number, 'm', read_be64(*row)));
  txn().erase(table::parts, index);
  --of.mail_outside;
}

// In order of arrival, the oldest `most`.
std::vector<mail> store::inbox(const job& of, std::size_t most) {
  std::vector<mail> all;
  auto inside = of.inbox.begin();
  const auto take_inside = [&](std::uint64_t before) {
    for (; inside != of.inbox.end() && inside->number < before && all.size() < most; ++inside)
      all.push_back(inside->what);
  };
  if (of.mail_outside > 0)
    txn().walk(table::parts, key(of.number, 'm'), [&](std::string_view at, std::string_view value) {
      take_inside(read_be64(at, kind_at + 1));
      if (all.size() == most) return false;
      unpacker from{value};
      all.push_back(decode_mail(from));
      return true;
    });
  take_inside(UINT64_MAX);
  return all;
}

std::vector<std::string> store::obligation_names(const job& of) {
  std::vector<std::string> names;
  names.reserve(of.obligations.size() + of.borrowed.size() + of.obligations_outside);
  for (const auto& each : of.obligations) names.push_back(each.row.name);
  for (const auto& each : of.borrowed) names.push_back(each.row.name);
  if (of.obligations_outside > 0)
    txn().walk(table::parts, key(of.number, 'o'), [&](std::string_view, std::string_view value) {
      names.push_back(unpacker{value}.text());
      return true;
    });
  return names;
}

snapshot store::look(job& of) {
  save_borrowed(of);
  auto seen = of.about;
  seen.fields = of.fields;
  for (const auto& each : of.obligations) seen.obligations.push_back(each.row);
  if (of.fields_outside > 0)
    txn().walk(table::parts, key(of.number, 'f'), [&](std::string_view, std::string_view value) {
      unpacker from{value};
      auto name = from.text();
      seen.fields.push_back({std::move(name), from.text()});
      return true;
    });
  if (of.obligations_outside > 0)
    txn().walk(table::parts, key(of.number, 'o'), [&](std::string_view, std::string_view value) {
      seen.obligations.push_back(decode(value).row);
      return true;
    });
  std::ranges::sort(seen.fields, {}, &field::name);
  std::ranges::sort(seen.obligations, {}, &obligation_row::name);
  seen.mail = inbox(of, store_rules::mail_at_once);
  return seen;
}

} // namespace quipu::lmdb
