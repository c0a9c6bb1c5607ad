"""The function library with one of its rules left out: for each, the contract suite must go red.

    mutants.py [NAME...]        QUIPU_BIN: where the quipu command is; QUIPU_TESTS: where redis_bridge_test is
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "system"))
from redis_server import RedisServer

TEST = pathlib.Path(os.environ["QUIPU_TESTS"]) / "redis_bridge_test"
QUIPU = pathlib.Path(os.environ["QUIPU_BIN"]) / "quipu"
PATIENCE = 250
# Without the long walks: what is wanted is that one of the short tests sees it.
SUITE = '[contract]~"the same seed*"~"commits in any order*"~"*of_eight"'
CROSSING = "[crossing]"

# Each: what it is, the rule as it stands, what stands there instead.
MUTANTS = {
    "no_head_check": ("if head ~= args[5] then return no('head', head) end", ""),
    "no_owner_check": ("if owner == nobody or sub(row, 33, 48) ~= owner then return no('owner') end", ""),
    "applied_is_stale": ("if head == makes then return receipt(open_job(id, row), owner, true) end", ""),
    "no_mail_check": ("if not job.mail or call('HEXISTS', box, mail) == 0 then return no('mail', mail) end", ""),
    "mail_counts_twice": ("or was_said(id, mail) then return end", "then return end"),
    "post_rings_no_bell": ("  ring(job.owner)\n", ""),
    "receipt_without_mail": ("if job.mail or #bells > 0 then", "if #bells > 0 then"),
    "rests_with_mail": ("elseif rest[10] and not job.mail and", "elseif rest[10] and"),
    "two_owners_after_takeover": ("local function own(job, mine)\n  disown(job)", "local function own(job, mine)"),
    "takeover_of_the_living": ("if held and not held.spent and held.until_ms > now() then", "if false then"),
    "unfenced_take": ("if not may_own(mine) then return no('fenced') end\n  local held", "local held"),
    "unfenced_start": ("if owner ~= nobody and not may_own(owner) then return no('fenced') end", ""),
    "lapsed_lease_is_renewed": ("or (held and (held.spent or held.until_ms <= now()))", ""),
    "child_with_a_taken_id": (
        "if born[child[1]] or (is_here(child[1]) and (find(child[1]) or reserved(child[1]))) then return child[1] end", ""),
    "start_of_another_with_the_same_id": ("[1] == args[5] then return receipt(there", "then return receipt(there"),
    "answered_twice": ("if is(o, answered) then return no('answered', name, id) end", ""),
    "early_signal_is_not_met": ("  meet_early(job, name, o)\nend", "end"),
    "late_signal_is_early": ("if late or #boards == 0 then return no('late') end", ""),
    "settled_timer_fires": ("    call('ZREM', prefix .. 't', timer(o[2], 'o', who))\n", ""),
    "expiry_leaves_a_row": ("call('DEL', job.key, prefix .. 'h:' .. job.id,", "call('DEL', job.key,"),
    "end_leaves_mail": ("if job.mail then call('DEL', prefix .. 'm:' .. job.id, prefix .. 'o:' .. job.id) end", ""),
    "ready_job_without_a_bell": ("  ring(nobody)\n", ""),
    "what_is_settled_inside_is_not_looked_at": (
        "if there[i] and bit.band(string.byte(there[i], 2), inner) == 0 then return end", ""),
    "end_leaves_what_it_does_not_settle": ("if sub(field, 1, 1) == 'o' and not goes[field] then return end", ""),
    "what_is_armed_inside_is_not_owed": ("if write.armed > 0 and bit.band(bits, flags.owes) == 0 then", "if false then"),
    "what_a_start_arms_is_not_owed": ("if what[5] then job.owes = true end", ""),
    "mail_is_not_told_inside": ("if bit.band(bits, flags.mail) == 0 then return 1 end", "if true then return 1 end"),
}

# Rules of what goes from one partition to another, found by the tests of that.
CROSSING_MUTANTS = {
    "taken_again_under_another_number": ("if not call('ZSCORE', seen, row[1]) then\n        take", "if true then\n        take"),
    "older_sender_is_believed": ("and not call('ZSCORE', seen, row[1]) then return no('older') end", "and false then end"),
    "gap_is_jumped_over": ("if args[6] ~= '1' then return { last[2], '' } end", ""),
    "refused_offer_is_lost": ("send_over(from, 'signal', s, joined(id, name), arming)", ""),
    "early_signal_is_not_met_elsewhere": ("if met then offer(who, arming,", "if false then offer(who, arming,"),
    "reserved_id_is_given": ("if reserved(id) then return no('exists') end", ""),
    "abandoned_id_stays_reserved": ("withdraw(id, arming) end", "end"),
    "late_child_is_not_told": ("or tonumber(page[i + 1]) < 0 then", "then"),
    "withdrawn_reservation_counts": ("return no('withdrawn') end", "return nil end"),
    "offer_for_another_arming_is_taken": ("if o and o[2] == arming and not deliver", "if o and not deliver"),
    "outbox_is_not_told": ("  put_box(to, box)\n  ring_box(to)\n", "  put_box(to, box)\n"),
    "what_is_left_is_not_told": ("if box[4] < box[3] then ring_box(tonumber(boxes[i])) end\n  end\n  local senders",
                                 "end\n  local senders"),
    "receipt_does_not_wait": ("(later and 4 or 0)", "0"),
    "carried_rows_are_not_kept": ("carried_ms, seen_ms = 3600000,", "carried_ms, seen_ms = 0,"),
    "board_of_another_partition_is_written_here": ("  local home = here and home_of(at)\n", "  local home = here\n"),
}


def library(home):
    """The text that a node loads."""
    with RedisServer(home / "whole") as server:
        subprocess.run([QUIPU, "doctor", "--store", server.address], stdout=subprocess.DEVNULL, check=False)
        return json.loads(server.cli("--json", "FUNCTION", "LIST", "WITHCODE"))[0]["library_code"]


def verdict(home, code, suite=SUITE):
    """What the suite says with this library; nothing: it is green."""
    with RedisServer(home, "--appendonly", "no") as server:
        loaded = subprocess.run(["redis-cli", "-s", server.socket, "-x", "FUNCTION", "LOAD"], input=code, text=True,
                                capture_output=True, check=False)
        if loaded.stdout.strip() != "quipu1":
            raise RuntimeError(f"it cannot be loaded: {loaded.stdout}{loaded.stderr}")
        done = subprocess.run([TEST, suite, "--abort"], capture_output=True, text=True, errors="replace", timeout=PATIENCE,
                              check=False, env={**os.environ, "QUIPU_TEST_REDIS": str(home)})
    lines = done.stdout.splitlines()
    if done.returncode == 0:
        return ""
    if not any("FAILED" in line for line in lines):
        raise RuntimeError(f"the suite ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}")
    ruler = next(at for at, line in enumerate(lines) if line.startswith("---"))
    return lines[ruler + 1].split(" - quipu")[0]


def main():
    missed = []
    with tempfile.TemporaryDirectory(prefix="quipu-mutants-") as where:
        home = pathlib.Path(where)
        whole = library(home)
        for suite in (SUITE, CROSSING):
            if red := verdict(home / f"unchanged{suite == SUITE}", whole, suite):
                sys.exit(f"the library as it is: red in \"{red}\"")
        for name in sys.argv[1:] or [*MUTANTS, *CROSSING_MUTANTS]:
            suite = SUITE if name in MUTANTS else CROSSING
            rule, instead = {**MUTANTS, **CROSSING_MUTANTS}[name]
            if rule not in whole:
                sys.exit(f"{name}: the library has no more this rule: {rule}")
            red = verdict(home / name, whole.replace(rule, instead), suite)
            print(f"{name}: {'found by: ' + red if red else 'NOT FOUND'}", flush=True)
            if not red:
                missed.append(name)
    if missed:
        sys.exit(f"{len(missed)} mutants are not found: {', '.join(missed)}")


if __name__ == "__main__":
    main()
