#include "actors/verify.hpp"

#include "actors/answered.hpp"
#include "collation/checkpoint.hpp"
#include "collation/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>

namespace quipu {

namespace {

constexpr std::size_t rows_a_page = 4'096;
constexpr std::size_t records_a_page = 1'000;
/// More claims and rows than this that do not fit are counted, not told one by one.
constexpr std::size_t most_told = 1'000;

template <class T, class Ask>
result<T> asked(Ask ask) {
  answered<T> told;
  ask(told.then());
  return told.wait();
}

std::string printable(std::string_view bytes) {
  std::string text;
  for (const char c : bytes)
    if (c > ' ' && c < '\x7f')
      text += c;
    else
      fmt::format_to(std::back_inserter(text), "%{:02x}", static_cast<unsigned char>(c));
  return text;
}

/// One job: its rows against its history.
class checking {
public:
  checking(ledger& store, bool mends, verdict& told) : store_(store), mends_(mends), told_(told) {}

  void check(const std::string& id) {
    ++told_.jobs;
    where_ = fmt::format("job \"{}\"", id);
    auto read = asked<snapshot>([&](auto done) { store_.read(id, done); });
    if (!read) return add(read.error().message);
    stored_ = std::move(*read);
    auto loaded = job::load(stored_);
    if (!loaded) return add(loaded.error().message);
    view_ = std::move(*loaded);
    const auto before = told_.flaws.size();
    identity_fits();
    state_fits_itself();
    if (view_.born().history == history_mode::off) return;
    if (const auto why = history_fits(); !why.empty()) mend_history(why, before);
  }

private:
  void add(std::string what, std::string remedy = {}, bool mended = false) {
    told_.flaws.push_back({where_, std::move(what), std::move(remedy), mended});
  }

  void differs(std::string_view name, std::string_view row, std::string_view born) {
    if (row != born)
      add(fmt::format("its row says {} \"{}\", it was born with \"{}\"", name, row, born));
  }

  void identity_fits() {
    const auto& who = view_.born();
    differs("id", stored_.job, who.job);
    differs("gid", stored_.gid, who.gid);
    differs("app", stored_.app, who.app);
    differs("version", stored_.version, who.version);
    differs("topic", stored_.topic, who.topic);
    differs("parent", stored_.parent, who.parent.empty() ? who.origin : who.parent);
    differs("state", stored_.state, view_.state());
    if (stored_.created_ms != view_.created_ms())
      add(fmt::format("its row says that it was created at {}, its state at {}", stored_.created_ms,
                      view_.created_ms()));
  }

  /// What must hold whatever its history says.
  void state_fits_itself() {
    if (view_.ended() != (view_.open() == 0))
      add(fmt::format("it is {}, and {} of its digits are open", view_.state(), view_.open()));
    if (view_.ended() && (stored_.owner != 0 || !stored_.obligations.empty()))
      add("it has ended, and has an owner or obligations");
    for (const auto& [at, owed] : view_.obligations())
      if (!waits(at))
        add(fmt::format("obligation {} ({}) is of a digit that waits for nothing", name(at),
                        name(owed.is)));
    for (const auto& row : stored_.obligations) {
      const auto at = parse_instance(row.name);
      const auto* owed = at ? view_.owed(*at) : nullptr;
      if (owed == nullptr) {
        add(fmt::format("obligation {} is of nothing that is open", row.name));
      } else if (row.due_ms != owed->due_ms || row.waits != owed->waits ||
                 row.answerable == (owed->is == obligation::kind::called)) {
        add(fmt::format("obligation {} is armed otherwise than its state says", row.name));
      }
    }
  }

  [[nodiscard]] bool waits(const instance& at) const {
    for (const auto& [which, pass] : view_.passes())
      if (which.pass == at.pass && at.activity >= pass.first &&
          at.activity - pass.first < pass.digits.size()) {
        const auto here = pass.digits.at(at.activity - pass.first);
        if (here != digit::not_applicable && is_begun(here)) return true;
      }
    return false;
  }

  /// Why it does not; empty: it does.
  std::string history_fits() {
    replay again;
    for (std::uint64_t total = 1; again.next() <= total;) {
      const auto page = asked<history_page>(
          [&](auto done) { store_.history(stored_.job, again.next(), records_a_page, done); });
      if (!page) return page.error().message;
      total = page->total;
      const auto wanted = again.next();
      if (auto taken = again.take(*page); !taken) return taken.error().message;
      if (again.next() == wanted && wanted <= total)
        return fmt::format("records {} to {} are missing", wanted, total);
    }
    told_.records += again.view().records();
    if (again.view().records() != view_.records())
      return fmt::format("the history has {} records, the state {}", again.view().records(),
                         view_.records());
    if (view_.born().history == history_mode::digits)
      return again.view().key() == view_.key()
                 ? std::string{}
                 : fmt::format("the history gives key {}, the state has {}", again.view().key(),
                               view_.key());
    if (again.at() != stored_.at)
      return fmt::format("the records end at head {}, the job is at {}", to_hex(again.at()),
                         to_hex(stored_.at));
    return state_fits(again.view());
  }

  /// Byte for byte, as fields and as rows.
  std::string state_fits(const job& made) {
    std::map<std::string, std::string> wanted;
    for (auto& [name, bytes] : made.fields()) wanted.emplace(name, std::move(bytes));
    for (const auto& [name, bytes] : stored_.fields) {
      const auto found = wanted.find(name);
      if (found == wanted.end() || found->second != bytes) {
        differing_ = true;
        return fmt::format("field \"{}\" is not what the history folds to", printable(name));
      }
      wanted.erase(found);
    }
    if (!wanted.empty()) {
      differing_ = true;
      return fmt::format("field \"{}\" is missing", printable(wanted.begin()->first));
    }
    std::map<std::string, std::string> rows;
    for (const auto& row : stored_.obligations) rows.emplace(row.name, row.body);
    for (const auto& [at, owed] : made.obligations()) {
      const auto found = rows.find(name(at));
      if (found == rows.end() && owed.is == obligation::kind::called && !owed.due_ms) continue;
      if (found == rows.end() || found->second != encode(owed)) {
        differing_ = true;
        return fmt::format("obligation {} is not what the history folds to", name(at));
      }
    }
    return {};
  }

  /// A history that is damaged is let begin again, where the state is whole and fits the head.
  void mend_history(const std::string& why, std::size_t before) {
    if (differing_ || told_.flaws.size() > before || stored_.records == 0) return add(why);
    const std::string remedy = "a checkpoint of its state, which is whole, stands for its history";
    if (!mends_) return add(why, remedy);
    auto mended = asked<void>([&](auto done) {
      store_.condense(stored_.job, stored_.records, encode(checkpoint(view_, stored_.at)), done);
    });
    add(mended ? why : why + "; mending failed: " + mended.error().message, remedy, mended.ok());
  }

  ledger& store_;
  bool mends_;
  verdict& told_;
  std::string where_;
  snapshot stored_;
  job view_;
  bool differing_ = false;
};

/// Claims and rows, compared by their hashes: of ten million rows that is 80 MB.
class comparing {
public:
  comparing(ledger& store, bool mends, verdict& told) : store_(store), mends_(mends), told_(told) {}

  result<void> run() {
    std::vector<std::uint64_t> claims;
    std::vector<std::uint64_t> rows;
    bool unreadable = false;
    auto walked = each_row([&](const audit_row& row) {
      ++told_.rows;
      if (!row.trouble.empty()) {
        unreadable = true;
        told_.flaws.push_back({place_of(row), row.trouble, {}, false});
        return;
      }
      (row.claimed ? claims : rows).push_back(hash(row));
      if (row.claimed && (row.table == "running" || row.table == "ended"))
        checking{store_, mends_, told_}.check(row.job);
    });
    if (!walked) return walked;
    std::ranges::sort(claims);
    std::ranges::sort(rows);
    std::vector<std::uint64_t> odd;
    std::ranges::set_symmetric_difference(claims, rows, std::back_inserter(odd));
    if (odd.empty()) return {};
    std::vector<audit_row> wrong;
    walked = each_row([&](const audit_row& row) {
      if (row.trouble.empty() && std::ranges::binary_search(odd, hash(row)) &&
          wrong.size() < most_told)
        wrong.push_back(row);
    });
    for (const auto& row : wrong) tell(row, unreadable);
    if (odd.size() > wrong.size())
      told_.flaws.push_back({"the store",
                             fmt::format("{} more rows do not fit", odd.size() - wrong.size()),
                             {},
                             false});
    return walked;
  }

private:
  template <class Each>
  result<void> each_row(Each each) {
    std::string after;
    do {
      auto page = asked<audit_page>([&](auto done) { store_.audit(after, rows_a_page, done); });
      if (!page) return page.error();
      for (const auto& row : page->rows) each(row);
      after = std::move(page->next);
    } while (!after.empty());
    return {};
  }

  static std::uint64_t hash(const audit_row& row) {
    std::string whole = row.table;
    whole += '\0';
    whole += row.key;
    whole += '\0';
    whole += row.value;
    return std::hash<std::string>{}(whole);
  }

  static std::string place_of(const audit_row& row) { return row.table + ' ' + printable(row.key); }

  void tell(const audit_row& row, bool unreadable) {
    auto what = row.claimed
                    ? fmt::format("is missing, and job \"{}\" says that it is there", row.job)
                    : std::string{"is there, and no job says so"};
    if (row.claimed && row.job.empty()) what = "is missing, and another row says that it is there";
    // What a row that cannot be read says of others is not known.
    if (!row.claimed && unreadable) {
      what += " (one that cannot be read may)";
      told_.flaws.push_back({place_of(row), std::move(what), {}, false});
      return;
    }
    const std::string remedy = row.claimed ? "it is made" : "it is erased";
    if (!mends_) {
      told_.flaws.push_back({place_of(row), std::move(what), remedy, false});
      return;
    }
    auto mended = asked<void>([&](auto done) { store_.mend(row, done); });
    if (!mended) what += "; mending failed: " + mended.error().message;
    told_.flaws.push_back({place_of(row), std::move(what), remedy, mended.ok()});
  }

  ledger& store_;
  bool mends_;
  verdict& told_;
};

result<void> check_apps(ledger& store, verdict& told) {
  auto versions = asked<std::vector<app_version>>([&](auto done) { store.apps(done); });
  if (!versions) return versions.error();
  for (const auto& each : *versions) {
    const auto where = fmt::format("app \"{}\" version \"{}\"", each.app, each.version);
    auto stored = asked<app_version>([&](auto done) { store.fetch(each.app, each.version, done); });
    if (!stored)
      told.flaws.push_back({where, stored.error().message, {}, false});
    else if (to_hex(chain(stored->source, {})) != stored->hash)
      told.flaws.push_back({where, "its definition does not match its hash", {}, false});
  }
  return {};
}

} // namespace

result<verdict> verify(ledger& store, bool mends) {
  verdict told;
  if (auto checked = check_apps(store, told); !checked) return checked.error();
  if (auto compared = comparing{store, mends, told}.run(); !compared) return compared.error();
  return told;
}

} // namespace quipu
