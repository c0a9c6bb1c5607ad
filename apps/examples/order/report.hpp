#pragma once

#include "apps/terminal.hpp"

#include <quipu/client.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace shop {

/// What became of one order.
struct outcome {
  std::string order;
  std::string job;
  std::string state;  ///< of its job; "not run" if it is not known to have ended
  std::string result; ///< "shipped", "declined", ...: what the flow says; else the state
  std::string why;    ///< one sentence, if there is something to say
  std::string currency;
  double total = 0;
  bool priced = false;
  std::string composite; ///< the key of its job
  std::chrono::milliseconds took{0};
  std::size_t jobs = 0; ///< its own, and the payment that it awaits
  bool before = false;  ///< it had ended before this run
  bool resumed = false; ///< an earlier run had started it
};

/// What a job says about its order.
[[nodiscard]] outcome outcome_of(std::string order, const quipu::job_info& job);

/// A row an order, then how many there are of each result, and what they come to in each currency.
void print_table(quipu::terminal& out, const std::vector<outcome>& rows);
void print_sums(quipu::terminal& out, const std::vector<outcome>& rows);

} // namespace shop
