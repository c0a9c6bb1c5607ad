#include "flows/fit.hpp"

#include "flows/definition.hpp"
#include "flows/read.hpp"

#include <catch2/catch.hpp>

using namespace quipu;

namespace {

std::shared_ptr<const plan> compiled() {
  findings faults;
  const auto root = read_text(R"(
app:
  id: a
  version: '1'
  graphs:
    - subscribes: t
      activities: {t1: {type: trigger}, w1: {type: worker, topic: w}, w2: {type: worker, topic: w}}
      transitions: {t1: [{to: w1}], w1: [{to: w2, conditions: {code: 202}}]}
)",
                              "app.yaml", faults);
  return compile(*read_definition(*root, faults), faults);
}

job born(std::vector<opening> opened, std::uint32_t slices) {
  record birth;
  birth.number = 1;
  birth.born = identity{"j", "g", "a", "1", "t"};
  birth.born->slices = slices;
  birth.opened = std::move(opened);
  job made;
  REQUIRE(made.fold(birth));
  return made;
}

} // namespace

TEST_CASE("a job fits the flow that it was born of, and no other") {
  const auto plan = compiled();
  const auto& rules = plan->flows.front();
  CHECK(fits(born({{0, 0, 0, 0, "990"}, {1, 0, 0, 2, "9"}}, 2), rules));
  CHECK_FALSE(fits(born({{0, 0, 0, 0, "999"}}, 1), rules));
  CHECK_FALSE(fits(born({{0, 0, 0, 0, "9900"}, {1, 0, 0, 2, "9"}}, 2), rules));
  CHECK_FALSE(fits(born({{0, 0, 0, 0, "909"}, {1, 0, 0, 1, "9"}}, 2), rules));
  CHECK_FALSE(fits(born({{0, 0, 0, 0, "999"}, {1, 0, 0, 2, "9"}}, 2), rules));
  CHECK_FALSE(fits(job{}, rules));
}
