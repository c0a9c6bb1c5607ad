// What a string looks like: `maxLength`, `minLength`, `pattern`, `format`.

#include "flows/pattern.hpp"
#include "flows/schema/brief.hpp"
#include "flows/schema/format.hpp"
#include "flows/schema/keyword.hpp"
#include "flows/schema/size.hpp"

#include "flows/nearest.hpp"

#include <array>

namespace quipu::draft7 {

namespace {

const std::string& text_of(const json& data) { return data.get_ref<const std::string&>(); }

constexpr measure length{"minLength", "maxLength", "character", string_kind,
                         [](const json& data) { return characters(text_of(data)); }};

class matches final : public check {
public:
  matches(pattern wanted, std::string written)
      : wanted_(std::move(wanted)), written_(std::move(written)) {}

  bool holds(const json& data, run& on) const override {
    return wanted_.found_in(text_of(data)) || on.fails("pattern", [&] {
      return fmt::format("is {}, must match {}", brief(data), written_);
    });
  }

private:
  pattern wanted_;
  std::string written_;
};

class has_format final : public check {
public:
  explicit has_format(const format& wanted) : wanted_(wanted) {}

  bool holds(const json& data, run& on) const override {
    return wanted_.admits(text_of(data)) || on.fails("format", [&] {
      return fmt::format("is {}, must be {}", brief(data), wanted_.phrase);
    });
  }

private:
  const format& wanted_;
};

void compile_pattern(const tree& value, site& at) {
  const auto* written = at.text(value);
  if (written == nullptr) return;
  auto compiled = pattern::compile(*written);
  if (!compiled)
    return at.error(value.at, fmt::format("{} cannot be used: {}", in_quotes(*written),
                                          compiled.error().message));
  at.demand<matches>(string_kind, std::move(*compiled), *written);
}

void compile_format(const tree& value, site& at) {
  const auto* name = at.text(value);
  if (name == nullptr) return;
  if (const auto* known = find_format(*name)) return at.demand<has_format>(string_kind, *known);
  if (const auto near = nearest(*name, format_names()))
    at.warning(value.at, fmt::format("{} is unknown and not checked; did you mean \"{}\"?",
                                     in_quotes(*name), *near));
}

constexpr std::array group{
    keyword{"maxLength", keyword::shape::plain, compile_most<length>},
    keyword{"minLength", keyword::shape::plain, compile_least<length>},
    keyword{"pattern", keyword::shape::plain, compile_pattern},
    keyword{"format", keyword::shape::plain, compile_format},
};

} // namespace

std::span<const keyword> string_keywords() { return group; }

} // namespace quipu::draft7
