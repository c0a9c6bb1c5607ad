#pragma once

#include "collation/quipu/result.hpp"
#include "flows/mapper/function.hpp"

#include <string>
#include <string_view>

namespace quipu::mapper {

/// A function by what stands between `{@` and `}`: "math.add". Otherwise what there is instead.
[[nodiscard]] result<const function*> look_up(std::string_view qualified);

/// Every function, in Markdown: a table a domain, a row a function. `docs/mapper.md` quotes it.
[[nodiscard]] std::string listing();

} // namespace quipu::mapper
