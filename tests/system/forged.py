"""The checker is itself checked: it must believe what a load without faults has left, and refuse every forgery of it.

Each forger takes a true store and its notes and changes one thing; where it changes records, checksums and the chain of
hashes are made right again, so that only what the records say can give it away.
"""

import contextlib
import copy
import random
import sys

from checker.packing import pack, unpack
from checker.state import Misfit, State, chain, read_record, write_record
from checker.verdict import Checker
from checker.world import read_notes
from place import Place

FORGERS = []


def forger(function):
    FORGERS.append(function)
    return function


class Story:
    """A world and notes that may be changed."""

    def __init__(self, world, notes, chance):
        self.world, self.notes, self.chance = world, notes, chance

    def job(self, topic, holds=lambda job: True):
        return self.chance.choice([job for job in self.world.jobs.values() if job["topic"] == topic and holds(job)])

    def records(self, job):
        return [read_record(stored) for stored in job["records"]]

    def write(self, job, records, renumber=True):
        """Puts other records in the place of a job's, with everything around them made to fit."""
        head = bytes(32)
        job["records"] = []
        for number, record in enumerate(records, 1):
            if renumber:
                record["n"] = number
            job["records"].append(write_record(record))
            head = chain(job["records"][-1], head)
        job["head"], job["count"] = head.hex(), len(records)
        state = State()
        with contextlib.suppress(Misfit):
            for record in records:
                state.fold(record)
            job["fields"] = {name: value.hex() for name, value in state.fields().items()}
            job["obligations"] = [{"name": f"{at[0]}.{at[1]}", "body": pack(owed).hex(), "due": owed.get("d")}
                                  for at, owed in state.owed.items() if owed["k"] != "called" or "d" in owed]

    def change(self, topic, cause, how, holds=lambda record: True):
        """Changes one record of a cause in one job of a topic."""
        fits = lambda record: record["y"] == cause and holds(record)
        job = self.job(topic, lambda job: any(map(fits, self.records(job))))
        records = self.records(job)
        how(self.chance.choice([record for record in records if fits(record)]))
        self.write(job, records)

    def note(self, holds):
        return self.chance.choice([note for note in self.notes if holds(note)])


@forger
def an_accepted_job_is_lost(story):
    del story.world.jobs[story.job("mix.timer")["job"]]


@forger
def a_child_is_lost(story):
    del story.world.jobs[story.job(".mix.deepest")["job"]]


@forger
def a_job_never_ends(story):
    job = story.job("mix.timer")
    story.write(job, story.records(job)[:-1])
    job["state"] = "running"


@forger
def a_job_ends_twice(story):
    job = story.job("mix.emit")
    records = story.records(job)
    records[-2]["e"] = dict(records[-1]["e"])
    story.write(job, records)


@forger
def a_job_goes_on_behind_its_end(story):
    job = story.job("mix.order")
    records = story.records(job)
    records.append({"n": 0, "t": records[-1]["t"], "y": "acknowledged", "a": [1, 0]})
    story.write(job, records)


@forger
def a_record_is_missing(story):
    job = story.job("mix.loop")
    records = story.records(job)
    del records[3]
    story.write(job, records)


@forger
def a_record_is_there_twice(story):
    job = story.job("mix.retry")
    records = story.records(job)
    records.insert(3, dict(records[3]))
    story.write(job, records)


@forger
def two_records_change_places(story):
    job = story.job("mix.order", lambda job: len(job["records"]) > 5)
    records = story.records(job)
    records[3], records[4] = records[4], records[3]
    story.write(job, records)


@forger
def time_goes_back(story):
    def earlier(record):
        record["t"] -= 100_000
    story.change("mix.order", "replied", earlier)


@forger
def one_byte_of_a_record_is_another(story):
    job = story.job("mix.deep")
    place = story.chance.randrange(len(job["records"]))
    stored = bytearray(job["records"][place])
    stored[story.chance.randrange(len(stored))] ^= 1 << story.chance.randrange(8)
    job["records"][place] = bytes(stored)


@forger
def a_record_is_rewritten_without_the_chain(story):
    job = story.job("mix.deep")
    record = read_record(job["records"][1])
    record["t"] += 1
    job["records"][1] = write_record(record)


@forger
def a_digit_turns_as_none_may(story):
    def revive(record):
        record["d"].append([*record["d"][0][:4], 6, 8])
    story.change("mix.order", "replied", revive)


@forger
def an_activity_is_settled_twice(story):
    def again(record):
        record["d"].append(list(record["d"][0]))
    story.change("mix.emit", "replied", again)


@forger
def an_edge_is_taken_that_does_not_hold(story):
    def take(record):  # the loop goes on where it should leave
        for turn in record["d"]:
            if turn[5] == 3 and turn[2] == 3:
                turn[5] = 8
    story.change("mix.loop", "replied", take, lambda record: [turn for turn in record["d"] if turn[5] == 3 and turn[2] == 3])


@forger
def a_branch_is_skipped_that_should_run(story):
    def skip(record):
        for turn in record["d"]:
            if turn[5] == 8:
                turn[5] = 3
        record["g"] = [row for row in record["g"] if row[2] is None]
        record.pop("k", None)
    story.change("mix.order", "replied", skip, lambda record: len(record.get("k", [])) == 1)


@forger
def a_leg_1_without_its_call(story):
    def forget(record):
        record["g"] = [row for row in record["g"] if row[2] is None]
    story.change("mix.emit", "replied", forget, lambda record: any(row[2] for row in record.get("g", [])))


@forger
def a_pass_is_opened_that_nobody_asked_for(story):
    def open_(record):
        record.setdefault("p", []).append([1, 1 + max((row[1] for row in record.get("p", [])), default=0), 0, 2, "99"])
    story.change("mix.counter", "signalled", open_)


@forger
def a_timer_fires_early(story):
    job = story.job("mix.timer")
    records = story.records(job)
    for record in records:
        for row in record.get("g", []):
            if row[2] and row[2]["k"] == "wait":
                row[2]["d"] += 60_000
    story.write(job, records)


@forger
def a_signal_is_taken_up_twice(story):
    job = story.job("mix.counter", lambda job: sum(record["y"] == "signalled" for record in story.records(job)) > 1)
    records = story.records(job)
    first, second = [record for record in records if record["y"] == "signalled"][:2]
    tag = first["o"][0][2]["h"]["tag"]
    second["o"][0][2]["h"]["tag"] = tag
    for row in second.get("q", []):
        row[2]["h"]["tag"] = tag
    story.write(job, records)


@forger
def a_signal_is_taken_up_that_nobody_sent(story):
    def invent(record):
        record["o"][0][2]["h"]["tag"] = "invented"
    story.change("mix.counter", "signalled", invent, lambda record: record.get("a", [0])[0] == 4)


@forger
def a_signal_for_another_job_is_taken_up(story):
    def misdirect(record):
        record["o"][0][2]["h"]["id"] = "somebody-else"
    story.change("mix.approval", "signalled", misdirect)


@forger
def an_accepted_signal_is_lost(story):
    told = story.note(lambda note: note.get("did") == "signal" and note["name"] == "mix.approved" and
                      note.get("said") in ("answered", "early"))
    told["said"] = "answered"
    told["data"] = {**told["data"], "tag": "lost"}


@forger
def an_accepted_reply_is_lost(story):
    told = story.note(lambda note: note.get("did") == "complete" and note.get("said") == "done")
    told["data"] = {"n": 12345}


@forger
def an_interrupt_that_was_answered_had_no_effect(story):
    job = story.job("mix.visits")
    records = story.records(job)
    story.write(job, records[:-1])
    job["state"] = "running"


@forger
def a_reply_is_not_what_the_worker_said(story):
    def change(record):
        record["o"][0][2]["o"]["n"] += 1
    story.change("mix.tell", "replied", change)


@forger
def a_reply_to_a_call_that_was_never_made(story):
    job = story.job("mix.order")
    story.notes[:] = [note for note in story.notes if not ("call" in note and note["job"] == job["job"])]


@forger
def another_key_at_another_attempt(story):
    told = story.note(lambda note: "call" in note and note["attempt"] > 1)
    told["call"] += "x"


@forger
def one_key_for_two_calls(story):
    one, other = (story.note(lambda note, topic=topic: "call" in note and note["activity"] == topic)
                  for topic in ("or_first", "em_first"))
    one["call"] = other["call"]


@forger
def another_input_at_another_attempt(story):
    told = story.note(lambda note: "call" in note and note["attempt"] > 1)
    told["input"] = {**told["input"], "n": -1}


@forger
def an_attempt_is_made_twice(story):
    told = story.note(lambda note: "call" in note)
    story.notes.append(dict(told))


@forger
def an_attempt_that_the_history_does_not_know(story):
    told = dict(story.note(lambda note: "call" in note))
    told["attempt"] = 77
    story.notes.append(told)


@forger
def a_retry_comes_before_its_time(story):
    def hurry(record):
        record["t"] -= 1
    job = story.job("mix.retry", lambda job: any(record["y"] == "retried" for record in story.records(job)))
    records = story.records(job)
    due = next(row[2]["d"] for record in records for row in record.get("g", []) if row[2] and row[2]["k"] == "retry")
    for record in records:
        if record["y"] == "retried":
            record["t"] = due - 1
            break
    story.write(job, records)


@forger
def a_retry_that_the_policy_does_not_allow(story):
    def once_more(record):
        for row in record["g"]:
            if row[2]:
                row[2]["m"] += 1
    story.change("mix.retry", "replied", once_more, lambda record: any(row[2] and row[2]["k"] == "retry"
                                                                       for row in record.get("g", [])))


@forger
def an_await_takes_what_its_child_did_not_say(story):
    def change(record):
        record["o"][0][2]["o"] = {"n": -5}
        record["w"] = [["n", -5]]
    story.change("mix.deep", "child_ended", change, lambda record: "o" in record["o"][0][2])


@forger
def an_await_ends_before_its_child(story):
    job = story.job(".mix.child", lambda job: job["parent"] and story.world.jobs[job["parent"]]["topic"] == ".mix.deepest")
    story.write(job, story.records(job)[:-1])
    job["state"] = "running"


@forger
def a_child_has_another_parent(story):
    job = story.job(".mix.failing")
    records = story.records(job)
    records[0]["b"]["pj"] = job["parent"] = story.job("mix.timer")["job"]
    story.write(job, records)


@forger
def a_child_begins_with_another_message(story):
    job = story.job(".mix.deeper")
    records = story.records(job)
    records[0]["o"][0][2]["i"] = {"n": -7}
    story.write(job, records)


@forger
def a_job_begins_with_another_message(story):
    story.note(lambda note: note.get("topic") == "mix.emit")["data"] = {"n": -7}


@forger
def data_that_no_map_writes(story):
    def invent(record):
        record.setdefault("w", []).append(["invented", 1])
    story.change("mix.order", "replied", invent)


@forger
def a_job_fails_whose_error_was_caught(story):
    job = story.job("mix.order", lambda job: job["state"] == "completed")
    records = story.records(job)
    records[-1]["e"] = {"s": "failed", "e": {"code": 500, "message": "?", "activity": "or_left"}}
    story.write(job, records)
    job["state"] = "failed"


@forger
def the_state_is_another_than_the_history_says(story):
    story.job("mix.order", lambda job: job["state"] == "completed")["state"] = "failed"


@forger
def a_stored_field_is_not_what_folding_gives(story):
    job = story.job("mix.emit")
    page = unpack(bytes.fromhex(job["fields"]["d.0"]))
    page[0][1] = -1
    job["fields"]["d.0"] = pack(page).hex()


@forger
def a_stored_field_is_missing(story):
    del story.job("mix.order")["fields"]["a.0"]


@forger
def an_ended_job_still_owes(story):
    story.job("mix.timer")["obligations"].append({"name": "1.0", "body": pack({"k": "wait", "s": 0}).hex()})


@forger
def an_ended_job_still_has_mail(story):
    story.job("mix.timer")["mail"].append({"id": "x", "kind": "signal", "obligation": "1.0", "body": ""})


@forger
def a_timer_is_left(story):
    story.world.rows.setdefault("timers", []).append(("00", "%00x"))


@forger
def a_call_is_left_in_the_backlog(story):
    story.world.rows.setdefault("backlog", []).append(("mix.rare", ""))


@forger
def an_end_is_published_twice(story):
    told = story.world.publications[story.job("mix.emit")["job"]]
    told.append(told[-1])


@forger
def an_end_is_not_published(story):
    story.world.publications[story.job("mix.emit")["job"]].pop()


@forger
def two_jobs_are_one_start(story):
    story.job("mix.emit")["gid"] = story.job("mix.timer")["gid"]


def main():
    place = Place("forged")
    wrong, _ = place.finish(quiet=114)  # six of each kind
    if wrong:
        place.fail(["a true history is not believed:", *wrong])
    print(f"believed: {place.summary()}")
    notes, believed = read_notes(place.notes), []
    for number, forge in enumerate(FORGERS):
        story = copy.deepcopy(place.world), copy.deepcopy(notes)
        forge(Story(*story, random.Random(number)))
        found = Checker().check(*story, at_rest=True)
        what = forge.__name__.replace("_", " ")
        print(f"{'refused' if found else 'BELIEVED'}: {what}{': ' + found[0][:160] if found else ''}")
        believed += [] if found else [f"{what}: believed"]
    place.end(believed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
