#pragma once

#include "redis_bridge/calls.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>

/// What takes several calls where there are several partitions.
namespace quipu::redis {

/// What a commit or a start has been answered with.
struct written {
  receipt got;
  bool later = false; ///< the receipt is to be asked for when what was sent has been carried
};

/// The number, or {number, mail, bells}.
[[nodiscard]] written to_written(const piece& said, std::string& bells);

/// A write whose children's ids were reserved too long ago: it is made again.
inline const failure withdrawn{fault::unavailable, "the ids of its children are no more reserved"};

/// Writes to a job one after the other, in the order in which they were asked for: one that takes
/// several calls is not overtaken. Any thread; what is under way outlives its owner.
class sequence : public std::enable_shared_from_this<sequence> {
public:
  using work = std::function<void(then<receipt>)>;

  void enter(const std::string& job, then<receipt> done, work what);

private:
  void begin(const std::string& job, then<receipt> done, const work& what);
  void leave(const std::string& job);

  std::mutex mutex_;
  std::unordered_map<std::string, std::deque<std::pair<then<receipt>, work>>> behind_;
};

struct writing {
  std::string job;
  token owner = 0;
  const write* what = nullptr; ///< lives until it is done
};

/// Makes a commit or a start: the ids of children in other partitions are reserved there before it,
/// and what comes from other partitions for what it has armed is in its receipt.
errand write_over(calls& by, writing of, std::function<void(const promise*, then<written>)> make,
                  then<receipt> done);

/// How a signal was taken that has been offered to a wait in another partition.
errand ask_fate(calls& by, unsigned home, std::string ticket, then<std::string> done);
[[nodiscard]] result<signalled> to_signalled(std::string_view how,
                                             const std::vector<std::string>& boards);

/// Makes or erases a row where it is; whether its job claims it is asked where the job is.
errand mend_where_it_is(calls& by, audit_row what, then<void> done);

} // namespace quipu::redis
