#include "collation/job/field_names.hpp"
#include "collation/job/tree.hpp"
#include "collation/pack.hpp"
#include "collation/record/conclusion.hpp"
#include "collation/utf8.hpp"
#include "collation/whole.hpp"

#include <exception>
#include <functional>
#include <map>

namespace quipu {

/// Reads the fields of one snapshot; what they say that cannot be is thrown as a `failure`.
class job::loading {
public:
  loading(const snapshot& from, job& to) : from_(from), to_(to) {
    for (const auto& stored : from.fields) by_name_.emplace(stored.name, &stored.bytes);
  }

  result<void> run() {
    try {
      to_.born_ = value_of(decode_identity(bytes("b")));
      summary();
      index();
      data();
      activities();
      answers();
      large_documents();
      obligations();
      return {};
    } catch (const failure& why) {
      return why;
    } catch (const std::exception& e) {
      return broken(reading_, fmt::format("cannot be read: {}", e.what()));
    }
  }

private:
  using fields = std::map<std::string, const std::string*, std::less<>>;

  [[nodiscard]] failure broken(std::string_view field, std::string_view why) const {
    return {fault::corrupt,
            fmt::format("job \"{}\": field \"{}\" {}", escaped(from_.job), escaped(field), why)};
  }

  template <class T>
  static T value_of(result<T> what) {
    if (!what) throw failure{what.error()};
    return std::move(*what);
  }

  const std::string& bytes(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) throw broken(name, "is missing");
    reading_ = found->first;
    return *found->second;
  }

  /// Every field whose name begins so.
  template <class Use>
  void each(std::string_view prefix, Use use) {
    for (auto at = by_name_.lower_bound(prefix);
         at != by_name_.end() && at->first.starts_with(prefix); ++at) {
      reading_ = at->first;
      use(std::string_view{at->first}.substr(prefix.size()), *at->second);
    }
  }

  json unpacked(std::string_view bytes) const {
    auto read = unpack(bytes);
    if (read.is_discarded()) throw broken(reading_, "is no MessagePack");
    return read;
  }

  static const json::array_t& list(const json& from) {
    return from.get_ref<const json::array_t&>();
  }
  static std::uint32_t number(const json& from) { return whole<std::uint32_t>(from); }

  void index() {
    if (!by_name_.contains("x")) return;
    const auto read = unpacked(bytes("x"));
    for (const auto& each : list(read))
      to_.index_.emplace_back(each.at(0).get<std::string>(), value{each.at(1)});
  }

  void summary() {
    const auto s = unpacked(bytes("s"));
    to_.records_ = static_cast<std::uint64_t>(whole<std::int64_t>(s.at(0)));
    to_.created_ms_ = whole<std::int64_t>(s.at(1));
    to_.updated_ms_ = whole<std::int64_t>(s.at(2));
    for (const auto& each : list(s.at(3))) to_.opened_.push_back(number(each));
    if (to_.opened_.size() != to_.born_.slices)
      throw broken(reading_, fmt::format("has {} slices, the job was born with {}",
                                         to_.opened_.size(), to_.born_.slices));
    for (const auto& each : list(s.at(4))) {
      const pass_name at{number(each.at(0)), number(each.at(1))};
      pass stored{number(each.at(2)), number(each.at(3)),
                  value_of(key::parse(digits(at, each.at(4))))};
      if (at.slice >= to_.opened_.size() || at.pass >= to_.opened_[at.slice])
        throw broken(reading_, fmt::format("has pass {} of slice {}, which was not opened", at.pass,
                                           at.slice));
      if (to_.passes_.contains(at) || !has_room(to_, at, stored))
        throw broken(reading_, fmt::format("has pass {} of slice {} twice, or outside of the tree",
                                           at.pass, at.slice));
      for (auto c : stored.digits.text()) to_.count(static_cast<digit>(c), 1, +1);
      to_.passes_.emplace(at, std::move(stored));
    }
    for (const auto& mark : list(s.at(5))) to_.marks_.push_back(mark.get<std::string>());
    if (const auto& end = s.at(6); !end.is_null()) to_.end_ = conclusion_of(end.at(0), end.at(1));
  }

  /// A pass's digits: its text, or the length of what stands in chunks.
  std::string digits(const pass_name& at, const json& said) const {
    if (said.is_string()) return said.get<std::string>();
    const auto size = whole<std::size_t>(said);
    std::string text;
    for (std::uint32_t chunk = 0; text.size() < size; ++chunk) {
      const auto found = by_name_.find(chunk_name(at, chunk));
      if (found == by_name_.end() || found->second->empty()) break;
      text += *found->second;
    }
    if (text.size() != size) throw broken(chunk_name(at, 0), "is not whole");
    return text;
  }

  void data() {
    for (std::uint32_t page = 0; by_name_.contains(fmt::format("d.{}", page)); ++page) {
      const auto read = unpacked(bytes(fmt::format("d.{}", page)));
      for (const auto& entry : list(read)) {
        auto name = entry.at(0).get<std::string>();
        value stored{entry.at(1).is_binary() ? unpacked(bytes("D." + name)) : entry.at(1)};
        if (!to_.data_index_.emplace(name, static_cast<std::uint32_t>(to_.data_.size())).second)
          throw broken(reading_, fmt::format("has \"{}\" twice", escaped(name)));
        to_.data_.emplace_back(std::move(name), std::move(stored));
      }
    }
  }

  /// `at` if it is an activity of the tree.
  const instance& of_tree(const instance& at) const {
    if (!has(to_, at.activity))
      throw broken(reading_, fmt::format("is of activity {}, which is not there", at.activity));
    return at;
  }

  void once(bool first) const {
    if (!first) throw broken(reading_, "says one thing twice");
  }

  void activities() {
    each("a.", [this](std::string_view, const std::string& page) {
      const auto read = unpacked(page);
      for (const auto& entry : list(read)) {
        const auto at = of_tree({number(entry.at(0)), number(entry.at(1))});
        if (entry.at(2).is_object()) {
          once(to_.documents_.emplace(at, value_of(decode_documents(pack(entry.at(2))))).second);
        } else if (entry.at(2) == "call") {
          auto owed = value_of(decode_obligation(pack(entry.at(3))));
          if (owed.is != obligation::kind::called)
            throw broken(reading_, "has a call that is none");
          once(to_.obligations_.emplace(at, std::move(owed)).second);
          ++to_.calls_;
        } else {
          once(to_.children_.emplace(at, entry.at(3).get<std::string>()).second);
        }
      }
    });
  }

  void answers() {
    each("w.", [this](std::string_view name, const std::string& stored) {
      const auto at = parse_instance(name);
      auto written = decode_documents(stored);
      if (!at || !written) throw broken(reading_, "cannot be read");
      to_.answers_.emplace(pass_name{at->activity, at->pass}, std::move(*written));
    });
  }

  void large_documents() {
    each("O.", [this](std::string_view name, const std::string& stored) {
      const auto dot = name.rfind('.');
      const auto at = parse_instance(name.substr(0, dot));
      if (!at || dot + 2 != name.size()) throw broken(reading_, "has no such name");
      auto& documents = to_.documents_[of_tree(*at)];
      value piece{unpacked(stored)};
      switch (name.back()) {
      case 'i': documents.input = std::move(piece); break;
      case 'o': documents.output = std::move(piece); break;
      case 'h': documents.hook = std::move(piece); break;
      case 'e': documents.error = std::move(piece); break;
      default: throw broken(reading_, "has no such name");
      }
    });
  }

  void obligations() {
    for (const auto& row : from_.obligations) {
      const auto at = parse_instance(row.name);
      auto owed = decode_obligation(row.body);
      if (!at || !owed) throw broken(row.name, "is no obligation");
      // A row for a call that is out is its timer.
      if (owed->is == obligation::kind::called) continue;
      reading_ = row.name;
      once(to_.obligations_.emplace(of_tree(*at), std::move(*owed)).second);
    }
  }

  const snapshot& from_;
  job& to_;
  fields by_name_;
  std::string reading_ = "s";
};

result<job> job::load(const snapshot& from) {
  job made;
  if (auto loaded = loading{from, made}.run(); !loaded) return loaded.error();
  return made;
}

} // namespace quipu
