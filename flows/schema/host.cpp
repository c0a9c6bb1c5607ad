#include "flows/schema/host.hpp"

#include <arpa/inet.h>
#include <re2/re2.h>
#include <unicode/uidna.h>

#include <array>
#include <memory>
#include <string>

namespace quipu::draft7 {

namespace {

constexpr std::size_t longest_hostname = 253;

bool fits(std::string_view text, const RE2& form) {
  return form.Match({text.data(), text.size()}, 0, text.size(), RE2::ANCHOR_BOTH, nullptr, 0);
}

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return text.find('\0') == std::string_view::npos &&
         inet_pton(family, std::string{text}.c_str(), bytes.data()) == 1;
}

bool is_mailbox(std::string_view text, const RE2& local, bool (*host)(std::string_view)) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || !fits(text.substr(0, at), local)) return false;
  const auto domain = text.substr(at + 1);
  if (!domain.starts_with('[') || !domain.ends_with(']')) return host(domain);
  const auto inner = domain.substr(1, domain.size() - 2);
  constexpr std::string_view six = "IPv6:";
  return inner.starts_with(six) ? is_ipv6(inner.substr(six.size())) : is_ipv4(inner);
}

// RFC 5321's Local-part; `beyond` is what else may be in it.
std::string local_form(std::string_view beyond) {
  const auto atom = R"([\w!#$%&'*+/=?^`{|}~)" + std::string{beyond} + "-]+";
  return atom + R"((?:\.)" + atom + R"()*|"(?:[ !#-\[\]-~)" + std::string{beyond} +
         R"(]|\\[ -~])*")";
}

} // namespace

bool is_hostname(std::string_view text) {
  static const RE2 form{R"([A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)"
                        R"((?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*)"};
  return text.size() <= longest_hostname && fits(text, form);
}

bool is_idn_hostname(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  // Never closed before the process ends; ICU shares it between threads.
  static const auto idna = std::unique_ptr<UIDNA, decltype(&uidna_close)>{
      uidna_openUTS46(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                          UIDNA_CHECK_CONTEXTO | UIDNA_NONTRANSITIONAL_TO_ASCII,
                      &error),
      uidna_close};
  if (!idna) return true; // ICU without its data cannot say
  if (text.empty() || text.size() > 4 * longest_hostname) return false;
  // UTS 46 lets these pass, RFC 5892 (2.6) does not.
  static const RE2 exceptions{R"([\x{640}\x{7fa}\x{302e}\x{302f}\x{3031}-\x{3035}\x{303b}])"};
  if (RE2::PartialMatch({text.data(), text.size()}, exceptions)) return false;
  std::array<char, 8 * longest_hostname> ascii{};
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  const auto size =
      uidna_nameToASCII_UTF8(idna.get(), text.data(), static_cast<std::int32_t>(text.size()),
                             ascii.data(), static_cast<std::int32_t>(ascii.size()), &info, &error);
  return U_SUCCESS(error) != 0 && info.errors == 0 &&
         is_hostname({ascii.data(), static_cast<std::size_t>(size)});
}

bool is_ipv4(std::string_view text) { return is_address(AF_INET, text); }
bool is_ipv6(std::string_view text) { return is_address(AF_INET6, text); }

bool is_email(std::string_view text) {
  static const RE2 local{local_form("")};
  return is_mailbox(text, local, is_hostname);
}

bool is_idn_email(std::string_view text) {
  static const RE2 local{local_form(R"(\x{80}-\x{10ffff})")};
  return is_mailbox(text, local, is_idn_hostname);
}

} // namespace quipu::draft7
