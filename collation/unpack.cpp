#include "collation/pack.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <vector>

/// Reading MessagePack. What is read was stored, and what is stored may be damaged or written by
/// somebody else: nothing is made larger than the bytes that are there, nothing recurses.
namespace quipu {

namespace {

struct no_messagepack {};

class reader {
public:
  explicit reader(std::string_view bytes) : rest_{bytes} {}

  json whole() {
    json root;
    value(root);
    while (!open_.empty()) {
      auto& [within, left] = open_.back();
      if (left == 0) {
        if (within->is_object()) check_keys(within->get_ref<json::object_t&>());
        open_.pop_back();
        continue;
      }
      --left;
      if (within->is_array()) {
        auto& items = within->get_ref<json::array_t&>();
        value(items.emplace_back());
      } else {
        // Not `emplace`, which looks through all keys that are there.
        json::object_t::Container& entries = within->get_ref<json::object_t&>();
        value(entries.emplace_back(key(), nullptr).second);
      }
    }
    if (!rest_.empty()) throw no_messagepack{};
    return root;
  }

private:
  /// A list or map of which `left` items are still to come.
  struct frame {
    json* within;
    std::size_t left;
  };

  /// No key is there twice.
  static void check_keys(const json::object_t& entries) {
    constexpr std::size_t few = 16;
    if (entries.size() <= few) {
      for (auto entry = entries.begin(); entry != entries.end(); ++entry)
        if (std::any_of(entries.begin(), entry,
                        [&](const auto& before) { return before.first == entry->first; }))
          throw no_messagepack{};
      return;
    }
    std::vector<std::string_view> keys;
    keys.reserve(entries.size());
    for (const auto& [key, item] : entries) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) throw no_messagepack{};
  }

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) throw no_messagepack{};
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::uint64_t big_endian(std::size_t size) {
    std::uint64_t number = 0;
    for (const auto byte : take(size)) number = number << 8U | static_cast<unsigned char>(byte);
    return number;
  }

  std::uint8_t kind() { return static_cast<std::uint8_t>(big_endian(1)); }

  /// The length of a text; none: `kind` is something else.
  std::optional<std::size_t> text_size(std::uint8_t kind) {
    if ((kind & 0xe0U) == 0xa0U) return kind & 0x1fU;
    if (kind >= 0xd9 && kind <= 0xdb) return big_endian(std::size_t{1} << (kind - 0xd9U));
    return std::nullopt;
  }

  std::string key() {
    const auto size = text_size(kind());
    if (!size) throw no_messagepack{};
    return std::string{take(*size)};
  }

  /// `least`: bytes that each item has at the least.
  void open(json& into, json::value_t as, std::size_t size, std::size_t least) {
    if (size > rest_.size() / least || open_.size() == most_packed) throw no_messagepack{};
    into = json(as);
    open_.push_back({&into, size});
  }

  void value(json& into) {
    const auto first = kind();
    if (first < 0x80) {
      into = static_cast<std::uint64_t>(first);
    } else if (first < 0x90) {
      open(into, json::value_t::object, first & 0x0fU, 2);
    } else if (first < 0xa0) {
      open(into, json::value_t::array, first & 0x0fU, 1);
    } else if (first >= 0xe0) {
      into = std::int64_t{static_cast<std::int8_t>(first)};
    } else if (const auto size = text_size(first)) {
      into = std::string{take(*size)};
    } else {
      other(into, first);
    }
  }

  void other(json& into, std::uint8_t first) {
    switch (first) {
    case 0xc0: into = nullptr; return;
    case 0xc2:
    case 0xc3: into = first == 0xc3; return;
    case 0xc4:
    case 0xc5:
    case 0xc6: {
      const auto bytes = take(big_endian(std::size_t{1} << (first - 0xc4U)));
      into = json::binary({bytes.begin(), bytes.end()});
      return;
    }
    case 0xca:
      into = double{std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(4)))};
      return;
    case 0xcb: into = std::bit_cast<double>(big_endian(8)); return;
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf: into = big_endian(std::size_t{1} << (first - 0xccU)); return;
    case 0xd0: into = std::int64_t{static_cast<std::int8_t>(big_endian(1))}; return;
    case 0xd1: into = std::int64_t{static_cast<std::int16_t>(big_endian(2))}; return;
    case 0xd2: into = std::int64_t{static_cast<std::int32_t>(big_endian(4))}; return;
    case 0xd3: into = static_cast<std::int64_t>(big_endian(8)); return;
    case 0xdc:
    case 0xdd: open(into, json::value_t::array, big_endian(first == 0xdc ? 2 : 4), 1); return;
    case 0xde:
    case 0xdf: open(into, json::value_t::object, big_endian(first == 0xde ? 2 : 4), 2); return;
    default: throw no_messagepack{};
    }
  }

  std::string_view rest_;
  std::vector<frame> open_;
};

} // namespace

json unpack(std::string_view bytes) {
  try {
    return reader{bytes}.whole();
  } catch (const no_messagepack&) {
    return json(json::value_t::discarded);
  }
}

} // namespace quipu
