#include "collation/record.hpp"
#include "collation/record/entries.hpp"
#include "collation/record/envelope.hpp"

namespace quipu {

std::string encode(const identity& who) {
  entries out;
  out.text("job", who.job);
  out.text("gid", who.gid);
  out.text("app", who.app);
  out.text("vrs", who.version);
  out.text("tpc", who.topic);
  out.text("pj", who.parent);
  out.text("pg", who.parent_gid);
  out.text("pa", who.parent_activity);
  out.number("pi", who.parent_at.activity);
  out.number("pd", who.parent_at.pass);
  out.flag("sev", who.severed);
  out.number("dep", who.depth);
  out.number("sl", who.slices);
  out.number("hm", static_cast<std::int64_t>(who.history));
  out.text("oj", who.origin);
  out.number("rt", who.retries);
  out.text("ik", who.keys);
  return out.bytes();
}

std::string encode(const documents& what, std::size_t inline_limit) {
  entries out;
  out.packed("i", what.input, inline_limit);
  out.packed("o", what.output, inline_limit);
  out.packed("h", what.hook, inline_limit);
  out.packed("e", what.error, inline_limit);
  out.number("c", what.code);
  out.number("t", what.at_ms);
  return out.bytes();
}

std::string encode(const obligation& what) {
  entries out;
  out.text("k", name(what.is));
  out.number("m", what.attempt);
  out.number("x", what.deaths);
  out.number("s", what.since_ms);
  if (what.due_ms) out.key("d").integer(*what.due_ms);
  out.text("t", what.topic);
  out.text("c", what.child);
  if (!what.waits.empty()) {
    auto& list = out.key("w").array(what.waits.size());
    for (const auto& wait : what.waits) list.text(wait);
  }
  out.flag("r", what.standing);
  out.packed("i", what.input);
  return out.bytes();
}

std::string encode(const record& what) {
  entries out;
  out.key("n").integer(static_cast<std::int64_t>(what.number));
  out.key("t").integer(what.at_ms);
  out.key("y").text(name(what.why));
  if (what.at != instance{}) out.key("a").array(2).integer(what.at.activity).integer(what.at.pass);
  out.number("m", what.attempt);
  out.number("c", what.code);
  out.text("i", what.mail);
  if (what.born) out.key("b").packed(encode(*what.born));
  if (!what.state.empty()) out.key("z").binary(what.state);
  if (what.head_there != head{})
    out.key("h").binary(
        {reinterpret_cast<const char*>(what.head_there.data()), what.head_there.size()});
  if (!what.opened.empty()) {
    auto& list = out.key("p").array(what.opened.size());
    for (const auto& p : what.opened)
      list.array(5).integer(p.slice).integer(p.pass).integer(p.parent).integer(p.first).text(
          p.digits);
  }
  if (!what.turns.empty()) {
    auto& list = out.key("d").array(what.turns.size());
    for (const auto& d : what.turns)
      list.array(6)
          .integer(d.slice)
          .integer(d.pass)
          .integer(d.first)
          .integer(d.count)
          .integer(static_cast<char>(d.from) - '0')
          .integer(static_cast<char>(d.to) - '0');
  }
  if (!what.data.empty()) {
    auto& list = out.key("w").array(what.data.size());
    for (const auto& [key, written] : what.data) list.array(2).text(key).packed(written.packed());
  }
  if (!what.written.empty()) {
    auto& list = out.key("o").array(what.written.size());
    for (const auto& [at, written] : what.written)
      list.array(3).integer(at.activity).integer(at.pass).packed(encode(written));
  }
  if (!what.answers.empty()) {
    auto& list = out.key("q").array(what.answers.size());
    for (const auto& [at, written] : what.answers)
      list.array(3).integer(at.slice).integer(at.pass).packed(encode(written));
  }
  if (!what.owed.empty()) {
    auto& list = out.key("g").array(what.owed.size());
    for (const auto& [at, owed] : what.owed) {
      list.array(3).integer(at.activity).integer(at.pass);
      if (owed)
        list.packed(encode(*owed));
      else
        list.nil();
    }
  }
  if (!what.children.empty()) {
    auto& list = out.key("k").array(what.children.size());
    for (const auto& [at, child] : what.children)
      list.array(3).integer(at.activity).integer(at.pass).text(child);
  }
  if (!what.forgotten.empty()) {
    auto& list = out.key("f").array(what.forgotten.size());
    for (const auto& f : what.forgotten) list.array(2).integer(f.slice).integer(f.pass);
  }
  if (!what.marks.empty()) {
    auto& list = out.key("s").array(what.marks.size());
    for (const auto& mark : what.marks) list.text(mark);
  }
  if (!what.index.empty()) {
    auto& list = out.key("x").array(what.index.size());
    for (const auto& [name, by] : what.index) list.array(2).text(name).packed(by.packed());
  }
  if (!what.attributes.empty()) {
    auto& list = out.key("l").array(what.attributes.size());
    for (const auto& [at, said] : what.attributes)
      list.array(3).integer(at.activity).integer(at.pass).packed(said.packed());
  }
  if (what.end) {
    entries end;
    end.text("s", what.end->state);
    end.packed("e", what.end->error);
    out.key("e").packed(end.bytes());
  }
  return sealed(out.bytes());
}

} // namespace quipu
