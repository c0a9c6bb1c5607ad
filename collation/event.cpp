#include "collation/event.hpp"

#include "collation/codes.hpp"

namespace quipu {

answer normalized(answer given) {
  if (codes::is_error(given.code)) given.is = answer::status::error;
  if (given.is == answer::status::error && !codes::is_error(given.code)) given.code = codes::failed;
  if (given.is == answer::status::success && given.code == codes::pending)
    given.is = answer::status::pending;
  if (given.is == answer::status::pending) given.code = codes::pending;
  return given;
}

} // namespace quipu
