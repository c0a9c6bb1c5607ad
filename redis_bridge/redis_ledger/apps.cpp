#include "collation/refusals.hpp"
#include "redis_bridge/redis_ledger/answers.hpp"
#include "redis_bridge/redis_ledger/inside.hpp"

#include <algorithm>
#include <map>
#include <tuple>

/// Versions of apps, in the first partition.
namespace quipu {

using namespace redis;

void redis_ledger::deploy(app_version what, then<void> done) {
  auto words = inside_->begin("quipu1_deploy");
  words.add(what.app).add(what.version).add(what.hash).add(what.source);
  words.add(packed(what.public_topics));
  inside_->writes<void>(
      words, std::move(done), nothing, [what](std::string_view why, const piece& said) {
        if (why == "topic")
          return refusals::topic_belongs(said[2].text(), said[3].text(), what.app);
        return refusals::other_content(what, said[2].text());
      });
}

void redis_ledger::activate(std::string app, std::string version, then<void> done) {
  auto words = inside_->begin("quipu1_activate");
  words.add(app).add(version);
  inside_->writes<void>(words, std::move(done), to_bells, [=](std::string_view, const piece&) {
    return refusals::not_deployed(app, version);
  });
}

void redis_ledger::fetch(std::string app, std::string version, then<app_version> done) {
  auto words = inside_->begin("quipu1_fetch");
  words.add(app).add(version);
  inside_->reads<app_version>(
      words, std::move(done),
      [](const piece& said, std::string&) -> result<app_version> {
        auto made = to_app(said[0].text());
        made.source = said[1].text();
        made.active = made.version == said[2].text();
        return made;
      },
      [=](std::string_view, const piece&) { return refusals::not_deployed(app, version); });
}

void redis_ledger::apps(then<std::vector<app_version>> done) {
  inside_->reads<std::vector<app_version>>(
      inside_->begin("quipu1_apps"), std::move(done),
      [](const piece& said, std::string&) -> result<std::vector<app_version>> {
        std::map<std::string, std::string> active;
        for (std::size_t at = 0; at + 1 < said[1].size(); at += 2)
          active[said[1][at].string()] = said[1][at + 1].text();
        std::vector<app_version> all;
        for (std::size_t at = 0; at < said[0].size(); ++at) {
          auto made = to_app(said[0][at].text());
          const auto found = active.find(made.app);
          made.active = found != active.end() && found->second == made.version;
          all.push_back(std::move(made));
        }
        std::ranges::sort(all, {},
                          [](const app_version& each) { return std::tie(each.app, each.version); });
        return all;
      });
}

} // namespace quipu
