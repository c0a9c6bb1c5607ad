#include "actors/archivist.hpp"

#include <caf/send.hpp>

#include <utility>

namespace quipu {

namespace {

constexpr std::size_t records_a_page = 256;

} // namespace

caf::behavior make_archivist(archivist_actor* self, std::shared_ptr<ledger> store,
                             archivist_state::warner warn) {
  return self->state.make(self, std::move(store), std::move(warn));
}

caf::behavior archivist_state::make(caf::event_based_actor* self, std::shared_ptr<ledger> store,
                                    warner warn) {
  self_ = self;
  store_ = std::move(store);
  warn_ = std::move(warn);
  return {
      [this](condense_asked& asked) {
        waiting_.push_back(std::move(asked));
        if (waiting_.size() == 1) begin_next();
      },
      [this](const records_read& read) { take(read); },
  };
}

void archivist_state::begin_next() {
  made_ = {};
  if (!waiting_.empty()) read_on();
}

void archivist_state::read_on() {
  store_->history(waiting_.front().job, made_.next(), records_a_page,
                  [self = caf::actor{self_}](result<history_page> got) {
                    records_read told;
                    if (got)
                      told.got = std::move(*got);
                    else
                      told.refused = got.error();
                    caf::anon_send(self, std::move(told));
                  });
}

void archivist_state::take(const records_read& read) {
  const auto& [job, upto] = waiting_.front();
  const auto before = made_.next();
  // The job may have been forgotten meanwhile.
  bool goes_on = read.got.has_value();
  if (goes_on)
    if (auto taken = made_.take(*read.got, upto); !taken) {
      warn_(job, "its history is not condensed: " + taken.error().message);
      goes_on = false;
    }
  if (goes_on && made_.next() <= upto && made_.next() > before) return read_on();
  // Another asking may have come as far.
  if (goes_on && made_.next() == upto + 1 && read.got->first <= upto)
    store_->condense(job, upto, made_.checkpoint(), nullptr);
  waiting_.pop_front();
  begin_next();
}

} // namespace quipu
