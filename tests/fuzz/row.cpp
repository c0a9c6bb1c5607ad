#include "actors/runner/mail_event.hpp"
#include "collation/job.hpp"
#include "collation/pack.hpp"
#include "lmdb_bridge/job.hpp"
#include "redis_bridge/packed.hpp"
#include "redis_bridge/rows.hpp"
#include "tests/fuzz/input.hpp"

/// One letter, then what a store holds or answers: a value, a row of a directory, mail, or what a
/// Redis server says.

namespace {

using namespace quipu;

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void packed_value(std::string_view bytes) {
  const auto read = unpack(bytes);
  if (read.is_discarded()) return;
  const auto packed = pack(read);
  const auto again = unpack(packed);
  fuzz::must(!again.is_discarded() && pack(again) == packed, "a value is read as it was packed");
  fuzz::must(!text_of(read).empty(), "a value can be told");
}

/// Whatever a store holds of a job, it can be read or it is said why not.
void check(const snapshot& seen) {
  if (const auto view = job::load(seen))
    (void)view->key();
  else
    fuzz::check_told(view.error(), fault::corrupt);
}

void check(const mail& got) {
  const auto event = event_of(got);
  fuzz::must(!text_of(event.what.data).empty(), "what mail says can be told");
}

void directory_row(std::string_view bytes) {
  try {
    auto row = lmdb::decode_job(7, bytes);
    const auto written = lmdb::encode(row);
    const auto again = lmdb::decode_job(7, written);
    fuzz::must(lmdb::encode(again) == written, "a row is read as it was written");
    auto seen = row.about;
    seen.fields = row.fields;
    for (const auto& each : row.obligations) seen.obligations.push_back(each.row);
    check(seen);
    for (const auto& each : row.inbox) check(each.what);
  } catch (const lmdb::broken_row&) {
  }
}

void parts_of_directory(std::string_view bytes) {
  try {
    lmdb::unpacker from{bytes};
    const auto made = lmdb::decode_obligation(from);
    lmdb::packer to;
    lmdb::encode(to, made);
    lmdb::unpacker back{to.bytes};
    lmdb::packer twice;
    lmdb::encode(twice, lmdb::decode_obligation(back));
    fuzz::must(back.done() && twice.bytes == to.bytes, "an obligation is read as it was written");
    check(lmdb::decode_mail(from));
  } catch (const lmdb::broken_row&) {
  }
}

/// As every function that reads an answer does: it understands it, or says that it is broken.
void each_reading(const redis::piece& said) {
  const auto attempt = [&](auto read) {
    try {
      read();
    } catch (const redis::broken_row& why) {
      fuzz::must(*why.what() != '\0', "what is broken is said");
    }
  };
  attempt([&] { check(redis::to_snapshot(said)); });
  attempt([&] {
    for (const auto& each : redis::to_snapshots(said)) check(each);
  });
  attempt([&] {
    for (const auto& each : redis::to_inbox(said)) check(each);
  });
  attempt([&] { (void)redis::to_job_row(said); });
  attempt([&] { (void)redis::to_leases(said); });
  attempt([&] { (void)redis::to_measures_part(said); });
  attempt([&] { (void)redis::to_audit_row(said); });
  attempt([&] { (void)redis::to_published(said); });
  attempt([&] { (void)redis::to_app(said.text()); });
  attempt([&] { (void)said.number(); });
}

void server(std::string_view bytes) {
  const auto reader = redis::make_reader();
  if (redisReaderFeed(reader.get(), bytes.data(), bytes.size()) != REDIS_OK) return;
  while (true) {
    void* made = nullptr;
    if (redisReaderGetReply(reader.get(), &made) != REDIS_OK || made == nullptr) return;
    const redis::whole_reply whole{static_cast<redisReply*>(made)};
    each_reading(redis::piece{whole.get()});
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text_of(data, size);
  if (input.empty()) return -1;
  const auto rest = input.substr(1);
  switch (input.front()) {
  case 'v': packed_value(rest); return 0;
  case 'd': directory_row(rest); return 0;
  case 'p': parts_of_directory(rest); return 0;
  case 's': server(rest); return 0;
  case 'm':
    for (const auto* kind : {"signal", "child", "complete", "interrupt"})
      check(mail{"1", kind, "1.0", std::string{rest}});
    return 0;
  default: return -1;
  }
}
