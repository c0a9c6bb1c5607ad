#include "lmdb_bridge/job.hpp"

#include <cstring>

namespace quipu::lmdb {

namespace {

enum flag : std::uint64_t {
  answered = 1,
  timed = 2,
  in_backlog = 4,
  answerable = 8,
  standing = 16,
  returns = 32,
  due = 64,
};

void encode(packer& to, const last_wait& of) {
  to.text(of.hook).text(of.obligation).texts(of.boards);
}

last_wait decode_wait(unpacker& from) {
  last_wait made{from.text(), from.text(), {}};
  from.texts(made.boards);
  return made;
}

} // namespace

std::string encode(const job& of) {
  packer to;
  to.bytes.reserve(1024);
  const auto& about = of.about;
  to.text({reinterpret_cast<const char*>(about.at.data()), about.at.size()});
  to.number(about.owner).number(about.records).number(of.queued).number(of.ready);
  to.text(about.job).text(about.gid).text(about.app).text(about.version).text(about.topic);
  to.text(about.parent).text(about.state).time(about.created_ms).time(about.ended_ms);
  to.time(of.expiry.due).number(of.expiry.arming).number(of.arrivals);
  to.number(of.fields_outside).number(of.obligations_outside).number(of.mail_outside);
  to.number(of.fields.size());
  for (const auto& field : of.fields) to.text(field.name).text(field.bytes);
  to.number(of.obligations.size());
  for (const auto& open : of.obligations) encode(to, open);
  to.number(of.inbox.size());
  for (const auto& in : of.inbox) {
    to.number(in.number);
    encode(to, in.what);
  }
  to.number(of.hooks.size());
  for (const auto& wait : of.hooks) encode(to, wait);
  to.number(of.index.size());
  for (const auto& [name, value] : of.index) to.text(name).text(value);
  return std::move(to.bytes);
}

job decode_job(std::uint64_t number, std::string_view bytes) {
  unpacker from{bytes};
  job of;
  of.number = number;
  auto& about = of.about;
  const auto at = from.view();
  if (at.size() != about.at.size()) throw broken_row{"a job's head has not 32 bytes"};
  std::memcpy(about.at.data(), at.data(), at.size());
  about.owner = from.number();
  about.records = from.number();
  of.queued = from.number();
  of.ready = from.number();
  for (auto* text : {&about.job, &about.gid, &about.app, &about.version, &about.topic,
                     &about.parent, &about.state})
    *text = from.text();
  about.created_ms = from.time();
  about.ended_ms = from.time();
  of.expiry.due = from.time();
  of.expiry.arming = from.number();
  of.arrivals = from.number();
  of.fields_outside = from.number();
  of.obligations_outside = from.number();
  of.mail_outside = from.number();
  for (auto left = from.number(); left > 0; --left) {
    auto name = from.text();
    of.fields.push_back({std::move(name), from.text()});
  }
  for (auto left = from.number(); left > 0; --left)
    of.obligations.push_back(decode_obligation(from));
  for (auto left = from.number(); left > 0; --left) {
    const auto arrival = from.number();
    of.inbox.push_back({arrival, decode_mail(from)});
  }
  for (auto left = from.number(); left > 0; --left) of.hooks.push_back(decode_wait(from));
  for (auto left = from.number(); left > 0; --left) {
    auto name = from.text();
    of.index.push_back({std::move(name), from.text()});
  }
  if (!from.done()) throw broken_row{"a job's row is too long"};
  return of;
}

void encode(packer& to, const obligation& of) {
  const auto& row = of.row;
  to.text(row.name).text(row.body);
  std::uint64_t flags = 0;
  const auto raise = [&](bool is, flag which) {
    if (is) flags |= which;
  };
  raise(of.answered, answered);
  raise(of.timed, timed);
  raise(of.in_backlog, in_backlog);
  raise(row.answerable, answerable);
  raise(row.standing, standing);
  raise(row.returns, returns);
  raise(row.due_ms.has_value(), due);
  to.number(flags);
  if (row.due_ms) to.time(*row.due_ms);
  to.texts(row.waits).text(row.backlog).number(of.arming).text(of.armed_by);
}

obligation decode_obligation(unpacker& from) {
  obligation of;
  auto& row = of.row;
  row.name = from.text();
  row.body = from.text();
  const auto flags = from.number();
  of.answered = (flags & answered) != 0;
  of.timed = (flags & timed) != 0;
  of.in_backlog = (flags & in_backlog) != 0;
  row.answerable = (flags & answerable) != 0;
  row.standing = (flags & standing) != 0;
  row.returns = (flags & returns) != 0;
  if ((flags & due) != 0) row.due_ms = from.time();
  from.texts(row.waits);
  row.backlog = from.text();
  of.arming = from.number();
  of.armed_by = from.text();
  return of;
}

void encode(packer& to, const mail& of) {
  to.text(of.id).text(of.kind).text(of.obligation).text(of.body);
}

mail decode_mail(unpacker& from) {
  mail of;
  for (auto* text : {&of.id, &of.kind, &of.obligation, &of.body}) *text = from.text();
  return of;
}

} // namespace quipu::lmdb
