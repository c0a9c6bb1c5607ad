"""The verbs that change something: on a directory by itself, and on the node that runs in it."""

import contextlib
import json
import os
import subprocess
import time

from harness import BIN, PATIENCE, Case, main, quipu

FLOW = """\
app:
  id: verbs
  version: '1'
  graphs:
    - subscribes: wait
      publishes: wait.done
      hooks:
        approved:
          - to: h
            conditions:
              match: [{expected: '{t.output.data.n}', actual: '{$self.hook.data.n}'}]
      activities:
        t: {type: trigger}
        h: {type: hook, hook: {schema: {type: object, required: [n]}}, job: {maps: {by: '{$self.hook.data.by}'}}}
      transitions: {t: [{to: h}]}
    - subscribes: sale
      activities:
        st:
          type: trigger
          stats:
            key: '{$self.output.data.region}'
            measures:
              - {measure: sum, target: '{$self.output.data.total}'}
              - {measure: mdn, target: '{$self.output.data.article}'}
              - {measure: index, target: '{$self.output.data.region}'}
              - {measure: index, target: '{$self.output.data.size}'}
          telemetry: {region: '{$self.output.data.region}'}
        sh: {type: hook, sleep: '{st.output.data.sleep}'}
      transitions: {st: [{to: sh}]}
    - subscribes: ask
      publishes: ask.done
      activities:
        at: {type: trigger}
        a: {type: worker, topic: work.ask, job: {maps: {said: '{$self.output.data.said}'}}}
      transitions: {at: [{to: a}]}
"""
OTHER = """\
app:
  id: other
  version: '1'
  graphs:
    - subscribes: other.topic
      activities: {t: {type: trigger}}
"""


class Verbs(Case):
    def setUp(self):
        super().setUp()
        self.flow = self.write("flow.yaml", FLOW)

    def on(self, *words, code=0, **more):
        return self.expect(quipu(*words, "--data", self.data, **more), code)

    @contextlib.contextmanager
    def node(self, topic="ask", message="{}", job="a-1", kind="pending"):
        """A node that runs in the directory until the end of the block, when a job waits: its worker says 202."""
        answers = self.write("answers.yaml",
                             "workers: {work.ask: [{replies: [{status: pending}]}]}")
        runs = subprocess.Popen([BIN / "quipu", "run", topic, message, "--id", job, "--answers", answers,
                                 "--timeout", "1h", "--data", self.data],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            while not (self.data / "quipu.sock").exists():
                self.assertIsNone(runs.poll(), "the node has ended")
                time.sleep(0.05)
            self.until(job, kind)
            yield runs
        finally:
            runs.kill()
            runs.communicate()

    def until(self, job, kind):
        """Until all that a job waits for is one thing of this kind; None: until it waits for nothing."""
        waits = [kind] if kind else []
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            said = quipu("job", job, "--json", "--data", self.data)
            if said.code == 0 and [each["kind"] for each in said.json().get("open", [])] == waits:
                return
        self.fail(f"{job} never came to {kind}")

    def test_versions_are_kept_activated_and_refused_without_a_node(self):
        said = self.on("deploy", self.flow)
        self.assertIn("app verbs, version 1: kept; quipu activate verbs 1", said.out)
        self.assertIn("404", self.on("publish", "wait", code=4).err)
        self.assertIn("404", self.on("activate", "verbs", "2", code=4).err)
        self.on("activate", "verbs", "1")
        self.assertEqual(self.on("versions", "--json").json()[0]["active"], True)
        changed = self.write("flow.yaml", FLOW.replace("wait.done", "wait.over"))
        self.assertIn("409", self.on("deploy", changed, code=4).err)
        bad = self.write("bad.yaml", FLOW.replace("type: hook,", "type: hok,"))
        self.assertRegex(self.on("deploy", bad, code=2).err, r"bad\.yaml:\d+:\d+: error: ")

    def test_a_directory_without_a_node_takes_every_verb(self):
        self.on("deploy", self.flow, "--activate")
        self.assertEqual(self.on("publish", "wait", '{"n": 1}', "--id", "w-1").out, "w-1\n")
        self.assertIn("409", self.on("publish", "wait", '{"n": 1}', "--id", "w-1", code=4).err)
        self.assertIn("404", self.on("publish", "nothing", code=4).err)
        with self.node("wait", '{"n": 9}', "w-9", "wait"):
            self.until("w-1", "wait")
        self.assertEqual(self.on("signal", "approved", '{"n": 1, "by": "Ana"}', "--id", "s-1").out,
                         "answered\n")
        self.assertEqual(self.on("signal", "approved", '{"n": 1}', "--id", "s-1", "--json").json(),
                         {"signal": "repeated"})
        self.assertIn("404", self.on("signal", "approved", '{"n": 1}', code=4).err)
        self.assertEqual(self.on("signal", "approved", '{"n": 2}', "--json").json(), {"signal": "early"})
        # What was answered goes on when the next node runs, and not before.
        self.assertEqual(self.on("job", "w-1", "--json").json()["state"], "running")
        with self.node("wait", '{"n": 8}', "w-8", "wait"):
            self.until("w-1", None)
        job = self.on("job", "w-1", "--json").json()
        self.assertEqual((job["state"], job["data"]), ("completed", {"by": "Ana"}))
        self.assertIn("409", self.on("interrupt", "w-1", code=4).err)

        self.on("publish", "wait", '{"n": 3}', "--id", "w-3")
        self.assertIn("409", self.on("scrub", "w-3", code=4).err)
        self.on("interrupt", "w-3", "--reason", "changed my mind", "--code", "999")
        job = self.on("job", "w-3", "--json").json()
        self.assertEqual((job["state"], job["error"]["code"], job["error"]["message"]),
                         ("interrupted", 999, "changed my mind"))
        self.on("interrupt", "w-3", "--code", "1000", code=2)
        self.on("scrub", "w-3")
        self.assertIn("404", self.on("job", "w-3", code=4).err)
        self.on("publish", "wait", '{"n": 4}', "--id", "w-3")  # its id is free again
        self.on("interrupt", "w-3", "--no-throw")
        self.assertNotIn("error", self.on("job", "w-3", "--json").json())
        self.assertIn("404", self.on("interrupt", "nobody", code=4).err)

        heard = self.on("subscribe", "wait.done", "--after", "oldest", "--most", "3", "--json").out
        rows = [json.loads(line) for line in heard.splitlines()]
        self.assertEqual([row["job"] for row in rows], ["w-1", "w-3", "w-3"])
        self.assertEqual(rows[0]["data"], {"state": "completed", "data": {"by": "Ana"}})
        rest = self.on("subscribe", "wait.done", "--after", rows[1]["id"], "--most", "1", "--json")
        self.assertEqual(json.loads(rest.out)["id"], rows[2]["id"])
        self.on("subscribe", "wait.done", "--after", "no id", code=4)

    def test_a_node_that_runs_takes_every_verb(self):
        self.on("deploy", self.flow, "--activate")
        with self.node() as runs:
            self.on("deploy", self.write("other.yaml", OTHER), "--activate")
            refused = self.on("publish", "wait", '{"n": 1}', code=4)
            self.assertIn("400", refused.err)
            self.assertIn("other, verbs", refused.err)
            self.on("publish", "wait", '{"n": 1}', "--id", "w-1", "--app", "verbs")
            self.until("w-1", "wait")
            self.assertIn("400", self.on("signal", "approved", '{"n": 1}', code=4).err)
            said = self.on("signal", "approved", "-", "--app", "verbs", stdin='{"n": 1, "by": "Bo"}')
            self.assertEqual(said.out, "answered\n")
            self.on("publish", "wait", '{"n": 2}', "--id", "w-2", "--app", "verbs")
            self.on("interrupt", "w-2")
            listener = subprocess.Popen([BIN / "quipu", "subscribe", "ask.done", "--most", "1", "--json",
                                         "--after", "oldest", "--data", self.data],
                                        stdout=subprocess.PIPE, text=True)
            self.assertIn("404", self.on("complete", "a-1", "b", code=4).err)
            self.assertIn('"a" of job "a-1" is not pending in pass 7', self.on("complete", "a-1", "a", "--dimension", "7", code=4).err)
            self.on("complete", "a-1", "a", "--status", "pending")
            self.on("complete", "a-1", "a", '{"said": "yes"}', "--dimension", "0", "--id", "c-1")
            out, err = runs.communicate(timeout=PATIENCE)
            self.assertEqual((runs.returncode, out), (0, 'a-1  completed  {"said":"yes"}\n'), err)
            heard, _ = listener.communicate(timeout=PATIENCE)
            self.assertEqual(json.loads(heard)["data"], {"state": "completed", "data": {"said": "yes"}})
        self.on("complete", "a-1", "a", '{"said": "no"}', "--id", "c-1")  # as the first time
        self.assertIn("409", self.on("complete", "a-1", "a", code=4).err)

    def sell(self, job, **data):
        self.on("run", "sale", json.dumps(data), "--id", job)

    def test_what_jobs_add_up_to_and_how_they_are_found(self):
        self.on("deploy", self.flow, "--activate")
        self.sell("s-1", region="eu", total=0.1, article="x", size=5)
        self.sell("s-2", region="eu", total=0.2, article="y", size="5")
        self.sell("s-3", region="us", total=29, article="x")
        self.on("publish", "sale", '{"region": "eu", "total": "7", "sleep": 3600}', "--id", "s-4")
        with self.node("wait", '{"n": 1}', "w-1", "wait"):
            self.until("s-4", "wait")
            both = [self.on("stats", "sale", "--json").json()]
        both.append(self.on("stats", "sale", "--json").json())
        for said in both:  # by the node, and on the directory
            self.assertEqual(said["topic"], "sale")
            eu, us = said["keys"]
            self.assertEqual((eu["key"], eu["count"], eu["sum"], eu["mdn"]),
                             ("eu", 3, {"total": 0.30000000000000004}, {"article": 2}))
            self.assertEqual(eu["values"]["article"],
                             [{"value": "x", "times": 1}, {"value": "y", "times": 1}])
            self.assertEqual(sum(each["count"] for each in eu["stretches"]), 3)
            self.assertEqual((us["count"], us["sum"]), (1, {"total": 29}))
        out = self.on("stats", "sale").out.splitlines()
        self.assertEqual(out[0].split(), ["key", "jobs", "sum", "total", "mdn", "article"])
        self.assertEqual(out[2].split(), ["us", "1", "29", "1"])
        self.assertIn("x 1", self.on("stats", "sale", "--key", "us", "--stretches", "--since", "1d").out
                      + self.on("stats", "sale", "--key", "us").out)
        self.assertEqual(self.on("stats", "sale", "--until", "2020-01-01").out,
                         "no job has been counted\n")
        none = self.on("stats", "sale", "--key", "nowhere", "--json").json()["keys"]
        self.assertEqual([each["count"] for each in none], [0])
        self.assertIn("404", self.on("stats", "wait", code=4).err)
        self.assertIn("404", self.on("stats", "nothing", code=4).err)
        self.assertIn("no time", self.on("stats", "sale", "--since", "yesterday", code=2).err)

        def jobs(*words):
            return [row["id"] for row in self.on("jobs", "--json", *words).json()["jobs"]]

        self.assertEqual(jobs("--index", "region=eu"), ["s-4", "s-2", "s-1"])
        self.assertEqual(jobs("--index", "region=eu", "--state", "completed"), ["s-2", "s-1"])
        self.assertEqual(jobs("--index", "size=5"), ["s-2", "s-1"])
        self.assertEqual(jobs("--index", "region=e"), [])
        self.assertEqual(jobs("--topic", "sale", "--limit", "1"), ["s-4"])
        first = self.on("jobs", "--json", "--index", "region=eu", "--limit", "2").json()
        self.assertEqual(jobs("--index", "region=eu", "--after", first["next"]), ["s-1"])
        self.assertEqual(jobs("--index", "region=eu", "--limit", "1", "--all"), ["s-4", "s-2", "s-1"])
        self.assertEqual(jobs("--since", "1h", "--topic", "sale", "--app", "verbs"),
                         ["s-4", "s-3", "s-2", "s-1"])
        self.assertEqual(jobs("--until", "2020-01-01T00:00"), [])
        every = ["s-4", "s-3", "s-2", "s-1"]
        for words, found in ((("--until", "9999-12-31"), every), (("--since", "0001-01-01"), every), (("--since", "9999-12-31"), []),
                             (("--until", "0001-01-01"), []), (("--since", "100000000d"), every), (("--until", "-100000000d"), every)):
            self.assertEqual(jobs("--topic", "sale", "=".join(words)), found, words)
        self.assertEqual(jobs("--app", "other"), [])
        self.assertIn("NAME=VALUE", self.on("jobs", "--index", "region", code=2).err)
        self.assertIn("400", self.on("jobs", "--after", "no cursor", code=4).err)
        self.on("scrub", "s-1")
        self.assertEqual(jobs("--index", "region=eu"), ["s-4", "s-2"])
        record = [each for each in self.on("history", "s-2", "--json").json()["records"]
                  if "telemetry" in each]
        self.assertEqual(record[0]["telemetry"][0]["attributes"], {"region": "eu"})
        self.assertEqual(record[0]["index"], {"region": "eu", "size": "5"})

    def test_a_command_without_a_node_has_a_nodes_settings(self):
        config = self.write("node.yaml", f"store: lmdb:{self.data}\nhistory: digits\nlimits: {{payload: {{bytes: 2MiB}}, control: {{bytes: 16MiB}}}}\n")
        self.expect(quipu("deploy", self.flow, "--activate", "--config", config), 0)
        large = self.write("large.json", json.dumps({"n": 1, "text": "x" * (1536 << 10)}))
        self.assertIn("limits.payload.bytes is 1048576", self.on("publish", "wait", f"@{large}", code=4).err)
        self.expect(quipu("publish", "wait", f"@{large}", "--id", "w-1", "--config", config), 0)
        self.on("publish", "wait", f"@{large}", "--id", "w-2", env={**os.environ, "QUIPU_LIMITS_PAYLOAD_BYTES": "2MiB"})
        self.on("signal", "approved", f"@{large}", env={**os.environ, "QUIPU_CONFIG": str(config)})
        kept = [self.on("job", job, "--json").json()["history"] for job in ("w-1", "w-2")]
        self.assertEqual(kept, ["digits", "full"])
        listed = quipu("jobs", "--json", env={**os.environ, "QUIPU_STORE": f"lmdb:{self.data}"})
        self.assertEqual({each["id"] for each in self.expect(listed, 0).json()["jobs"]}, {"w-1", "w-2"})
        # The command line counts before the file.
        self.assertIn("elsewhere", self.expect(quipu("jobs", "--data", self.home / "elsewhere", "--config", config), 3).err)
        bad = self.write("bad.yaml", "histroy: off\nlimits: {payload: {bytes: lots}}\n")
        said = self.on("jobs", "--config", bad, code=2)
        self.assertIn('bad.yaml:1:1: error: unknown key "histroy"', said.err)
        self.assertIn("bad.yaml:2:27: error: ", said.err)

    def test_the_gateway_that_is_not_there_is_named(self):
        said = self.on("deploy", self.flow, "--url", "http://localhost:8080", code=2)
        self.assertIn("HTTP gateway", said.err)
        said = quipu("jobs", env={**os.environ, "QUIPU_URL": "http://localhost:8080"})
        self.assertEqual(said.code, 2, said)
        self.assertIn("QUIPU_URL", said.err)
        self.on("deploy", self.flow, env={**os.environ, "QUIPU_URL": "http://localhost:8080"})

    def test_a_completion_may_be_an_error(self):
        self.on("deploy", self.flow, "--activate")
        with self.node() as runs:
            self.on("complete", "a-1", "a", '{"message": "no"}', "--code", "402")
            self.assertIn("402 from a: no", runs.communicate(timeout=PATIENCE)[0])
            self.assertEqual(runs.returncode, 1)


main()
