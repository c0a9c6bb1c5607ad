#include "flows/cron.hpp"
#include "tests/fuzz/input.hpp"

#include <array>

/// One expression, asked from several instants on.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quipu;
  constexpr std::int64_t minute = 60'000;
  constexpr std::array<std::int64_t, 6> instants{0,
                                                 951'782'399'999,   // before 29 February 2000
                                                 1'700'000'040'000, // a minute as such
                                                 1'704'067'199'999, // before a new year
                                                 -1,
                                                 4'107'542'400'000}; // 1 March 2100, no leap year
  const auto made = cron::parse(fuzz::text_of(data, size));
  if (!made) {
    fuzz::must(!made.error().message.empty(), "a refusal says why");
    return 0;
  }
  for (const auto after : instants) {
    const auto next = made->next(after);
    if (!next) continue;
    fuzz::must(*next > after, "it fires later");
    fuzz::must(*next % minute == 0, "it fires on a minute");
    fuzz::must(made->next(*next - 1) == next, "nothing fires between");
    const auto behind = made->next(*next);
    fuzz::must(!behind || *behind > *next, "it goes on");
  }
  return 0;
}
