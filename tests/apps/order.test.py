"""The order example: what `./dev run` runs."""

import json
import re
import signal
import subprocess
import time
from collections import Counter, defaultdict

from harness import BIN, ROOT, Case, call, main, quipu

ORDERS = ROOT / "configs/order/orders.jsonl"
ROW = re.compile(r"^(?P<order>\S+) +(?P<result>not run|\w+) +(?P<total>-|[\d.]+ [A-Z]{3}) +(?P<key>\d+) +(?P<ms>\d+) ms")


def line(number, **changes):
    order = {"id": f"t-{number}", "customer": {"name": "Ana", "country": "PE"}, "currency": "EUR",
             "lines": [{"sku": "MUG", "name": "Mug", "qty": 2, "price": 40.5}], "card": {"brand": "visa", "last4": "4242"}}
    order.update(changes)
    return order


class Order(Case):
    def orders(self, *orders):
        return self.write("orders.jsonl", "".join(json.dumps(order) + "\n" for order in orders))

    def run_orders(self, *more, payment=1):
        return call(BIN / "quipu_order", "--data", self.data, "--payment-ms", payment, *more)

    def rows(self, said):
        found = [ROW.match(text) for text in said.out.splitlines()]
        return {row["order"]: row for row in found if row}

    def test_200_orders_of_all_kinds_end_and_a_second_run_knows_them(self):
        said = self.expect(self.run_orders("--in-flight", "64"), 0)
        rows = self.rows(said)
        self.assertEqual(len(rows), 200, said)
        results = Counter(row["result"] for row in rows.values())
        self.assertEqual(set(results), {"shipped", "freighted", "declined", "rejected", "refused", "failed"}, said)
        self.assertEqual((results["rejected"], results["failed"]), (10, 3), results)
        self.assertEqual(rows["o-0001"]["total"], "62.40 EUR")
        self.assertRegex(rows["o-0001"]["key"], r"^[1236]+$")
        self.assertIn(str(self.data.name), said.out)
        self.assertNotIn("\x1b", said.out)
        self.assertIn("jobs/s", said.out)

        again = self.expect(self.run_orders(), 0)
        self.assertIn("done already: 200 of 200 orders", again.out)
        self.assertEqual(self.rows(again), {})

    def test_a_changed_amount_changes_the_total(self):
        first = self.rows(self.expect(self.run_orders("--orders", self.orders(line(1), line(2))), 0))
        self.assertEqual(first["t-1"]["total"], "81.00 EUR")
        dearer = line(1, lines=[{"sku": "MUG", "name": "Mug", "qty": 2, "price": 50.25}])
        said = self.expect(self.run_orders("--orders", self.orders(dearer, line(2))), 0)
        self.assertEqual({order: row["total"] for order, row in self.rows(said).items()}, {"t-1": "100.50 EUR"})
        self.assertIn("done already: 1 of 2", said.out)

    def test_each_kind_of_order_goes_its_way(self):
        big = [{"sku": "T", "name": "Table", "qty": 1, "price": 1000.01}]
        edge = [{"sku": "T", "name": "Table", "qty": 1, "price": 1000}]
        watched = {"name": "Eve", "country": "XX", "watch": True}
        said = self.run_orders("--orders", self.orders(
            line(1), line(2, lines=big), line(3, lines=edge), line(4, card={"last4": "0002"}), line(5, lines=[]),
            line(6, lines=big, customer=watched), line(7, currency="XAU"), line(8, lines=big, card={"last4": "0002"})))
        rows = self.rows(self.expect(said, 0))
        self.assertEqual([rows[f"t-{n}"]["result"] for n in range(1, 9)],
                         ["shipped", "freighted", "shipped", "declined", "rejected", "refused", "failed", "declined"])
        self.assertIn("the order has no lines", said.out)
        self.assertIn("card 0002 was declined", said.out)

    def test_a_line_that_is_no_order_is_named_and_the_others_go_on(self):
        file = self.write("orders.jsonl", json.dumps(line(1)) + "\n{broken\n\n" + json.dumps(line(2)) + "\n[]\n")
        said = self.expect(self.run_orders("--orders", file), 0)
        self.assertIn("orders.jsonl:2: not JSON", said.err)
        self.assertIn("orders.jsonl:5: not an object", said.err)
        self.assertEqual(len(self.rows(said)), 2)

    def test_killed_half_way_it_finishes_the_rest_with_the_same_keys_and_inputs(self):
        calls = self.home / "calls"
        words = [BIN / "quipu_order", "--data", self.data, "--payment-ms", "20", "--calls", calls]
        running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until = time.time() + 100
        while time.time() < until and (not calls.exists() or calls.read_text().count("\n") < 250):
            self.assertIsNone(running.poll(), "it ended before it could be killed")
            time.sleep(0.005)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        before = calls.read_text().count("\n")

        said = self.expect(self.run_orders("--calls", calls, "--all"), 0)
        self.assertEqual(len(self.rows(said)), 200)
        done = int(re.search(r"done already: (\d+) of 200", said.out)[1])
        self.assertGreater(done, 0)
        self.assertLess(done, 200)

        inputs, attempts = defaultdict(set), defaultdict(list)
        keys = defaultdict(set)
        for text in calls.read_text().splitlines():
            entry = json.loads(text)
            inputs[entry["key"]].add(entry["input"])
            attempts[entry["key"]].append(entry["attempt"])
            keys[(entry["job"], entry["activity"])].add(entry["key"])
        self.assertTrue(all(len(each) == 1 for each in inputs.values()), "an input changed under its key")
        self.assertTrue(all(len(each) == 1 for each in keys.values()), "a key changed between attempts")
        for key, numbers in attempts.items():
            self.assertEqual(len(set(numbers)), len(numbers), f"attempt made twice under {key}: {numbers}")
        repeated = sum(1 for numbers in attempts.values() if len(numbers) > 1)
        print(f"killed after {before} calls; {done} orders were done; {repeated} calls were made again")

        jobs = quipu("jobs", "--all", "--data", self.data, "--json").json()["jobs"]
        self.assertEqual([job for job in jobs if job["state"] == "running"], [])
        placed = [job["id"] for job in jobs if job["topic"] == "order.placed"]
        self.assertEqual(len(placed), 200)
        self.assertEqual(len(set(placed)), 200)

    def test_two_engines_on_one_directory_are_told_apart(self):
        first = subprocess.Popen([BIN / "quipu_order", "--data", self.data, "--payment-ms", "3000"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            until = time.time() + 60
            while time.time() < until and not (self.data / "quipu.sock").exists():
                time.sleep(0.02)
            said = self.run_orders()
            self.assertEqual(said.code, 3, said)
            self.assertIn(str(first.pid), said.err)
            self.assertIsNone(first.poll())
        finally:
            first.kill()
            first.communicate()

    def test_faults_of_the_flow_are_told_a_line_each_and_escaped(self):
        flow = self.write("flow.yaml", 'app:\n  id: orders\n  version: "1"\n  "\\e[31m": 1\n  "\\e[32m": 1\n  graphs: []\n')
        said = self.run_orders("--flow", flow)
        self.assertEqual(said.code, 4, said)
        self.assertGreater(said.err.count("error: "), 1)
        self.assertIn("\\x1b[31m", said.err)
        self.assertNotIn("\x1b", said.err)

    def test_an_unknown_flag_is_refused(self):
        self.assertNotEqual(self.run_orders("--ordrs", "x").code, 0)


main()
