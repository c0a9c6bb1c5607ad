#include "actors/inspect.hpp"
#include "collation/checkpoint.hpp"
#include "collation/record/envelope.hpp"
#include "collation/replay.hpp"
#include "flows/definition.hpp"
#include "flows/fit.hpp"
#include "flows/read.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>

/// BODIES, with lines `---` between them: each as one record, then all as the history of one job;
/// each as a job's state and as a part of a record.

namespace {

using namespace quipu;

/// What the records are shown with: slices in slices, so that it knows more and less than they say.
std::shared_ptr<const plan> sliced() {
  findings faults;
  const auto root = read_text(R"(
app:
  id: shop
  version: '1'
  graphs:
    - subscribes: order
      activities:
        t1: {type: trigger}
        w1: {type: worker, topic: pack}
        h1: {type: hook}
        w2: {type: worker, topic: ship}
        w3: {type: worker, topic: bill}
      transitions:
        t1: [{to: w1}]
        w1: [{to: h1, conditions: {code: 202}}, {to: w3}]
        h1: [{to: w2}]
)",
                              "app.yaml", faults);
  return compile(*read_definition(*root, faults), faults);
}

std::vector<field> sorted(std::vector<field> fields) {
  std::ranges::sort(fields, {}, &field::name);
  return fields;
}

bool same(const std::vector<field>& one, const std::vector<field>& other) {
  return std::ranges::equal(one, other, [](const field& a, const field& b) {
    return a.name == b.name && a.bytes == b.bytes;
  });
}

/// What a store would have of a job.
snapshot stored(const job& of, std::vector<field> fields) {
  snapshot all;
  all.fields = std::move(fields);
  for (const auto& [at, owed] : of.obligations())
    if (owed.is != obligation::kind::called) {
      auto& row = all.obligations.emplace_back();
      row.name = name(at);
      row.body = encode(owed);
    }
  return all;
}

void check_same(const job& one, const result<job>& other, const char* promise) {
  if (!other) std::fprintf(stderr, "%s\n", other.error().message.c_str());
  fuzz::must(other.ok(), promise);
  fuzz::must(same(sorted(one.fields()), sorted(other->fields())), promise);
  fuzz::must(one.obligations() == other->obligations() && one.open() == other->open() &&
                 one.begun() == other->begun() && one.busy() == other->busy() &&
                 one.key() == other->key(),
             promise);
}

/// A job that was accepted can be stored, read, shown and gone on with.
void check(const job& of) {
  static const auto shown = sliced();
  const auto& rules = shown->flows.front();
  check_same(of, job::load(stored(of, of.fields())), "a job is read as it was stored");
  check_same(of, unpack_state(pack_state(of)), "a job's state is read as it was packed");
  fuzz::must(of.key().size() == of.shown().size(), "a pass is shown for each activity");
  fuzz::must(json(open_obligations(of, rules))
                     .dump(-1, ' ', false, json::error_handler_t::replace)
                     .size() > 1,
             "what it waits for can be told");
  (void)fits(of, rules);
}

void check(const record& what) {
  const auto bytes = encode(what);
  const auto again = decode_record(bytes);
  fuzz::must(again && *again == what, "a record is read as it was written");
  fuzz::must(encode(*again) == bytes, "the same record has the same bytes");
  const auto bare = history_entry(what, bytes, history_mode::digits);
  fuzz::must(bare && decode_record(*bare), "a record without documents is a record");
}

template <class Part>
void check_part(const result<Part>& read, result<Part> (*decode)(std::string_view)) {
  if (!read) return fuzz::check_told(read.error(), fault::corrupt);
  const auto again = decode(encode(*read));
  fuzz::must(again && *again == *read, "a part is read as it was written");
}

/// Folds the records one by one, keeping the fields that each changes, as a store does.
void live(const std::vector<record>& all) {
  static const auto shown = sliced();
  job view;
  std::map<std::string, std::string> fields;
  for (const auto& each : all) {
    delta touched;
    if (const auto folded = view.fold(each, &touched); !folded)
      return fuzz::check_told(folded.error(), fault::corrupt);
    std::vector<field> set;
    std::vector<std::string> unset;
    view.fields(each.why == cause::condensed ? delta{} : touched, set, unset);
    if (each.why == cause::condensed) set = view.fields();
    for (const auto& name : unset) fields.erase(name);
    for (auto& one : set) fields[one.name] = std::move(one.bytes);
    std::vector<field> kept;
    for (const auto& [name, bytes] : fields) kept.push_back({name, bytes});
    check_same(view, job::load(stored(view, kept)), "a store that keeps what changes has the job");
    check(view);
    (void)describe(each, view, shown->flows.front())
        .dump(-1, ' ', false, json::error_handler_t::replace);
  }
}

void replayed(const std::vector<std::string>& bodies) {
  history_page page;
  for (const auto& body : bodies) page.records.push_back(sealed(body));
  page.first = 1;
  page.total = page.records.size();
  replay first;
  if (const auto taken = first.take(page); !taken)
    return fuzz::check_told(taken.error(), fault::corrupt);
  if (first.view().records() == 0) return;
  history_page condensed;
  condensed.checkpoint = first.checkpoint();
  condensed.first = first.next();
  replay second;
  fuzz::must(second.take(condensed).ok(), "a checkpoint is taken up");
  check_same(first.view(), second.view(), "a checkpoint stands for what it was made of");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text_of(data, size);
  if (const auto raw = decode_record(input); !raw) fuzz::check_told(raw.error(), fault::corrupt);
  std::vector<std::string> bodies;
  std::vector<record> all;
  for (const auto part : fuzz::parts(input)) {
    const auto& body = bodies.emplace_back(part);
    if (const auto read = decode_record(sealed(body)))
      check(all.emplace_back(*read));
    else
      fuzz::check_told(read.error(), fault::corrupt);
    check_part(decode_identity(body), &decode_identity);
    check_part(decode_documents(body), &decode_documents);
    check_part(decode_obligation(body), &decode_obligation);
    if (const auto state = unpack_state(body))
      check(*state);
    else
      fuzz::check_told(state.error(), fault::corrupt);
  }
  live(all);
  replayed(bodies);
  return 0;
}
