"""Jobs on a Redis server whose namespace is of eight partitions."""

import json
import sys
import time

from harness import BIN, PATIENCE, ROOT, Case, call, main, quipu

sys.path.insert(0, str(ROOT / "tests/system"))
from redis_server import RedisServer

# Of thousands of jobs: minutes, where the sanitizers are.
LARGE = [ROOT / "tests/language" / name for name in ("await.test.yaml", "awaits.test.yaml")]
FLOW_TESTS = sorted([*(ROOT / "tests/language").glob("*.test.yaml"), *(ROOT / "configs").rglob("*.test.yaml")])


def order(name):
    return {"id": name, "customer": {"name": "Ana", "country": "PE"}, "currency": "EUR",
            "lines": [{"sku": "MUG", "name": "Mug", "qty": 2, "price": 40.5}], "card": {"brand": "visa", "last4": "4242"}}


class Partitions(Case):
    def setUp(self):
        super().setUp()
        self.server = RedisServer(self.home / "server", fsync="everysec", partitions=8)
        self.store = self.server.address

    def tearDown(self):
        self.server.kill()
        super().tearDown()

    def test_every_flow_test_passes(self):
        said = self.expect(quipu("test", "--store", self.store, *[file for file in FLOW_TESTS if file not in LARGE]), 0)
        self.assertIn(" 0 failed", said.out)
        self.assertEqual(self.server.cli("DBSIZE"), "0")

    def test_the_order_example_runs_and_its_store_is_sound(self):
        orders = self.write("orders.jsonl", "".join(json.dumps(order(f"a-{n}")) + "\n" for n in range(40)))
        words = [BIN / "quipu_order", "--store", self.store, "--orders", orders, "--payment-ms", "1", "--calls",
                 self.home / "calls"]
        self.expect(call(*words), 0)
        self.assertIn("done already: 40 of 40", self.expect(call(*words), 0).out)
        ended = self.expect(quipu("jobs", "--store", self.store, "--state", "completed", "--limit", "1000", "--json"), 0)
        names = sorted(job["id"].split(".")[0] for job in ended.json()["jobs"])
        self.assertEqual([name for name in names if name.startswith("a-")].count("a-7"), 1)
        self.assertGreater(min(int(self.server.cli("ZCARD", f"quipu:{{main.{at}}}:ended")) for at in range(8)), 0)
        until = time.monotonic() + PATIENCE
        while "have a lease" in (said := quipu("verify", "--store", self.store)).err and time.monotonic() < until:
            pass  # it looks when the leases of the node that has ended have lapsed
        self.expect(said, 0)

    def test_another_number_of_partitions_is_refused(self):
        self.expect(quipu("deploy", ROOT / "configs/hello.yaml", "--store", self.store), 0)
        said = self.expect(quipu("jobs", "--store", self.store.replace("=8", "=4")), 3)
        self.assertIn("is of 8 partitions, not of 4", said.err)
        self.expect(quipu("jobs", "--store", self.store.split("?")[0]), 0)


if __name__ == "__main__":
    main()
