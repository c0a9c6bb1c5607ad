#include "actors/stop_signal.hpp"

#include <atomic>
#include <cerrno>
#include <sys/eventfd.h>
#include <sys/poll.h>
#include <unistd.h>

namespace quipu {

namespace {

// A handler has no argument of ours: this is all that it knows.
std::atomic<int> signals{0};
std::atomic<int> bell{-1};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void heard(int) {
  const auto before = errno;
  signals.fetch_add(1);
  const eventfd_t one = 1;
  (void)!::write(bell.load(), &one, sizeof one);
  errno = before;
}

} // namespace

stop_signal::stop_signal() {
  signals = 0;
  bell = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction mine {};
  mine.sa_handler = heard;
  mine.sa_flags = SA_RESTART;
  sigemptyset(&mine.sa_mask);
  ::sigaction(SIGTERM, &mine, &term_before_);
  ::sigaction(SIGINT, &mine, &int_before_);
  mine.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &mine, &pipe_before_);
}

stop_signal::~stop_signal() {
  ::sigaction(SIGTERM, &term_before_, nullptr);
  ::sigaction(SIGINT, &int_before_, nullptr);
  ::sigaction(SIGPIPE, &pipe_before_, nullptr);
  ::close(bell.exchange(-1));
}

void stop_signal::wait() const {
  pollfd watched{bell.load(), POLLIN, 0};
  while (count() == 0 && !woken_) ::poll(&watched, 1, -1);
}

void stop_signal::wake() noexcept {
  woken_ = true;
  ::eventfd_write(bell.load(), 1);
}

int stop_signal::count() const noexcept { return signals.load(); }

} // namespace quipu
