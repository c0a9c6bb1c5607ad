#pragma once

#include <string_view>

namespace quipu::draft7 {

/// RFC 1123, 2.1.
[[nodiscard]] bool is_hostname(std::string_view text);
/// The same in any script, as IDNA (UTS 46) admits it.
[[nodiscard]] bool is_idn_hostname(std::string_view text);

[[nodiscard]] bool is_ipv4(std::string_view text);
[[nodiscard]] bool is_ipv6(std::string_view text);

/// RFC 5321, 4.1.2: its domain may be an address in brackets.
[[nodiscard]] bool is_email(std::string_view text);
/// RFC 6531: in any script.
[[nodiscard]] bool is_idn_email(std::string_view text);

} // namespace quipu::draft7
