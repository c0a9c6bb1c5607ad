#include "lmdb_bridge/pages.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

namespace quipu::lmdb {

namespace {

// A page: number (8), padding (2), flags (2), then lower and upper bound of its room (2, 2) or, of
// the first page of a long value, how many pages it has (4); then two bytes for each node, its
// place. A node: length of the value or number of the page below (6 bytes of it in all), flags,
// length of the key, the key, the value.
constexpr std::size_t page_header = 16;
constexpr std::size_t node_header = 8;
enum page_flag : unsigned { branch = 1, leaf = 2, overflow = 4, is_meta = 8, dirty = 16 };
enum node_flag : unsigned { long_value = 1, table = 2, many = 4 };

// Table: padding (4), flags (2), depth (2), branch, leaf and long pages, rows, root (8 each).
constexpr std::size_t table_size = 48;
constexpr std::uint64_t no_page = ~std::uint64_t{0};

// Meta: magic (4), version (4), address (8), size (8), free table, main table, last page (8),
// transaction (8).
constexpr std::size_t free_table_at = 24;
constexpr std::size_t main_table_at = free_table_at + table_size;
constexpr std::size_t last_page_at = main_table_at + table_size;
constexpr std::size_t transaction_at = last_page_at + 8;
constexpr std::uint32_t magic = 0xBEEFC0DE;

constexpr std::size_t most_faults = 100;
constexpr int deepest = 32; // CURSOR_STACK

template <class T>
T read(const char* from) {
  T value{};
  std::memcpy(&value, from, sizeof value);
  return value;
}

struct tree {
  unsigned flags = 0;
  unsigned depth = 0;
  std::uint64_t branches = 0;
  std::uint64_t leaves = 0;
  std::uint64_t longs = 0;
  std::uint64_t rows = 0;
  std::uint64_t root = no_page;

  static tree of(const char* from) {
    return {read<std::uint16_t>(from + 4),  read<std::uint16_t>(from + 6),
            read<std::uint64_t>(from + 8),  read<std::uint64_t>(from + 16),
            read<std::uint64_t>(from + 24), read<std::uint64_t>(from + 32),
            read<std::uint64_t>(from + 40)};
  }
};

class checker {
public:
  checker(const char* bytes, std::size_t size) : bytes_(bytes), size_(size) {}

  std::vector<std::string> faults;

  void run() {
    if (!find_meta()) return;
    used_.assign(last_ + 1, false);
    used_[0] = used_[1] = true;
    check(tree::of(meta_ + free_table_at), "the list of free pages", true);
    check(tree::of(meta_ + main_table_at), "the list of tables", false);
    for (const auto& [name, each] : tables_) check(each, name, false);
    for (auto number : free_)
      if (number > last_ || used_[number])
        fault(number, "is on the list of free pages, but in use or beyond the file");
    std::ranges::sort(free_); // each transaction has a list of its own
    for (std::size_t at = 1; at < free_.size(); ++at)
      if (free_[at] == free_[at - 1]) fault(free_[at], "is free twice");
  }

private:
  void fault(std::uint64_t page, std::string_view what) {
    if (faults.size() < most_faults) faults.push_back(fmt::format("page {} {}", page, what));
  }

  /// Two pages, written by turns: the newer counts, and they are one transaction apart.
  bool find_meta() {
    const auto sizes = read_size();
    if (!sizes) return false;
    page_ = *sizes;
    std::array<const char*, 2> metas{};
    for (std::uint64_t which = 0; which < metas.size(); ++which) {
      const auto* at = bytes_ + which * page_;
      if (read<std::uint64_t>(at) != which || (read<std::uint16_t>(at + 10) & is_meta) == 0 ||
          read<std::uint32_t>(at + page_header) != magic ||
          read<std::uint32_t>(at + page_header + 4) != 1)
        fault(which, "is no head of an LMDB file");
      metas[which] = at + page_header;
      if (read<std::uint32_t>(metas[which] + free_table_at) != page_)
        fault(which, "says another size of pages");
    }
    if (!faults.empty()) return false;
    const auto first = read<std::uint64_t>(metas[0] + transaction_at);
    const auto second = read<std::uint64_t>(metas[1] + transaction_at);
    const bool newer_is_second = second > first;
    meta_ = metas[newer_is_second ? 1 : 0];
    const auto newer = newer_is_second ? second : first;
    const auto older = newer_is_second ? first : second;
    if (newer != 0 && (newer - older != 1 || (newer & 1U) != (newer_is_second ? 1U : 0U)))
      fault(
          newer_is_second ? 1 : 0,
          fmt::format("is of transaction {}, the other of {}: one of them is not what was written",
                      newer, older));
    last_ = read<std::uint64_t>(meta_ + last_page_at);
    if (last_ < 1 || last_ >= size_ / page_) {
      fault(newer_is_second ? 1 : 0,
            fmt::format("says that page {} is the last; the file has {}", last_, size_ / page_));
      return false;
    }
    return faults.empty();
  }

  std::optional<std::size_t> read_size() {
    constexpr std::size_t smallest = 512;
    if (size_ >= 2 * smallest) {
      const std::size_t said = read<std::uint32_t>(bytes_ + page_header + free_table_at);
      if (said >= smallest && said <= 65536 && (said & (said - 1)) == 0 && size_ >= 2 * said)
        return said;
    }
    fault(0, "is no head of an LMDB file");
    return std::nullopt;
  }

  void check(const tree& of, std::string_view name, bool is_free_list) {
    counted_ = {};
    name_ = name;
    is_free_list_ = is_free_list;
    key_.clear();
    has_key_ = false;
    if (of.root == no_page) {
      if (of.rows != 0 || of.depth != 0)
        fault(0, fmt::format("says that {} has rows, but no page", name));
      return;
    }
    walk(of.root, 1, of.depth);
    counted_.root = of.root;
    counted_.depth = of.depth;
    if (counted_.branches != of.branches || counted_.leaves != of.leaves ||
        counted_.longs != of.longs || counted_.rows != of.rows)
      fault(of.root, fmt::format("is the root of {}, which should have {} rows and {} pages; there "
                                 "are {} and {}",
                                 name, of.rows, of.branches + of.leaves + of.longs, counted_.rows,
                                 counted_.branches + counted_.leaves + counted_.longs));
  }

  /// Marks a page as used; false: there is no such page, or it is used already.
  bool take(std::uint64_t number, std::uint64_t count = 1) {
    if (number < 2 || number > last_ || count > last_ + 1 - number) {
      fault(number, fmt::format("is named by {}, but is not in the file", name_));
      return false;
    }
    for (auto at = number; at < number + count; ++at) {
      if (used_[at]) {
        fault(at, fmt::format("is named twice, the second time by {}", name_));
        return false;
      }
      used_[at] = true;
    }
    return true;
  }

  void walk(std::uint64_t number, unsigned depth, unsigned deep) {
    if (depth > deepest || depth > deep) return fault(number, "lies deeper than its tree");
    if (!take(number)) return;
    const auto* page = bytes_ + number * page_;
    const auto flags = read<std::uint16_t>(page + 10) & ~unsigned{dirty};
    const auto lower = read<std::uint16_t>(page + 12);
    const auto upper = read<std::uint16_t>(page + 14);
    if (read<std::uint64_t>(page) != number || (flags != branch && flags != leaf) ||
        lower < page_header || lower % 2 != 0 || lower > upper || upper > page_)
      return fault(number, "has a head that cannot be");
    if ((flags == leaf) != (depth == deep)) return fault(number, "is of the wrong kind");
    ++(flags == leaf ? counted_.leaves : counted_.branches);
    const auto nodes = (lower - page_header) / 2U;
    if (nodes == 0 || (flags == branch && nodes < 2)) return fault(number, "has too few nodes");
    std::size_t room = 0;
    for (std::size_t at = 0; at < nodes; ++at) {
      const std::size_t place = read<std::uint16_t>(page + page_header + 2 * at);
      if (place < upper || place % 2 != 0 || place + node_header > page_)
        return fault(number, "has a node where none can be");
      const auto* node = page + place;
      const std::size_t key_size = read<std::uint16_t>(node + 6);
      if (place + node_header + key_size > page_)
        return fault(number, "has a key that does not end");
      const std::string_view key{node + node_header, key_size};
      room += node_size(flags == branch, node, key_size);
      if (flags == branch) {
        const auto below = std::uint64_t{read<std::uint16_t>(node)} |
                           std::uint64_t{read<std::uint16_t>(node + 2)} << 16U |
                           std::uint64_t{read<std::uint16_t>(node + 4)} << 32U;
        // What is below is not before its key; the first key of a branch page is not used.
        least_ = at == 0 ? std::nullopt : std::optional{std::string{key}};
        walk(below, depth + 1, deep);
      } else {
        in_order(number, key);
        ++counted_.rows;
        value(number, node, key, place + node_header + key_size);
      }
      if (faults.size() >= most_faults) return;
    }
    if (room != page_ - upper) fault(number, "has room that nothing accounts for");
  }

  static std::size_t node_size(bool is_branch, const char* node, std::size_t key_size) {
    auto size = node_header + key_size;
    if (!is_branch)
      size += (read<std::uint16_t>(node + 4) & long_value) != 0
                  ? sizeof(std::uint64_t)
                  : read<std::uint16_t>(node) | std::size_t{read<std::uint16_t>(node + 2)} << 16U;
    return size + size % 2;
  }

  void in_order(std::uint64_t number, std::string_view key) {
    const auto precedes = [this](std::string_view one, std::string_view other) {
      if (!is_free_list_) return one < other;
      if (one.size() != 8 || other.size() != 8) return false;
      return read<std::uint64_t>(one.data()) < read<std::uint64_t>(other.data());
    };
    if (has_key_ && !precedes(key_, key)) fault(number, "has keys that are not in order");
    if (least_ && precedes(key, *least_)) fault(number, "has keys that belong elsewhere");
    least_.reset();
    key_ = key;
    has_key_ = true;
  }

  void value(std::uint64_t number, const char* node, std::string_view key, std::size_t begins) {
    const auto size = read<std::uint16_t>(node) | std::size_t{read<std::uint16_t>(node + 2)} << 16U;
    const unsigned flags = read<std::uint16_t>(node + 4);
    const auto* at = node + node_header + key.size();
    const bool in_list = name_ == "the list of tables";
    if ((flags & ~unsigned{long_value | table}) != 0 || ((flags & table) != 0) != in_list)
      return fault(number, "has a node of an unknown kind");
    if ((flags & long_value) != 0) {
      if (begins + sizeof(std::uint64_t) > page_)
        return fault(number, "has a value that does not end");
      at = long_pages(number, read<std::uint64_t>(at), size);
      if (at == nullptr) return;
    } else if (begins + size > page_) {
      return fault(number, "has a value that does not end");
    }
    if (in_list && size == table_size) {
      const auto found = tree::of(at);
      if (found.flags != 0) fault(number, "has a table of an unknown kind");
      tables_.emplace_back(fmt::format("table \"{}\"", key), found);
    } else if (in_list) {
      fault(number, "has a table of an unknown size");
    }
    if (is_free_list_) free_pages(number, at, size);
  }

  /// Where a long value begins, or nothing.
  const char* long_pages(std::uint64_t number, std::uint64_t first, std::size_t size) {
    const auto count = (page_header + size + page_ - 1) / page_;
    if (!take(first, count)) return nullptr;
    const auto* page = bytes_ + first * page_;
    if (read<std::uint64_t>(page) != first ||
        (read<std::uint16_t>(page + 10) & ~unsigned{dirty}) != overflow ||
        read<std::uint32_t>(page + 12) != count) {
      fault(first, fmt::format("is no long value, as page {} says", number));
      return nullptr;
    }
    counted_.longs += count;
    return page + page_header;
  }

  void free_pages(std::uint64_t number, const char* list, std::size_t size) {
    const auto count = size < 8 ? 0 : read<std::uint64_t>(list);
    if (size < 8 || count > size / 8 - 1)
      return fault(number, "has a list of free pages that does not end");
    for (std::uint64_t at = 1; at <= count; ++at)
      free_.push_back(read<std::uint64_t>(list + 8 * at));
  }

  const char* bytes_;
  std::size_t size_;
  std::size_t page_ = 0;
  const char* meta_ = nullptr;
  std::uint64_t last_ = 0;
  std::vector<bool> used_;
  std::vector<std::uint64_t> free_;
  std::vector<std::pair<std::string, tree>> tables_;

  // Of the tree that is walked.
  tree counted_;
  std::string name_;
  bool is_free_list_ = false;
  std::string key_;
  bool has_key_ = false;
  std::optional<std::string> least_;
};

} // namespace

result<std::vector<std::string>> check_pages(const std::string& directory) {
  const auto file = directory + "/data.mdb";
  const auto refuse = [&] {
    return failure{fault::unavailable,
                   fmt::format("{} cannot be read: {}", file, std::strerror(errno))};
  };
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return refuse();
  const std::unique_ptr<const int, void (*)(const int*)> closed{
      &descriptor, [](const int* it) { ::close(*it); }};
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return refuse();
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size == 0) return std::vector<std::string>{"page 0 is missing: the file is empty"};
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (mapped == MAP_FAILED) return refuse();
  checker made{static_cast<const char*>(mapped), size};
  made.run();
  ::munmap(mapped, size);
  return std::move(made.faults);
}

} // namespace quipu::lmdb
