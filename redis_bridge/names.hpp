#pragma once

/// How the fields of a job's row are named, and what the state of an obligation adds up to, as `library/job.lua` and
/// `library/obligations.lua` have them.
namespace quipu::redis::names {

constexpr char of_engine = ':'; ///< before the name of an engine's field
constexpr char of_obligation = 'o';

enum state : unsigned {
  answered = 1,
  timed = 2,
  waiting = 4,
  answerable = 8,
  standing = 16,
  returns = 32,
  inner = 64, ///< nothing but the job's own row says anything of it
};

} // namespace quipu::redis::names
