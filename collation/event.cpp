#include "collation/event.hpp"

namespace quipu {

answer normalized(answer given) {
  if (given.code >= 400) given.is = answer::status::error;
  if (given.is == answer::status::error && given.code < 400) given.code = 500;
  if (given.is == answer::status::success && given.code == 202) given.is = answer::status::pending;
  if (given.is == answer::status::pending) given.code = 202;
  return given;
}

} // namespace quipu
