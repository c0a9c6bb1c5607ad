#include "collation/checkpoint.hpp"
#include "collation/job/field_names.hpp"
#include "collation/job/tree.hpp"

#include <algorithm>

namespace quipu {

namespace {

failure corrupt(const record& what, std::string why) {
  return {fault::corrupt, fmt::format("record {} does not fit the job: {}", what.number, why)};
}

/// Puts another value, or none, in the place of a stored one, and notes what that does to the fields.
void put(value& old, const value& made, const std::string& field, delta& touched) {
  if (is_large(made)) {
    touched.large.insert_or_assign(field, made);
    touched.removed.erase(field);
  } else if (old && is_large(old)) {
    touched.large.erase(field);
    touched.removed.insert(field);
  }
  old = made;
}

/// What is not said leaves what was there.
void replace(value& old, const value& made, const std::string& field, delta& touched) {
  if (made) put(old, made, field, touched);
}

void touch_chunks(delta& touched, const pass_name& at, const key& digits, std::size_t first,
                  std::size_t count) {
  if (digits.size() <= digits_inline || count == 0) return;
  for (auto chunk = first / digits_a_chunk; chunk <= (first + count - 1) / digits_a_chunk; ++chunk)
    touched.chunks.insert({at, static_cast<std::uint32_t>(chunk)});
}

} // namespace

void job::count(digit which, std::size_t many, int sign) noexcept {
  const auto by = sign > 0 ? many : std::size_t{0} - many;
  if (is_open(which)) open_ += by;
  if (is_begun(which)) begun_ += by;
}

result<void> job::fold(const record& what, delta* touched) {
  delta unheard;
  auto& changed = touched != nullptr ? *touched : unheard;
  if (auto fit = what.state.empty() ? begin(what, changed) : begin_from(what, changed); !fit)
    return fit;
  if (what.why == cause::condensed) return {};
  for (const auto& opening : what.opened)
    if (!begin_pass(opening, changed))
      return corrupt(what,
                     fmt::format("it opens pass {} of slice {}", opening.pass, opening.slice));
  for (const auto& each : what.turns)
    if (auto fit = turn(each, changed); !fit) return corrupt(what, fit.error().message);
  if (!has_all(*this, what)) return corrupt(what, "it is about an activity that is not there");
  write(what, changed);
  for (const auto& each : what.forgotten)
    if (auto fit = forget(each, changed); !fit) return corrupt(what, fit.error().message);
  for (const auto& mark : what.marks)
    if (!marked(mark)) marks_.push_back(mark);
  if (!what.index.empty()) {
    index_.insert(index_.end(), what.index.begin(), what.index.end());
    changed.index = true;
  }
  if (what.end) {
    if (open_ > 0) return corrupt(what, fmt::format("it ends the job; {} digits are open", open_));
    end_ = what.end;
  } else if (open_ == 0) {
    return corrupt(what, "no digit is open, but the job goes on");
  }
  return {};
}

result<void> job::begin(const record& what, delta& touched) {
  if (what.number != records_ + 1)
    return corrupt(what, fmt::format("{} records came before it", records_));
  if (what.born.has_value() != (records_ == 0)) return corrupt(what, "birth is the first record");
  if (end_) return corrupt(what, "the job has ended");
  if (what.born) {
    born_ = *what.born;
    created_ms_ = what.at_ms;
    // A slice has an activity at least, and the root's pass has them all.
    const auto activities = what.opened.empty() ? 0 : what.opened.front().digits.size();
    if (born_.slices == 0 || born_.slices > std::max<std::size_t>(activities, 1))
      return corrupt(what, fmt::format("{} activities in {} slices", activities, born_.slices));
    opened_.assign(born_.slices, 0);
    touched.born = true;
  }
  records_ = what.number;
  updated_ms_ = what.at_ms;
  return {};
}

/// The record brings a state with it: of this job, or of one that it goes on from.
result<void> job::begin_from(const record& what, delta& touched) {
  if (records_ != 0) return corrupt(what, fmt::format("{} records came before it", records_));
  auto brought = unpack_state(what.state);
  if (!brought) return corrupt(what, brought.error().message);
  *this = std::move(*brought);
  if (what.why == cause::condensed) {
    if (records_ == what.number) return {};
    return corrupt(what, fmt::format("its state is that behind record {}", records_));
  }
  if (what.number != 1 || !what.born || end_)
    return corrupt(what, "only the birth of a job takes up what another was");
  if (what.born->slices != opened_.size())
    return corrupt(what, fmt::format("it has {} slices, the state that it goes on from has {}",
                                     what.born->slices, opened_.size()));
  born_ = *what.born;
  records_ = 1;
  created_ms_ = updated_ms_ = what.at_ms;
  marks_.clear();
  index_.clear(); // the record says it anew, for the store to find the job by
  touched = everything();
  return {};
}

bool job::begin_pass(const opening& what, delta& touched) {
  auto digits = key::parse(what.digits);
  if (!digits || what.slice >= opened_.size() || what.pass != opened_[what.slice]) return false;
  const pass_name at{what.slice, what.pass};
  pass made{what.parent, what.first, std::move(*digits)};
  if (!has_room(*this, at, made)) return false;
  ++opened_[what.slice];
  for (auto c : what.digits) count(static_cast<digit>(c), 1, +1);
  touch_chunks(touched, at, made.digits, 0, made.digits.size());
  passes_.insert_or_assign(at, std::move(made));
  return true;
}

result<void> job::turn(const quipu::turn& what, delta& touched) {
  const pass_name at{what.slice, what.pass};
  const auto found = passes_.find(at);
  if (found == passes_.end() || what.first < found->second.first)
    return failure{fault::corrupt, fmt::format("no pass {} of slice {}", what.pass, what.slice)};
  auto& digits = found->second.digits;
  const auto position = what.first - found->second.first;
  if (auto turned = digits.turn(position, what.count, what.from, what.to); !turned) return turned;
  count(what.from, what.count, -1);
  count(what.to, what.count, +1);
  touch_chunks(touched, at, digits, position, what.count);
  return {};
}

void job::write(const record& what, delta& touched) {
  for (const auto& [name, written] : what.data) {
    const auto [found, made] =
        data_index_.try_emplace(name, static_cast<std::uint32_t>(data_.size()));
    if (made) data_.emplace_back(name, value{});
    replace(data_[found->second].second, written, "D." + name, touched);
    touched.data_pages.insert(found->second / data_a_page);
  }
  const auto touch = [&touched](const instance& at) {
    touched.activity_pages.insert(at.activity / activities_a_page);
  };
  for (const auto& [at, written] : what.written) {
    auto& stored = documents_[at];
    replace(stored.input, written.input, large_name(at, 'i'), touched);
    replace(stored.output, written.output, large_name(at, 'o'), touched);
    // Who is answered by its time has heard nothing, whatever it had heard before.
    if (written.hook || written.at_ms != 0)
      put(stored.hook, written.hook, large_name(at, 'h'), touched);
    replace(stored.error, written.error, large_name(at, 'e'), touched);
    if (written.code != 0) stored.code = written.code;
    if (written.at_ms != 0) stored.at_ms = written.at_ms;
    touch(at);
  }
  for (const auto& [at, written] : what.answers) {
    answers_.insert_or_assign(at, written);
    touched.answers.insert(at);
  }
  for (const auto& [at, made] : what.owed) {
    if (const auto old = obligations_.find(at); old != obligations_.end()) {
      if (old->second.is == obligation::kind::called) --calls_;
      obligations_.erase(old);
    }
    if (made) {
      if (made->is == obligation::kind::called) ++calls_;
      obligations_.emplace(at, *made);
    }
    touch(at);
  }
  for (const auto& [at, child] : what.children) {
    children_.insert_or_assign(at, child);
    touch(at);
  }
}

result<void> job::forget(const pass_name& which, delta& touched) {
  const auto found = passes_.find(which);
  if (found == passes_.end())
    return failure{fault::corrupt, fmt::format("it forgets pass {} of slice {}, which is not there",
                                               which.pass, which.slice)};
  const auto& gone = found->second;
  if (which.slice == 0) return failure{fault::corrupt, "it forgets the root"};
  if (gone.digits.open() > 0) return failure{fault::corrupt, "it forgets a pass that is open"};
  for (std::size_t position = 0; position < gone.digits.size(); ++position) {
    if (gone.digits.at(position) == digit::not_applicable) continue;
    const instance at{gone.first + static_cast<std::uint32_t>(position), which.pass};
    if (const auto old = documents_.find(at); old != documents_.end()) {
      for (const auto& [part, stored] : parts_of(old->second))
        if (*stored && is_large(*stored)) {
          touched.large.erase(large_name(at, part));
          touched.removed.insert(large_name(at, part));
        }
      documents_.erase(old);
      touched.activity_pages.insert(at.activity / activities_a_page);
    }
    if (children_.erase(at) > 0) touched.activity_pages.insert(at.activity / activities_a_page);
  }
  if (gone.digits.size() > digits_inline)
    for (std::uint32_t chunk = 0; chunk * digits_a_chunk < gone.digits.size(); ++chunk) {
      touched.chunks.erase({which, chunk});
      touched.removed.insert(chunk_name(which, chunk));
    }
  if (answers_.erase(which) > 0) {
    touched.answers.erase(which);
    touched.removed.insert(answer_name(which));
  }
  passes_.erase(found);
  return {};
}

} // namespace quipu
