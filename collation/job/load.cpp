#include "collation/job/field_names.hpp"
#include "collation/pack.hpp"

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
    return {fault::corrupt, fmt::format("job \"{}\": field \"{}\" {}", from_.job, field, why)};
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

  void index() {
    if (!by_name_.contains("x")) return;
    for (const auto& each : unpack(bytes("x")))
      to_.index_.emplace_back(each.at(0).get<std::string>(), value{each.at(1)});
  }

  void summary() {
    const auto s = unpack(bytes("s"));
    to_.records_ = s.at(0);
    to_.created_ms_ = s.at(1);
    to_.updated_ms_ = s.at(2);
    to_.opened_ = s.at(3).get<std::vector<std::uint32_t>>();
    for (const auto& each : s.at(4)) {
      const auto text = digits({each.at(0), each.at(1)}, each.at(4));
      for (auto c : text) to_.count(static_cast<digit>(c), 1, +1);
      to_.passes_.emplace(pass_name{each.at(0), each.at(1)},
                          pass{each.at(2), each.at(3), value_of(key::parse(text))});
    }
    for (const auto& mark : s.at(5)) to_.marks_.push_back(mark.get<std::string>());
    if (const auto& end = s.at(6); end.is_array())
      to_.end_ = conclusion{end.at(0).get<std::string>(),
                            end.at(1).is_null() ? value{} : value{end.at(1)}};
  }

  /// A pass's digits: its text, or the length of what stands in chunks.
  std::string digits(const pass_name& at, const json& said) const {
    if (said.is_string()) return said.get<std::string>();
    const auto size = said.get<std::size_t>();
    std::string text;
    for (std::uint32_t chunk = 0; chunk * digits_a_chunk < size; ++chunk)
      if (const auto found = by_name_.find(chunk_name(at, chunk)); found != by_name_.end())
        text += *found->second;
    if (text.size() != size) throw broken(chunk_name(at, 0), "is not whole");
    return text;
  }

  void data() {
    for (std::uint32_t page = 0; by_name_.contains(fmt::format("d.{}", page)); ++page)
      for (const auto& entry : unpack(bytes(fmt::format("d.{}", page)))) {
        auto name = entry.at(0).get<std::string>();
        value stored{entry.at(1).is_binary() ? unpack(bytes("D." + name)) : entry.at(1)};
        to_.data_index_.emplace(name, static_cast<std::uint32_t>(to_.data_.size()));
        to_.data_.emplace_back(std::move(name), std::move(stored));
      }
  }

  void activities() {
    each("a.", [this](std::string_view, const std::string& page) {
      for (const auto& entry : unpack(page)) {
        const instance at{entry.at(0), entry.at(1)};
        if (entry.at(2).is_object()) {
          to_.documents_.emplace(at, value_of(decode_documents(pack(entry.at(2)))));
        } else if (entry.at(2) == "call") {
          to_.obligations_.emplace(at, value_of(decode_obligation(pack(entry.at(3)))));
          ++to_.calls_;
        } else {
          to_.children_.emplace(at, entry.at(3).get<std::string>());
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
      auto& documents = to_.documents_[*at];
      value piece{unpack(stored)};
      switch (name.back()) {
      case 'i': documents.input = std::move(piece); break;
      case 'o': documents.output = std::move(piece); break;
      case 'h': documents.hook = std::move(piece); break;
      default: documents.error = std::move(piece); break;
      }
    });
  }

  void obligations() {
    for (const auto& row : from_.obligations) {
      const auto at = parse_instance(row.name);
      auto owed = decode_obligation(row.body);
      if (!at || !owed) throw broken(row.name, "is no obligation");
      // A row for a call that is out is its timer.
      if (owed->is != obligation::kind::called)
        to_.obligations_.insert_or_assign(*at, std::move(*owed));
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
