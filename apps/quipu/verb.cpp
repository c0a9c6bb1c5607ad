#include "apps/quipu/verb.hpp"

namespace quipu {

action declare_activate(CLI::App& to);
action declare_complete(CLI::App& to);
action declare_copy(CLI::App& to);
action declare_deploy(CLI::App& to);
action declare_doctor(CLI::App& to);
action declare_graph(CLI::App& to);
action declare_history(CLI::App& to);
action declare_interrupt(CLI::App& to);
action declare_job(CLI::App& to);
action declare_jobs(CLI::App& to);
action declare_map(CLI::App& to);
action declare_node(CLI::App& to);
action declare_publish(CLI::App& to);
action declare_retry(CLI::App& to);
action declare_run(CLI::App& to);
action declare_scrub(CLI::App& to);
action declare_signal(CLI::App& to);
action declare_stats(CLI::App& to);
action declare_subscribe(CLI::App& to);
action declare_test(CLI::App& to);
action declare_validate(CLI::App& to);
action declare_verify(CLI::App& to);
action declare_versions(CLI::App& to);

const std::vector<verb>& verbs() {
  static const std::vector<verb> table{
      {"validate", "check flows: faults with their places", "configs/order/order.yaml",
       declare_validate},
      {"test", "run flow tests: the real engine in virtual time", "configs/order/order.test.yaml",
       declare_test},
      {"map", "evaluate a map tree over a context, or list what pipes can call",
       "rules.yaml context.json --explain", declare_map},
      {"node", "run a node until it is told to stop; its --help lists every setting",
       "--config node.yaml --deploy configs/hello.yaml --answers configs/hello.answers.yaml",
       declare_node},
      {"run", "start a job and wait for its end",
       R"(greeting.wanted '{"name": "Ana"}' --deploy configs/hello.yaml --answers configs/hello.answers.yaml --data /tmp/hello)",
       declare_run},
      {"publish", "start a job; its id is printed when the start is durable",
       R"(greeting.wanted '{"name": "Ana"}' --id g-2 --data /tmp/hello)", declare_publish},
      {"signal", "answer the hook that waits for it",
       R"(order.approved '{"order_id": "o-1", "by": "Bo"}' --data /tmp/approval)", declare_signal},
      {"complete", "finish a worker's call that is pending",
       R"(o-1 review '{"reviewer": "Ana"}' --data /tmp/approval)", declare_complete},
      {"interrupt", "end a job", "o-1 --reason 'changed my mind' --data /tmp/approval",
       declare_interrupt},
      {"retry", "start a failed job again where it failed", "o-1 --data /tmp/approval",
       declare_retry},
      {"subscribe", "show what flows publish on a topic, as it comes",
       "order.done --data data/order", declare_subscribe},
      {"job", "show one job", "o-0001.30a25b --data data/order", declare_job},
      {"jobs", "list jobs, running ones first", "--state failed --data data/order", declare_jobs},
      {"history", "show what became of a job, record by record",
       "o-0001.30a25b --json --data data/order", declare_history},
      {"stats", "show what the jobs of a flow add up to",
       "order.requested --since 1d --data /tmp/approval", declare_stats},
      {"graph", "draw flows, or how far a job is in its flow",
       "configs/order/order.yaml --format svg", declare_graph},
      {"versions", "list what is deployed, and which version is active", "--data data/order",
       declare_versions},
      {"deploy", "keep a version of an app", "configs/hello.yaml --activate --data /tmp/hello",
       declare_deploy},
      {"activate", "make new jobs take a version of an app", "hello 1 --data /tmp/hello",
       declare_activate},
      {"verify", "say what is wrong in a store, and mend what can be", "--data /tmp/hello",
       declare_verify},
      {"doctor", "look at a server that keeps jobs, and say what endangers them",
       "--store redis://localhost", declare_doctor},
      {"copy", "copy a data directory as it is at one moment, also while a node runs in it",
       "/backup/order --data data/order", declare_copy},
      {"scrub", "forget a job that has ended", "g-2 --data /tmp/hello", declare_scrub},
  };
  return table;
}

} // namespace quipu
