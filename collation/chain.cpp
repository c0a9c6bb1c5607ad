#include "collation/chain.hpp"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace quipu {

head chain(std::string_view record, const head& before) {
  // Fetching the algorithm costs more than a short digest: once a thread.
  struct context {
    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> sha256{EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                           &EVP_MD_free};
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest{EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free};
  };
  thread_local context with;
  head made{};
  unsigned int size = 0;
  if (EVP_DigestInit_ex2(with.digest.get(), with.sha256.get(), nullptr) != 1 ||
      EVP_DigestUpdate(with.digest.get(), record.data(), record.size()) != 1 ||
      EVP_DigestUpdate(with.digest.get(), before.data(), before.size()) != 1 ||
      EVP_DigestFinal_ex(with.digest.get(), made.data(), &size) != 1 || size != made.size())
    throw std::runtime_error{"OpenSSL cannot compute SHA-256"};
  return made;
}

std::string to_hex(const head& value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(value.size() * 2);
  for (const auto byte : value) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xfU];
  }
  return text;
}

} // namespace quipu
