#include "actors/answered.hpp"
#include "actors/inspect.hpp"
#include "actors/local_client.hpp"
#include "collation/pack.hpp"

#include <algorithm>
#include <thread>

/// Publications, as they come.
namespace quipu {

namespace {

/// How many publications one call of the store brings, and how often it is asked for more.
constexpr std::size_t publications_a_call = 1'000;
constexpr std::chrono::milliseconds listen_every{50};
/// `after` of `listen`: from the oldest that is kept.
constexpr std::string_view oldest = "oldest";

} // namespace

result<std::string> local_client::newest() const {
  for (std::string last;;) {
    answered<std::vector<published_row>> asked;
    with_.store->published(last, publications_a_call, asked.then());
    const auto rows = asked.wait();
    if (!rows) return rows.error();
    if (!rows->empty()) last = rows->back().id;
    if (rows->size() < publications_a_call) return last.empty() ? std::string{oldest} : last;
  }
}

result<feed> local_client::listen(const std::string& topic, const std::string& after,
                                  std::chrono::milliseconds limit) {
  const auto in = enter();
  if (!in) return in.error();
  const auto until = deadline_after(limit);
  feed page;
  page.next = after;
  if (after.empty()) {
    auto last = newest();
    if (!last) return last.error();
    page.next = std::move(*last);
  }
  while (true) {
    answered<std::vector<published_row>> asked;
    with_.store->published(page.next == oldest ? std::string{} : page.next, publications_a_call,
                           asked.then());
    auto rows = asked.wait();
    if (!rows) return rows.error();
    for (auto& row : *rows) {
      page.next = row.id;
      if (row.what.topic == topic)
        page.all.push_back({std::move(row.id), time_of(row.at_ms), std::move(row.what.app),
                            std::move(row.what.topic), std::move(row.what.job),
                            unpack(row.what.body)});
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (!page.all.empty() || left.count() <= 0 || !gate_.is_open()) return page;
    if (rows->size() < publications_a_call)
      std::this_thread::sleep_for(std::min(left, listen_every));
  }
}

} // namespace quipu
