#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace quipu::redis {

/// The words of a command on their way to the server. Views must live until `bytes` is called;
/// what has no other home is kept.
class command {
public:
  command() = default;
  command(std::initializer_list<std::string_view> words) : words_{words} {}

  command& add(std::string_view word) {
    words_.push_back(word);
    return *this;
  }
  template <class Integer>
  command& number(Integer value) {
    return keep(fmt::format("{}", value));
  }
  command& keep(std::string word);

  /// As the protocol has it.
  [[nodiscard]] std::string bytes() const;

private:
  std::vector<std::string_view> words_;
  std::vector<std::unique_ptr<std::string>> kept_;
};

} // namespace quipu::redis
