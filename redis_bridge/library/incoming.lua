-- What other partitions have sent, taken in the order in which it was sent, once.

local reserved_ms = 60000

-- A parent that has not said for a minute whether the child comes to be is asked to let the id go.
local function reserve(id, nonce, from)
  local arming = arm_timer(now() + reserved_ms, 'r', id)
  call('SET', prefix .. 'r:' .. id, pack({ nonce, from, arming }))
end

function withdraw(id, arming)
  local row = reserved(id)
  if not row or row[3] ~= arming then return end
  reserve(id, row[1], row[2])
  send_over(row[2], 'withdraw', row[1], id)
end

-- Where a signal's asker comes for the answer: the hash "f" by ticket.
local function tell_fate(ticket, how)
  if ticket == '' then return end
  call('HSET', prefix .. 'f', ticket, how)
  arm_timer(now() + said_ms, 'f', ticket)
end

-- By kind; `from`: the partition that has sent it.
local take = {}

function take.wait(from, at, who, arming)
  board_does.wait(at, who, arming)
  local met = take_early(at)
  if met then offer(who, arming, { '', met[5], met[1], met[2], met[3], met[4], met[6], false, '' }) end
end

function take.unwait(from, at, who) board_does.unwait(at, who) end
function take.late(from, at, who) board_does.late(at, who) end
function take.unlate(from, at, who) board_does.unlate(at, who) end

-- Something else may have answered the wait meanwhile, or it waits for another value: then the signal
-- goes back, behind the word that this wait is no more.
function take.offer(from, id, name, arming, s)
  local job = find(id)
  local o = job and not job.ended and named(job, 'o', name)
  if o and o[2] == arming and not deliver(id, s[3], s[4], name, s[5], s[6], false) then
    if s[9] ~= '' then send_over(from, 'fate', s[9], 'answered') end
  elseif not s[8] then
    send_over(from, 'signal', s, joined(id, name), arming)
  end
end

-- Sent by a job, or come back from a wait that could not be answered, which is nobody's then.
function take.signal(from, s, who, arming)
  for _, at in ipairs(who ~= '' and s[2] or {}) do
    local score = call('ZSCORE', prefix .. 'w:' .. at, who)
    if score and tonumber(score) == arming then board_does.unwait(at, who) end
  end
  if who ~= '' then s[1] = '' end
  local how = send(s)
  if how ~= 'offered' then tell_fate(s[9] or '', type(how) == 'table' and 'late' or how) end
end

function take.fate(from, ticket, how) tell_fate(ticket, how) end
function take.post(from, sent) deliver(sent[1], sent[2], sent[3], sent[4], sent[5], sent[6], true) end
function take.publish(from, what) publish(what) end
function take.active(from, app, version) call('HSET', prefix .. 'apps:active', app, version) end

function take.birth(from, what, nonce)
  local id, row = what[1], reserved(what[1])
  if row and row[1] == nonce then free(id) end
  if find(id) then return end
  -- An owner that is not known here has nobody to take over from it.
  local held = lease_of(what[2])
  if not held or held.spent then what[2] = nobody end
  local job = give_birth(what, nonce)
  -- Its owner may have looked for it before it came.
  if job.owner ~= nobody and not job.queued then
    job.queued = true
    call('ZADD', prefix .. 'q:' .. job.owner, '-' .. job.number, id)
    ring(job.owner)
  end
end

-- A commit that stands on this nonce is refused from now on; one that was applied has sent its children before.
function take.withdraw(from, nonce, id)
  say('', 'withdrawn ' .. nonce)
  send_over(from, 'free', id, nonce)
end

function take.free(from, id, nonce)
  local row = reserved(id)
  if row and row[1] == nonce then free(id) end
end


-- from, epoch, number of the first row, whether it is the oldest that is kept, rows: {number of the last one taken,
-- bells}. "older": what was taken under these numbers was something else.
redis.register_function { function_name = 'quipu1_incoming', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(everything) or forbidden({ 'ZSCORE' })
  if why then return why end
  local from, epoch, first = args[3], args[4], tonumber(args[5])
  local seen = prefix .. 'seen:' .. from
  local last = call('HGET', prefix .. 'in', from)
  last = last and unpacked(last) or { epoch, 0 }
  if last[1] ~= epoch then last = { epoch, 0 } end
  if first > last[2] + 1 then
    if args[6] ~= '1' then return { last[2], '' } end
    last[2] = first - 1 -- what was before is forgotten on both sides
  end
  local rows = {}
  for i = 7, #args do
    local row = unpacked(args[i])
    if first + i - 7 <= last[2] and not call('ZSCORE', seen, row[1]) then return no('older') end
    rows[i - 6] = row
  end
  for i, row in ipairs(rows) do
    if first + i - 1 > last[2] then
      if not call('ZSCORE', seen, row[1]) then
        take[row[3]](tonumber(from), unpack(row, 4))
        call('ZADD', seen, format('%d', now()), row[1])
      end
      last[2] = first + i - 1
    end
  end
  call('HSET', prefix .. 'in', from, pack(last))
  keep_all()
  return { last[2], rung() }
end }

-- job, nonce, partition of its parent
redis.register_function { function_name = 'quipu1_reserve', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(everything)
  if why then return why end
  if find(args[3]) or reserved(args[3]) then return no('taken') end
  reserve(args[3], args[4], tonumber(args[5]))
  keep_counters()
  return 1
end }

-- job, nonce
redis.register_function { function_name = 'quipu1_free', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(everything)
  if why then return why end
  take.free(nil, args[3], args[4])
  return 1
end }

-- ticket: how the signal was taken; '': that is not known yet
redis.register_function { function_name = 'quipu1_fate', flags = { 'no-writes' }, callback = function(keys, args)
  begin(keys, args)
  return call('HGET', prefix .. 'f', args[3]) or ''
end }
