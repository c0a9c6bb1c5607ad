#include "flows/mapper/json_text.hpp"

#include "flows/mapper/calendar.hpp"
#include "flows/mapper/number.hpp"
#include "flows/mapper/text.hpp"

#include <algorithm>
#include <cmath>

namespace quipu::mapper {

namespace {

class reader {
public:
  reader(std::string_view text, budget& spend) : text_(text), spend_(spend) {}

  value read() {
    auto made = read_value(0);
    skip();
    if (at_ < text_.size()) wrong("more text");
    return made;
  }

private:
  value wrong(std::string_view what) {
    spend_.fail(
        fmt::format("it is no JSON: {} at character {}", what, length16(text_.substr(0, at_))));
    return {};
  }
  void skip() {
    while (at_ < text_.size() &&
           std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool eat(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool eat(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  value read_value(std::uint32_t depth) {
    if (!spend_.touch(1) || !spend_.nests(depth)) return {};
    skip();
    if (at_ >= text_.size()) return wrong("it ends");
    switch (text_[at_]) {
    case '{': return read_object(depth);
    case '[': return read_array(depth);
    case '"': return read_string();
    case 't': return eat("true") ? value(true) : wrong("an unknown word");
    case 'f': return eat("false") ? value(false) : wrong("an unknown word");
    case 'n': return eat("null") ? value(null_t{}) : wrong("an unknown word");
    default: return read_number();
    }
  }

  value read_object(std::uint32_t depth) {
    auto made = std::make_shared<record>();
    ++at_;
    if (eat('}')) return made;
    do {
      skip();
      if (at_ >= text_.size() || text_[at_] != '"') return wrong("no key");
      auto key = read_string();
      if (spend_.failed()) return {};
      if (!eat(':')) return wrong("no ':' behind a key");
      auto item = read_value(depth + 1);
      if (spend_.failed() || !spend_.touch(made->members.size() / 32)) return {};
      set(*made, key.text(), std::move(item));
    } while (eat(','));
    return eat('}') ? value(made) : wrong("no ',' or '}'");
  }

  value read_array(std::uint32_t depth) {
    auto made = std::make_shared<list>();
    ++at_;
    if (eat(']')) return made;
    do {
      push(*made, read_value(depth + 1));
      if (spend_.failed()) return {};
    } while (eat(','));
    return eat(']') ? value(made) : wrong("no ',' or ']'");
  }

  value read_number() {
    auto begin = at_;
    auto digits = [&] {
      auto first = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      return at_ - first;
    };
    eat("-");
    bool zero = at_ < text_.size() && text_[at_] == '0';
    auto whole = digits();
    if (whole == 0 || (zero && whole > 1)) return wrong("no value");
    if (eat(".") && digits() == 0) return wrong("no digit behind a point");
    if (eat("e") || eat("E")) {
      if (!eat("+")) eat("-");
      if (digits() == 0) return wrong("no digit in an exponent");
    }
    return number_of(text_.substr(begin, at_ - begin));
  }

  value read_string() {
    std::string made;
    for (++at_; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return made;
      }
      if (static_cast<unsigned char>(c) < 0x20) return wrong("a control character in a string");
      if (c != '\\') {
        made += c;
        continue;
      }
      constexpr std::string_view escapes = "\"\\/bfnrtu", meant = "\"\\/\b\f\n\r\t";
      auto which = ++at_ < text_.size() ? escapes.find(text_[at_]) : escapes.npos;
      if (which == escapes.npos) return wrong("an unknown escape");
      if (which < meant.size()) {
        made += meant[which];
        continue;
      }
      auto hex = text_.substr(at_ + 1, 4);
      std::uint32_t unit = 0;
      for (char digit : hex) {
        auto nibble = std::string_view("0123456789abcdef")
                          .find(static_cast<char>(digit | (digit > '9' ? 0x20 : 0)));
        if (nibble == std::string_view::npos) return wrong("no four digits behind \\u");
        unit = unit * 16 + static_cast<std::uint32_t>(nibble);
      }
      if (hex.size() < 4) return wrong("no four digits behind \\u");
      auto wide = static_cast<char16_t>(unit);
      append(made, from_utf16({&wide, 1}));
      at_ += 4;
    }
    return wrong("a string does not end");
  }

  std::string_view text_;
  budget& spend_;
  std::size_t at_ = 0;
};

void quote(std::string& to, std::string_view text) {
  to += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    switch (c) {
    case '"': to += "\\\""; break;
    case '\\': to += "\\\\"; break;
    case '\b': to += "\\b"; break;
    case '\f': to += "\\f"; break;
    case '\n': to += "\\n"; break;
    case '\r': to += "\\r"; break;
    case '\t': to += "\\t"; break;
    default:
      if (static_cast<unsigned char>(c) < 0x20) {
        to += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      } else if (c == '\xed' && i + 2 < text.size() &&
                 static_cast<unsigned char>(text[i + 1]) >= 0xa0) {
        to += fmt::format("\\u{:04x}", static_cast<unsigned>(to_utf16(text.substr(i, 3))[0]));
        i += 2;
      } else {
        to += c;
      }
    }
  }
  to += '"';
}

class writer {
public:
  writer(const layout& as, budget& spend) : as_(as), spend_(spend) {}

  /// Whether there was anything to write.
  bool write(const value& what) {
    if (!spend_.touch(1) || text.size() > spend_.limit().output_bytes) {
      spend_.room(text.size());
      return false;
    }
    switch (what.is()) {
    case type::undefined: return false;
    case type::null: text += "null"; return true;
    case type::boolean: text += what.boolean() ? "true" : "false"; return true;
    case type::number:
      text += std::isfinite(what.number()) ? print(what.number()) : "null";
      return true;
    case type::string: quote(text, what.text()); return true;
    case type::date:
      if (std::isnan(what.time()))
        text += "null";
      else
        quote(text, iso_string(what.time()));
      return true;
    case type::array: write_array(what); return true;
    case type::object: write_object(what); return true;
    }
    return false;
  }

  std::string text;

private:
  void line() {
    if (as_.gap.empty()) return;
    text += '\n';
    for (std::size_t i = 0; i < level_; ++i) append(text, as_.gap);
  }

  void write_array(const value& what) {
    text += '[';
    ++level_;
    for (std::size_t i = 0; i < what.size() && !spend_.failed(); ++i) {
      if (i > 0) text += ',';
      line();
      if (!write(what.item(i))) text += "null";
    }
    --level_;
    if (what.size() > 0) line();
    text += ']';
  }

  void write_object(const value& what) {
    text += '{';
    ++level_;
    bool any = false;
    auto member = [&](std::string_view key, const value& item) {
      if (item.is_undefined() || spend_.failed()) return;
      if (any) text += ',';
      any = true;
      line();
      quote(text, key);
      text += as_.gap.empty() ? ":" : ": ";
      write(item);
    };
    if (as_.only) {
      for (const auto& key : *as_.only)
        if (auto item = what.find(key)) member(key, *item);
    } else {
      for (auto position : order(what)) member(what.key(position), what.member_at(position));
    }
    --level_;
    if (any) line();
    text += '}';
  }

  const layout& as_;
  budget& spend_;
  std::size_t level_ = 0;
};

} // namespace

value parse_json(std::string_view text, budget& spend) { return reader(text, spend).read(); }

std::optional<std::string> stringify(const value& what, const layout& as, budget& spend) {
  writer out(as, spend);
  bool any = out.write(what);
  spend.room(out.text.size());
  if (!any) return std::nullopt;
  return std::move(out.text);
}

} // namespace quipu::mapper
