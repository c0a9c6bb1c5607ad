#include "collation/job.hpp"

#include <algorithm>

namespace quipu {

std::uint32_t job::opened(std::uint32_t slice) const {
  return slice < opened_.size() ? opened_[slice] : 0;
}

digit job::at(std::uint32_t slice, const instance& where) const {
  const auto found = passes_.find({slice, where.pass});
  if (found == passes_.end()) return digit::not_applicable;
  const auto& [parent, first, digits] = found->second;
  if (where.activity < first || where.activity - first >= digits.size())
    return digit::not_applicable;
  return digits.at(where.activity - first);
}

std::string job::key() const {
  const auto root = passes_.find({0, 0});
  if (root == passes_.end()) return {};
  auto text = root->second.digits.text();
  for (const auto& [at, pass] : passes_) {
    if (at.slice == 0) continue;
    for (std::size_t position = 0; position < pass.digits.size(); ++position) {
      auto& shown = text[pass.first + position];
      if (const auto here = pass.digits.at(position);
          here != digit::not_applicable && !is_open(static_cast<digit>(shown)))
        shown = static_cast<char>(here);
    }
  }
  return text;
}

std::vector<std::uint32_t> job::shown() const {
  const auto root = passes_.find({0, 0});
  if (root == passes_.end()) return {};
  std::vector<std::uint32_t> numbers(root->second.digits.size(), 0);
  auto text = root->second.digits.text();
  for (const auto& [at, pass] : passes_) {
    if (at.slice == 0) continue;
    for (std::size_t position = 0; position < pass.digits.size(); ++position) {
      const auto here = pass.digits.at(position);
      auto& shown = text[pass.first + position];
      if (here == digit::not_applicable || is_open(static_cast<digit>(shown))) continue;
      shown = static_cast<char>(here);
      numbers[pass.first + position] = at.pass;
    }
  }
  return numbers;
}

const value* job::data(const std::string& name) const {
  const auto found = data_index_.find(name);
  return found == data_index_.end() ? nullptr : &data_[found->second].second;
}

const documents* job::at(const instance& where) const {
  const auto found = documents_.find(where);
  return found == documents_.end() ? nullptr : &found->second;
}

const obligation* job::owed(const instance& where) const {
  const auto found = obligations_.find(where);
  return found == obligations_.end() ? nullptr : &found->second;
}

const documents* job::answer(const pass_name& at) const {
  const auto found = answers_.find(at);
  return found == answers_.end() ? nullptr : &found->second;
}

const std::string* job::child(const instance& where) const {
  const auto found = children_.find(where);
  return found == children_.end() ? nullptr : &found->second;
}

bool job::marked(std::string_view fact) const noexcept {
  return std::find(marks_.begin(), marks_.end(), fact) != marks_.end();
}

bool job::busy() const noexcept { return !ended() && (calls_ > 0 || begun_ > obligations_.size()); }

} // namespace quipu
