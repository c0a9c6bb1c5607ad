#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace quipu::draft7 {

/// A URI reference in its parts (RFC 3986, 3); a part that is not there is not the same as an empty
/// one.
struct uri {
  std::optional<std::string> scheme;
  std::optional<std::string> authority;
  std::string path;
  std::optional<std::string> query;
  std::optional<std::string> fragment; ///< still percent-encoded

  [[nodiscard]] static uri parse(std::string_view text);
  /// What this means when it stands in `base` (RFC 3986, 5.2).
  [[nodiscard]] uri in(const uri& base) const;
  /// As text, without the fragment.
  [[nodiscard]] std::string head() const;
};

/// `%41` is `A`. None: a percent sign without two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

} // namespace quipu::draft7
