#include "collation/job/field_names.hpp"
#include "collation/pack.hpp"

#include <algorithm>

namespace quipu {

std::string job::summary() const {
  packer out;
  out.array(7).integer(static_cast<std::int64_t>(records_)).integer(created_ms_);
  out.integer(updated_ms_);
  out.array(opened_.size());
  for (auto count : opened_) out.integer(count);
  out.array(passes_.size());
  for (const auto& [at, pass] : passes_) {
    out.array(5).integer(at.slice).integer(at.pass).integer(pass.parent).integer(pass.first);
    if (pass.digits.size() > digits_inline)
      out.integer(static_cast<std::int64_t>(pass.digits.size()));
    else
      out.text(pass.digits.text());
  }
  out.array(marks_.size());
  for (const auto& mark : marks_) out.text(mark);
  if (end_)
    out.array(2).text(end_->state).packed(end_->error.packed());
  else
    out.nil();
  return std::move(out).bytes();
}

std::string job::index_field() const {
  packer out;
  out.array(index_.size());
  for (const auto& [name, by] : index_) out.array(2).text(name).packed(by.packed());
  return std::move(out).bytes();
}

std::string job::data_page(std::uint32_t page) const {
  const auto first = page * data_a_page;
  const auto last = std::min<std::size_t>(first + data_a_page, data_.size());
  packer out;
  out.array(last - first);
  for (auto at = first; at < last; ++at) {
    out.array(2).text(data_[at].first);
    if (is_large(data_[at].second))
      out.binary({});
    else
      out.packed(data_[at].second.packed());
  }
  return std::move(out).bytes();
}

std::string job::activity_page(std::uint32_t page) const {
  const instance first{page * activities_a_page, 0};
  const instance last{first.activity + activities_a_page, 0};
  packer out;
  std::size_t count = 0;
  for (auto at = documents_.lower_bound(first); at != documents_.end() && at->first < last; ++at) {
    out.array(3).integer(at->first.activity).integer(at->first.pass);
    out.packed(encode(at->second, large_value));
    ++count;
  }
  // What answers from outside find is a row of the store; calls that are out only their owner
  // needs.
  for (auto at = obligations_.lower_bound(first); at != obligations_.end() && at->first < last;
       ++at)
    if (at->second.is == obligation::kind::called) {
      out.array(4).integer(at->first.activity).integer(at->first.pass).text("call");
      out.packed(encode(at->second));
      ++count;
    }
  for (auto at = children_.lower_bound(first); at != children_.end() && at->first < last; ++at) {
    out.array(4).integer(at->first.activity).integer(at->first.pass).text("child").text(at->second);
    ++count;
  }
  if (count == 0) return {};
  packer whole;
  whole.array(count).packed(out.bytes());
  return std::move(whole).bytes();
}

delta job::everything() const {
  delta all;
  all.born = true;
  for (std::uint32_t at = 0; at < data_.size(); ++at) {
    all.data_pages.insert(at / data_a_page);
    if (is_large(data_[at].second)) all.large.emplace("D." + data_[at].first, data_[at].second);
  }
  for (const auto& [at, stored] : documents_) {
    all.activity_pages.insert(at.activity / activities_a_page);
    for (const auto& [which, piece] : parts_of(stored))
      if (*piece && is_large(*piece)) all.large.emplace(large_name(at, which), *piece);
  }
  for (const auto& [at, owed] : obligations_)
    all.activity_pages.insert(at.activity / activities_a_page);
  for (const auto& [at, child] : children_)
    all.activity_pages.insert(at.activity / activities_a_page);
  for (const auto& [at, pass] : passes_)
    if (pass.digits.size() > digits_inline)
      for (std::uint32_t chunk = 0; chunk * digits_a_chunk < pass.digits.size(); ++chunk)
        all.chunks.insert({at, chunk});
  for (const auto& [at, written] : answers_) all.answers.insert(at);
  all.index = !index_.empty();
  return all;
}

std::vector<field> job::fields() const {
  std::vector<field> set;
  std::vector<std::string> unset;
  fields(everything(), set, unset);
  return set;
}

void job::fields(const delta& touched, std::vector<field>& set,
                 std::vector<std::string>& unset) const {
  if (touched.born) set.push_back({"b", encode(born_)});
  set.push_back({"s", summary()});
  if (touched.index) set.push_back({"x", index_field()});
  for (const auto& [at, chunk] : touched.chunks)
    if (const auto found = passes_.find(at); found != passes_.end())
      set.push_back({chunk_name(at, chunk),
                     found->second.digits.text().substr(chunk * digits_a_chunk, digits_a_chunk)});
  for (auto page : touched.data_pages) set.push_back({fmt::format("d.{}", page), data_page(page)});
  for (auto page : touched.activity_pages) {
    auto name = fmt::format("a.{}", page);
    if (auto bytes = activity_page(page); bytes.empty())
      unset.push_back(std::move(name));
    else
      set.push_back({std::move(name), std::move(bytes)});
  }
  for (const auto& at : touched.answers)
    if (const auto* written = answer(at)) set.push_back({answer_name(at), encode(*written)});
  for (const auto& [name, stored] : touched.large)
    set.push_back({name, std::string{stored.packed()}});
  unset.insert(unset.end(), touched.removed.begin(), touched.removed.end());
}

} // namespace quipu
