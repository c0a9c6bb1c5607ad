#include "collation/job.hpp"

#include "collation/pack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace quipu {

namespace {

constexpr std::uint32_t data_a_page = 16;
constexpr std::uint32_t activities_a_page = 8;
constexpr std::size_t digits_a_chunk = 128;
constexpr std::size_t digits_inline = 256;
/// A value that packs to more stands in a field of its own.
constexpr std::size_t large_value = 512;

bool is_large(const value& what) noexcept { return what.packed().size() > large_value; }

std::string large_name(const instance& at, char which) {
  return fmt::format("O.{}.{}.{}", at.activity, at.pass, which);
}

std::string chunk_name(const pass_name& at, std::uint32_t chunk) {
  return fmt::format("k.{}.{}.{}", at.slice, at.pass, chunk);
}

std::string answer_name(const pass_name& at) { return fmt::format("w.{}.{}", at.slice, at.pass); }

/// Replaces one stored value, and notes what that does to the fields.
void replace(value& old, const value& made, const std::string& field, delta* touched) {
  if (!made) return;
  if (touched != nullptr) {
    if (is_large(made)) {
      touched->large.insert_or_assign(field, made);
      touched->removed.erase(field);
    } else if (old && is_large(old)) {
      touched->large.erase(field);
      touched->removed.insert(field);
    }
  }
  old = made;
}

failure corrupt(const record& what, std::string why) {
  return {fault::corrupt, fmt::format("record {} does not fit the job: {}", what.number, why)};
}

} // namespace

void job::count(digit which, std::size_t many, int sign) noexcept {
  const auto by = sign > 0 ? many : std::size_t{0} - many;
  if (is_open(which)) open_ += by;
  if (is_begun(which)) begun_ += by;
}

result<void> job::fold(const record& what, delta* touched) {
  if (what.number != records_ + 1)
    return corrupt(what, fmt::format("{} records came before it", records_));
  if (what.born.has_value() != (records_ == 0)) return corrupt(what, "birth is the first record");
  if (end_) return corrupt(what, "the job has ended");
  if (what.born) {
    born_ = *what.born;
    created_ms_ = what.at_ms;
    opened_.assign(born_.slices, 0);
    if (touched != nullptr) touched->born = true;
  }
  records_ = what.number;
  updated_ms_ = what.at_ms;

  for (const auto& opening : what.opened) {
    auto digits = key::parse(opening.digits);
    if (!digits || opening.slice >= opened_.size() || opening.pass != opened_[opening.slice])
      return corrupt(what,
                     fmt::format("it opens pass {} of slice {}", opening.pass, opening.slice));
    ++opened_[opening.slice];
    for (auto c : opening.digits) count(static_cast<digit>(c), 1, +1);
    const pass_name at{opening.slice, opening.pass};
    if (touched != nullptr && digits->size() > digits_inline)
      for (std::uint32_t chunk = 0; chunk * digits_a_chunk < digits->size(); ++chunk)
        touched->chunks.insert({at, chunk});
    passes_.insert_or_assign(at, pass{opening.parent, opening.first, std::move(*digits)});
  }

  for (const auto& turn : what.turns) {
    const pass_name at{turn.slice, turn.pass};
    const auto found = passes_.find(at);
    if (found == passes_.end() || turn.first < found->second.first)
      return corrupt(what, fmt::format("no pass {} of slice {}", turn.pass, turn.slice));
    const auto position = turn.first - found->second.first;
    if (auto turned = found->second.digits.turn(position, turn.count, turn.from, turn.to); !turned)
      return corrupt(what, turned.error().message);
    count(turn.from, turn.count, -1);
    count(turn.to, turn.count, +1);
    if (touched != nullptr && found->second.digits.size() > digits_inline)
      for (auto chunk = position / digits_a_chunk;
           chunk <= (position + turn.count - 1) / digits_a_chunk; ++chunk)
        touched->chunks.insert({at, static_cast<std::uint32_t>(chunk)});
  }

  for (const auto& [name, written] : what.data) {
    const auto [found, made] =
        data_index_.try_emplace(name, static_cast<std::uint32_t>(data_.size()));
    if (made) data_.emplace_back(name, value{});
    replace(data_[found->second].second, written, "D." + name, touched);
    if (touched != nullptr) touched->data_pages.insert(found->second / data_a_page);
  }

  const auto touch = [touched](const instance& at) {
    if (touched != nullptr) touched->activity_pages.insert(at.activity / activities_a_page);
  };
  for (const auto& [at, written] : what.written) {
    auto& stored = documents_[at];
    replace(stored.input, written.input, large_name(at, 'i'), touched);
    replace(stored.output, written.output, large_name(at, 'o'), touched);
    replace(stored.hook, written.hook, large_name(at, 'h'), touched);
    replace(stored.error, written.error, large_name(at, 'e'), touched);
    if (written.code != 0) stored.code = written.code;
    if (written.at_ms != 0) stored.at_ms = written.at_ms;
    touch(at);
  }
  for (const auto& [at, written] : what.answers) {
    answers_.insert_or_assign(at, written);
    if (touched != nullptr) touched->answers.insert(at);
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

  for (const auto& forgotten : what.forgotten) {
    const auto found = passes_.find({forgotten.slice, forgotten.pass});
    if (found == passes_.end())
      return corrupt(what, fmt::format("it forgets pass {} of slice {}, which is not there",
                                       forgotten.pass, forgotten.slice));
    const auto& gone = found->second;
    for (std::size_t position = 0; position < gone.digits.size(); ++position) {
      if (gone.digits.at(position) == digit::not_applicable) continue;
      const instance at{gone.first + static_cast<std::uint32_t>(position), forgotten.pass};
      if (const auto old = documents_.find(at); old != documents_.end()) {
        if (touched != nullptr)
          for (const auto& [which, stored] :
               {std::pair{'i', &old->second.input}, std::pair{'o', &old->second.output},
                std::pair{'h', &old->second.hook}, std::pair{'e', &old->second.error}})
            if (*stored && is_large(*stored)) {
              touched->large.erase(large_name(at, which));
              touched->removed.insert(large_name(at, which));
            }
        documents_.erase(old);
        touch(at);
      }
      if (children_.erase(at) > 0) touch(at);
    }
    if (touched != nullptr && gone.digits.size() > digits_inline)
      for (std::uint32_t chunk = 0; chunk * digits_a_chunk < gone.digits.size(); ++chunk) {
        touched->chunks.erase({found->first, chunk});
        touched->removed.insert(chunk_name(found->first, chunk));
      }
    if (gone.digits.open() > 0) return corrupt(what, "it forgets a pass that is open");
    if (answers_.erase(found->first) > 0 && touched != nullptr) {
      touched->answers.erase(found->first);
      touched->removed.insert(answer_name(found->first));
    }
    passes_.erase(found);
  }

  for (const auto& mark : what.marks)
    if (!marked(mark)) marks_.push_back(mark);
  if (what.end) {
    if (open_ > 0) return corrupt(what, fmt::format("it ends the job; {} digits are open", open_));
    end_ = what.end;
  } else if (open_ == 0) {
    return corrupt(what, "no digit is open, but the job goes on");
  }
  return {};
}

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

std::vector<field> job::fields() const {
  delta all;
  all.born = true;
  for (std::uint32_t at = 0; at < data_.size(); ++at) {
    all.data_pages.insert(at / data_a_page);
    if (is_large(data_[at].second)) all.large.emplace("D." + data_[at].first, data_[at].second);
  }
  for (const auto& [at, stored] : documents_) {
    all.activity_pages.insert(at.activity / activities_a_page);
    for (const auto& [which, piece] :
         {std::pair{'i', &stored.input}, std::pair{'o', &stored.output},
          std::pair{'h', &stored.hook}, std::pair{'e', &stored.error}})
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
  std::vector<field> set;
  std::vector<std::string> unset;
  fields(all, set, unset);
  return set;
}

void job::fields(const delta& touched, std::vector<field>& set,
                 std::vector<std::string>& unset) const {
  if (touched.born) set.push_back({"b", encode(born_)});
  set.push_back({"s", summary()});
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

result<job> job::load(const snapshot& from) {
  job made;
  std::map<std::string, const std::string*, std::less<>> by_name;
  for (const auto& stored : from.fields) by_name.emplace(stored.name, &stored.bytes);
  const auto broken = [&from](std::string_view field, std::string_view why) {
    return failure{fault::corrupt,
                   fmt::format("job \"{}\": field \"{}\" {}", from.job, field, why)};
  };
  const auto birth = by_name.find("b");
  const auto summary = by_name.find("s");
  if (birth == by_name.end() || summary == by_name.end())
    return broken(birth == by_name.end() ? "b" : "s", "is missing");
  auto who = decode_identity(*birth->second);
  if (!who) return who.error();
  made.born_ = std::move(*who);

  std::string_view reading = "s";
  try {
    const auto s = unpack(*summary->second);
    made.records_ = s.at(0);
    made.created_ms_ = s.at(1);
    made.updated_ms_ = s.at(2);
    made.opened_ = s.at(3).get<std::vector<std::uint32_t>>();
    for (const auto& p : s.at(4)) {
      const pass_name at{p.at(0), p.at(1)};
      std::string text;
      if (p.at(4).is_string()) {
        text = p.at(4).get<std::string>();
      } else {
        const auto size = p.at(4).get<std::size_t>();
        for (std::uint32_t chunk = 0; chunk * digits_a_chunk < size; ++chunk)
          if (const auto found = by_name.find(chunk_name(at, chunk)); found != by_name.end())
            text += *found->second;
        if (text.size() != size) return broken(chunk_name(at, 0), "is not whole");
      }
      auto digits = key::parse(text);
      if (!digits) return digits.error();
      for (auto c : text) made.count(static_cast<digit>(c), 1, +1);
      made.passes_.emplace(at, pass{p.at(2), p.at(3), std::move(*digits)});
    }
    for (const auto& mark : s.at(5)) made.marks_.push_back(mark.get<std::string>());
    if (const auto& end = s.at(6); end.is_array())
      made.end_ = conclusion{end.at(0).get<std::string>(),
                             end.at(1).is_null() ? value{} : value{end.at(1)}};

    for (std::uint32_t page = 0;; ++page) {
      const auto found = by_name.find(fmt::format("d.{}", page));
      if (found == by_name.end()) break;
      reading = found->first;
      for (const auto& entry : unpack(*found->second)) {
        auto name = entry.at(0).get<std::string>();
        value stored;
        if (!entry.at(1).is_binary()) {
          stored = value{entry.at(1)};
        } else if (const auto large = by_name.find("D." + name); large != by_name.end()) {
          stored = value{unpack(*large->second)};
        } else {
          return broken("D." + name, "is missing");
        }
        made.data_index_.emplace(name, static_cast<std::uint32_t>(made.data_.size()));
        made.data_.emplace_back(std::move(name), std::move(stored));
      }
    }

    for (auto page = by_name.lower_bound("a.");
         page != by_name.end() && page->first.starts_with("a."); ++page) {
      reading = page->first;
      for (const auto& entry : unpack(*page->second)) {
        const instance at{entry.at(0), entry.at(1)};
        if (entry.at(2).is_object()) {
          auto stored = decode_documents(pack(entry.at(2)));
          if (!stored) return stored.error();
          made.documents_.emplace(at, std::move(*stored));
        } else if (entry.at(2) == "call") {
          auto owed = decode_obligation(pack(entry.at(3)));
          if (!owed) return owed.error();
          made.obligations_.emplace(at, std::move(*owed));
          ++made.calls_;
        } else {
          made.children_.emplace(at, entry.at(3).get<std::string>());
        }
      }
    }
    for (auto answer = by_name.lower_bound("w.");
         answer != by_name.end() && answer->first.starts_with("w."); ++answer) {
      reading = answer->first;
      const auto at = parse_instance(std::string_view{answer->first}.substr(2));
      auto stored = decode_documents(*answer->second);
      if (!at || !stored) return broken(answer->first, "cannot be read");
      made.answers_.emplace(pass_name{at->activity, at->pass}, std::move(*stored));
    }
    for (auto large = by_name.lower_bound("O.");
         large != by_name.end() && large->first.starts_with("O."); ++large) {
      reading = large->first;
      const auto dot = large->first.rfind('.');
      const auto at = parse_instance(std::string_view{large->first}.substr(2, dot - 2));
      if (!at || dot + 2 != large->first.size()) return broken(large->first, "has no such name");
      auto& stored = made.documents_[*at];
      value piece{unpack(*large->second)};
      switch (large->first.back()) {
      case 'i': stored.input = std::move(piece); break;
      case 'o': stored.output = std::move(piece); break;
      case 'h': stored.hook = std::move(piece); break;
      default: stored.error = std::move(piece); break;
      }
    }
  } catch (const std::exception& e) {
    return broken(reading, fmt::format("cannot be read: {}", e.what()));
  }

  for (const auto& row : from.obligations) {
    const auto at = parse_instance(row.name);
    auto owed = decode_obligation(row.body);
    if (!at || !owed) return broken(row.name, "is no obligation");
    if (owed->is == obligation::kind::called) continue; // the timer of a call that is out
    made.obligations_.insert_or_assign(*at, std::move(*owed));
  }
  return made;
}

} // namespace quipu
