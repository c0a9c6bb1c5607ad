#pragma once

#include "collation/quipu/json.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace quipu::mapper {

class budget;
class value;
struct member;

/// A list that a function made. Shared; changed in place only by who holds it alone.
struct list {
  std::vector<value> items;
  std::uint32_t depth = 1;
};

/// An object that a function made, its members as they were added.
struct record {
  std::vector<member> members;
  std::uint32_t depth = 1;
};

struct undefined_t {};
struct null_t {};
struct date {
  double time; ///< epoch milliseconds; NaN: an invalid date
};

enum class type : std::uint8_t { undefined, null, boolean, number, string, date, array, object };

/// What a pipe computes with: an ECMAScript value. It can be what JSON cannot say - undefined, NaN,
/// infinities, -0, dates, strings with lone surrogates (text.hpp) - and it borrows what it can:
/// strings, arrays and objects of the data it was read from stay where they are, as long as they
/// are only read. What functions made is shared, texts of more than a few characters too: a copy
/// costs the same whatever it is of.
class value {
public:
  value() = default;
  value(null_t) : held_(null_t{}) {}
  value(bool truth) : held_(truth) {}
  value(double number) : held_(number) {}
  value(date when) : held_(when) {}
  value(std::string text);
  value(std::shared_ptr<list> made) : held_(std::move(made)) {}
  value(std::shared_ptr<record> made) : held_(std::move(made)) {}
  value(const char*) = delete;
  value(const void*) = delete;

  /// A view of `data`, which must outlive this and its copies.
  [[nodiscard]] static value borrow(const json& data);

  [[nodiscard]] type is() const noexcept;
  [[nodiscard]] bool is_undefined() const noexcept { return held_.index() == 0; }
  [[nodiscard]] bool is_null() const noexcept { return held_.index() == 1; }
  [[nodiscard]] bool is_nullish() const noexcept { return held_.index() <= 1; }
  [[nodiscard]] bool is_boolean() const noexcept { return held_.index() == 2; }
  [[nodiscard]] bool is_number() const noexcept { return held_.index() == 3; }
  [[nodiscard]] bool is_date() const noexcept { return held_.index() == 4; }
  [[nodiscard]] bool is_string() const noexcept { return held_.index() >= 5 && held_.index() <= 7; }
  [[nodiscard]] bool is_array() const noexcept { return is() == type::array; }
  [[nodiscard]] bool is_object() const noexcept { return is() == type::object; }

  [[nodiscard]] bool boolean() const { return std::get<bool>(held_); }
  [[nodiscard]] double number() const { return std::get<double>(held_); }
  [[nodiscard]] double time() const { return std::get<date>(held_).time; }
  /// Of a string. Valid while this value stays where it is.
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] std::string take_text() &&;

  /// Items of an array or members of an object; 0 of all else.
  [[nodiscard]] std::size_t size() const noexcept;
  /// An item of an array; undefined beyond its end.
  [[nodiscard]] value item(std::size_t index) const;
  /// The own member of an object.
  [[nodiscard]] std::optional<value> find(std::string_view key) const;
  /// Members by position, as they were added; `order` says how ECMAScript walks them.
  [[nodiscard]] std::string_view key(std::size_t position) const;
  [[nodiscard]] value member_at(std::size_t position) const;

  /// The data this is a view of, if it is one.
  [[nodiscard]] const json* borrowed() const noexcept;
  /// Levels of what was made; a borrowed array or object counts as one.
  [[nodiscard]] std::uint32_t depth() const noexcept;
  /// The same array, object or date, not an equal one.
  [[nodiscard]] bool is_same_thing(const value& other) const noexcept;

  /// The array as one that may be changed: itself if nobody else holds it, else a copy.
  [[nodiscard]] std::shared_ptr<list> own_list(budget& spend) &&;
  [[nodiscard]] std::shared_ptr<record> own_record(budget& spend) &&;

private:
  std::variant<undefined_t, null_t, bool, double, date, std::string, const std::string*,
               std::shared_ptr<std::string>, std::shared_ptr<list>, std::shared_ptr<record>,
               const json*>
      held_;
};

struct member {
  std::string key;
  value item;
};

/// Positions of an object's members as OrdinaryOwnPropertyKeys (10.1.11.1) orders them: keys that
/// are indexes first and ascending, then the others as they were added.
[[nodiscard]] std::vector<std::uint32_t> order(const value& object);

/// Adds or replaces. Refuses nothing: what it costs is asked of the budget by who calls it.
void set(record& in, std::string_view key, value item);
void push(list& to, value item);

} // namespace quipu::mapper
