#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace quipu::redis {

/// The words of a command on their way to the server, as its protocol has them: written one by one
/// into one text, since a commit has dozens.
class command {
public:
  command() = default;
  command(std::initializer_list<std::string_view> words) {
    for (const auto& each : words) add(each);
  }

  command& add(std::string_view word);
  template <class Integer>
  command& number(Integer value) {
    return add(std::to_string(value));
  }
  /// A word of two parts.
  command& add(char first, std::string_view rest);

  [[nodiscard]] std::string bytes() const;

private:
  void begin(std::size_t size);

  std::size_t count_ = 0;
  std::string words_;
};

} // namespace quipu::redis
