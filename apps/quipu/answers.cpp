#include "apps/quipu/answers.hpp"

#include "actors/flow_test/reading.hpp"
#include "flows/read.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

namespace quipu {

namespace {

using namespace std::chrono_literals;

constexpr auto look = 20ms; ///< how often it is asked whether the answer is still wanted
constexpr std::chrono::milliseconds longest = std::chrono::years{1};

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void wait(const call& asked, std::chrono::milliseconds after) {
  const auto until = std::chrono::steady_clock::now() + std::min(after, longest);
  while (!asked.cancelled() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(
        std::min<std::chrono::nanoseconds>(look, until - std::chrono::steady_clock::now()));
}

} // namespace

result<std::shared_ptr<answers>> answers::read(const std::filesystem::path& file) {
  static constexpr std::array<std::string_view, 3> keys{"app", "workers", "tests"};
  findings faults;
  const auto made = std::make_shared<answers>();
  const auto document = read_file(file, faults);
  if (!document && !faults.failed()) return document.error();
  if (document && flow_test::check_map(*document, "a file of answers", keys, faults)) {
    if (const auto* workers = document->find("workers"))
      made->mocks_ = flow_test::mocks::read(*workers, faults);
    else
      faults.error(document->at, "\"workers\" is missing: topic -> list of {when, replies}");
  }
  if (faults.failed()) return failure{fault::invalid, errors_of(faults)};
  return made;
}

void answers::serve(node& to) {
  for (const auto topic : mocks_.topics())
    to.serve(std::string{topic},
             [self = shared_from_this()](call& call) { return self->answer(call); });
}

reply answers::answer(call& call) {
  auto made = [&] {
    const std::lock_guard lock{guard_};
    return mocks_.answer(call.topic(), call.data(), now_ms());
  }();
  if (!made) return fail(500, made.error().message);
  auto& [what, after_ms] = made->value(); // every topic that is served is listed
  wait(call, std::chrono::milliseconds{after_ms});
  return {static_cast<reply::status>(what.is), what.code,
          what.data.is_null() ? json::object() : std::move(what.data)};
}

} // namespace quipu
