"""What `quipu_system_load look` printed, and what the load noted."""

import json


class World:
    def __init__(self, lines, before=None):
        """`before`: what was there when it was looked at last; its jobs stand for those that are the same."""
        self.apps, self.jobs, self.publications, self.rows = {}, {}, {}, {}
        for line in lines:
            told = json.loads(line)
            if "source" in told:
                self.apps[told["app"], told["version"]] = told["source"]
            elif "same" in told:
                self.jobs[told["job"]] = before.jobs[told["job"]]
            elif "job" in told:
                told["records"] = [bytes.fromhex(one) for one in told["records"]]
                self.jobs[told["job"]] = told
            elif "publication" in told:
                self.publications.setdefault(told["of"], []).append((told["topic"], bytes.fromhex(told["body"])))
            else:
                self.rows.setdefault(told["table"], []).append((told["key"], told.get("value", "")))

    def running(self):
        return [name for name, job in self.jobs.items() if job["state"] == "running"]

    def heads(self):
        return "".join(f"{name} {job['head']}\n" for name, job in self.jobs.items())


def read_notes(path):
    with open(path, encoding="utf-8") as file:
        return parse_notes(file)


def parse_notes(lines):
    """The last line may have been cut short by a kill."""
    found = []
    for line in lines:
        if line.endswith("\n"):
            found.append(json.loads(line))
    return found
