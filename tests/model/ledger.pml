/* The chain of commits, with takeover, mail and rest: one job, two engines, one store.
 *
 * The job calls a worker (stage 0), waits for a message at rest (1), calls again (2) and has ended (3). Engines die or
 * lose their lease, whatever they have sent may still arrive; answers are lost, calls come late or twice; a message that
 * means nothing comes at any time. What is checked:
 *
 *   safety     a step is written once, on the state that it was made from, by the owner; mail is taken up once
 *   no rest    nothing can stand still before the job has ended (no state without a successor)
 *   liveness   the job ends, whatever the order in which things go on
 *
 * ./dev model runs it, and then the four mutants below, each of which must fail:
 *
 *   NO_HEAD_CHECK      a commit stands on whatever there is
 *   NO_OWNER_CHECK     a commit of an engine whose job was taken over is accepted
 *   APPLIED_IS_STALE   "mine, already applied" is taken for "refused", and the job is forgotten unread
 *   RESTS_WITH_MAIL    a job is given back although it has mail
 */

#define NOBODY 0
#define TOKENS 4      /* engine e has e + 1, after its death or lapse e + 3 */
#define ANSWER 1      /* mail: what stage 1 waits for */
#define STRAY 2       /* mail that has no effect */

#ifndef LOSSES
#define LOSSES 2      /* answers that are lost, calls that come late */
#endif

mtype = { applied, again, stale, unknown };

/* the store */
byte owner = NOBODY, stage = 0, mail = 0;
short head = 0;
bool ready = true, early = false, answered = false, ended = false;
bool queued[TOKENS + 1], lapsed[TOKENS + 1];
byte lost = 0;

/* A head is the hash of all that led to it: how many commits, and of the newest who made it, what it says, and when
   (a step that is made again is made later, and is another). */
#define HEAD(on, tok, to, eats, later) (((on) / 128 + 1) * 128 + (tok) * 24 + (to) * 6 + (eats) * 2 + (later))

/* commits: token, stands on, makes, the stage it was made from, the stage it makes, mail it takes up, gives back */
chan wire[2] = [3] of { byte, short, short, byte, byte, byte, bool };
/* answers: token, what, makes, still mine, mail */
chan back[2] = [4] of { byte, mtype, short, bool, byte };

inline ring() {
  if
  :: owner == NOBODY -> ready = true
  :: else -> queued[owner] = true
  fi
}

inline arm() {        /* stage 1 begins to wait; a message that was there before meets it */
  if
  :: early -> early = false; answered = true; mail = mail | ANSWER
  :: else
  fi
}

active proctype store() {
  byte e, tok, from, to, eats; short on, makes; bool rests; mtype what;
  next:
  do
  :: ended && empty(wire[0]) && empty(wire[1]) -> break
  :: atomic {
       if
       :: wire[0]?tok, on, makes, from, to, eats, rests -> e = 0
       :: wire[1]?tok, on, makes, from, to, eats, rests -> e = 1
       fi;
       if
       :: lost < LOSSES ->                      /* told to be lost; it comes later */
          lost++;
          wire[e]!tok, on, makes, from, to, eats, rests;
          back[e]!tok, unknown, makes, false, 0;
          goto next
       :: true
       fi;
       if
       :: head == makes -> what = again
#ifndef NO_OWNER_CHECK
       :: head != makes && owner != tok -> what = stale
#endif
#ifndef NO_HEAD_CHECK
       :: head != makes && head != on -> what = stale
#endif
       :: head != makes && (eats & mail) != eats -> what = stale
       :: else ->
          what = applied;
          assert(!ended);
          assert(owner == tok);
          assert(stage == from);
          head = makes;
          mail = mail & ~eats;
          if
          :: to == 1 && from == 0 -> stage = 1; arm()
          :: else -> stage = to
          fi;
          if
          :: stage == 3 -> ended = true; owner = NOBODY; mail = 0; ready = false
#ifdef RESTS_WITH_MAIL
          :: stage != 3 && rests -> owner = NOBODY
#else
          :: stage != 3 && rests && mail == 0 -> owner = NOBODY
#endif
          :: else
          fi
       fi;
       if
       :: back[e]!tok, what, makes, owner == tok, mail
       :: lost < LOSSES && !ended -> lost++; back[e]!tok, unknown, makes, false, 0
       fi;
       e = 0; on = 0; makes = 0; from = 0; to = 0; eats = 0; tok = 0
     }
  od
}

proctype engine(byte e) {
  byte tok = e + 1, seen, inbox, from, to, eats, whose, t;
  short at, on, made, got;
  bool has = false, out = false, later = false, rests, mine; mtype what;
  do
  :: ended -> break

  /* from the ready queue; from an engine whose lease has lapsed */
  :: atomic { !has && !ended && ready && owner == NOBODY && !lapsed[tok] ->
       ready = false; owner = tok; has = true; at = head; seen = stage; inbox = mail }
  :: atomic { !has && !ended && owner != NOBODY && lapsed[owner] && !lapsed[tok] ->
       queued[owner] = false; owner = tok; has = true; at = head; seen = stage; inbox = mail }

  /* mail that was rung for */
  :: atomic { has && queued[tok] -> queued[tok] = false;
       if
       :: owner == tok -> inbox = inbox | mail
       :: else
       fi }

  /* a step: a call that was answered, a message, mail without effect */
  :: atomic { has && !out && (seen == 0 || seen == 2 || (seen == 1 && inbox != 0)) ->
       on = at; from = seen; eats = 0; to = seen;
       if
       :: seen == 1 && (inbox & ANSWER) -> eats = ANSWER; to = 2
       :: (inbox & STRAY) -> eats = STRAY
       :: seen == 0 -> to = 1
       :: seen == 2 -> to = 3
       fi;
       rests = (to == 1 && (inbox & ~eats) == 0);
       made = HEAD(on, tok, to, eats, later);
       out = true;
       wire[e]!tok, on, made, from, to, eats, rests }

  /* answers; those to an earlier life are nobody's */
  :: atomic { back[e]?whose, what, got, mine, t ->
       if
       :: whose != tok || got != made || !out
       :: whose == tok && got == made && out && (what == applied || what == again) ->
          out = false;
#ifdef APPLIED_IS_STALE
          if
          :: what == again -> has = false; goto told
          :: else
          fi;
#endif
          at = made; seen = to; inbox = (inbox & ~eats) | t; has = mine
       :: whose == tok && got == made && out && what == unknown && len(wire[e]) < 2 ->
          wire[e]!tok, on, made, from, to, eats, rests      /* again, the same: it is guarded */
       :: whose == tok && got == made && out && (what == stale || what == unknown) ->
          out = false;                                      /* compared with the store */
          later = !later;
          if
          :: owner == tok && !ended -> at = head; seen = stage; inbox = mail
          :: else -> has = false
          fi
       fi;
       told: whose = 0; got = 0; t = 0; mine = false }

  /* it dies, or its lease has lapsed while it was stopped: what it had sent is still on the wire */
  :: atomic { tok == e + 1 && !ended -> lapsed[tok] = true; tok = e + 3; has = false; out = false }
  /* its lease lapses and it does not know yet: somebody may take its jobs, it goes on with them */
  :: atomic { tok == e + 1 && !lapsed[tok] && !ended -> lapsed[tok] = true }
  od
}

/* what comes from outside, whenever it likes */
active proctype outside() {
  atomic {
    if
    :: ended
    :: !ended && stage == 1 && !answered -> answered = true; mail = mail | ANSWER; ring()
    :: !ended && stage == 0 -> early = true
    fi
  }
}

#ifndef QUIET
active proctype noise() {
  atomic {
    if
    :: ended
    :: !ended -> mail = mail | STRAY; ring()
    fi
  }
}
#endif

init { atomic { run engine(0); run engine(1) } }

ltl ends { <> ended }
