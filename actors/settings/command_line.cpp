#include "actors/settings/command_line.hpp"

#include "flows/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace quipu {

namespace {

constexpr std::string_view dashes = "--";

std::vector<std::string_view> known_flags() {
  std::vector<std::string_view> known{"config", "data",    "deploy",
                                      "help",   "version", "print-config"};
  for (const auto& each : settings()) known.push_back(each.key);
  return known;
}

/// The words behind the program's name, one after the other.
class words {
public:
  words(int argc, const char* const* argv) : all_(argv + std::min(argc, 1), argv + argc) {}

  [[nodiscard]] bool empty() const noexcept { return next_ == all_.size(); }
  std::string take() { return all_[next_++]; }
  /// What stands behind a flag as its value: a flag is none.
  std::optional<std::string> value() {
    if (empty() || all_[next_].starts_with(dashes)) return std::nullopt;
    return take();
  }

private:
  std::vector<std::string> all_;
  std::size_t next_ = 0;
};

} // namespace

command_line command_line::read(int argc, const char* const* argv, findings& faults) {
  command_line made;
  made.program = argc > 0 ? std::filesystem::path{argv[0]}.filename().string() : "node";
  const auto refuse = [&](const std::string& word, std::string why) {
    faults.error(somewhere(word), std::move(why));
  };
  for (words left{argc, argv}; !left.empty();) {
    const auto word = left.take();
    if (word == "-h") {
      made.help = true;
      continue;
    }
    if (!word.starts_with(dashes)) {
      refuse(word, "is no flag, and a node takes nothing else; see --help");
      continue;
    }
    const auto equals = word.find('=');
    const auto flag = word.substr(0, equals);
    const auto name = flag.substr(dashes.size());
    std::optional<std::string> value;
    if (equals != word.npos) value = word.substr(equals + 1);

    if (auto* const truth = name == "help"           ? &made.help
                            : name == "version"      ? &made.version
                            : name == "print-config" ? &made.print_config
                                                     : nullptr) {
      if (value) refuse(flag, "takes no value");
      *truth = true;
      continue;
    }
    const bool directory = name == "data";
    const auto* which = find_setting(directory ? "store" : name);
    if (which == nullptr && name != "config" && name != "deploy") {
      refuse(flag, fmt::format("there is no such flag{}", did_you_mean(name, known_flags())));
      if (!value) (void)left.value(); // it would have been its value
      continue;
    }
    if (!value) value = left.value();
    if (!value || value->empty()) {
      refuse(flag, fmt::format("wants a value: {} {}", flag,
                               directory ? "DIR"
                               : which   ? which->form
                                         : "FILE"));
      continue;
    }
    const auto otherwise = std::ranges::find_if(made.settings, [&](const command_line::said& each) {
      return each.which == which && each.flag != flag;
    });
    if (which != nullptr && otherwise != made.settings.end())
      refuse(flag,
             fmt::format("says what {} says already: one of them would be right", otherwise->flag));
    else if (which != nullptr)
      made.settings.push_back({which, directory ? "lmdb:" + *value : *value, flag});
    else if (name == "deploy")
      made.deploys.push_back(*value);
    else if (!made.config.empty())
      refuse(flag, fmt::format("is there twice: {} and {}", made.config, *value));
    else
      made.config = *value;
  }
  return made;
}

} // namespace quipu
