-- What open digits wait for: armed by writes, answered by posts, signals, timers and workers.
--
-- An obligation is {state, arming, armed by, due or false, body, backlog, boards}; its state, below 128, adds
-- up what holds of it. Of an inner one nothing but this row says anything: no timer, no board, no backlog.

local answered, timed, waiting, answerable, standing, returns, inner = 1, 2, 4, 8, 16, 32, 64

local function is(o, what) return bit.band(o[1], what) ~= 0 end
local function set_state(job, name, o, what, on)
  o[1] = on and bit.bor(o[1], what) or bit.band(o[1], 127 - what)
  put_named(job, 'o', name, o)
end

-- The hook whose wait an obligation is: "approval" of "approval.2".
local function hook_of(name) return string.match(name, '^(.*)%.[^.]*$') or name end

-- What is done to a board: here, or where it is. Waits stand there by their arming.
local board_does = {
  wait = function(at, who, arming) call('ZADD', prefix .. 'w:' .. at, format('%d', arming), who) end,
  unwait = function(at, who) call('ZREM', prefix .. 'w:' .. at, who) end,
  late = function(at, who) call('SADD', prefix .. 'l:' .. at, who) end,
  unlate = function(at, who) call('SREM', prefix .. 'l:' .. at, who) end,
}

local function at_board(at, does, who, arming)
  local home = here and home_of(at)
  if home == here then return board_does[does](at, who, arming or 0) end
  send_over(home, does, at, who, arming or 0)
end

local function disarm(job, name, o)
  if is(o, answered) then return end
  local who = joined(job.id, name)
  if is(o, timed) then
    call('ZREM', prefix .. 't', timer(o[2], 'o', who))
    set_state(job, name, o, timed, false)
  end
  for _, at in ipairs(o[7]) do at_board(at, 'unwait', who) end
  if is(o, waiting) then
    call('ZREM', prefix .. 'b:' .. o[6], who)
    set_state(job, name, o, waiting, false)
  end
end

-- The last wait of a hook is {obligation, boards}; false: the boards of that obligation, which is there.
local function boards_of(job, last)
  local o = not last[2] and named(job, 'o', last[1])
  return last[2] or o and o[7] or none
end

-- The obligation that has its boards goes, or gets others.
local function keep_boards(job, name, boards)
  local last = named(job, 'k', hook_of(name))
  if last and last[1] == name and not last[2] then put_named(job, 'k', hook_of(name), { name, boards }) end
end

-- Lateness: the set "l:BOARD" of jobs and hooks whose last wait there is over.
local function mark_late(job, hook, boards)
  for _, at in ipairs(boards) do at_board(at, 'late', joined(job.id, hook)) end
end

local function unmark_late(job, hook, boards)
  for _, at in ipairs(boards) do at_board(at, 'unlate', joined(job.id, hook)) end
end

-- A wait is over: signals for it are late, if it is the last of its hook and does not return.
local function remember(job, name, o)
  if is(o, returns) then return end
  local hook = hook_of(name)
  local last = named(job, 'k', hook)
  if last and last[1] == name then mark_late(job, hook, boards_of(job, last)) end
end

-- Mail for a job; nothing: it is there, or was before. Only what is answerable may be answered from
-- outside.
local function deliver(id, mail, kind, name, body, keeps_open, from_outside)
  local job = find(id)
  if not job then return no('no job', id) end
  if (job.mail and call('HEXISTS', prefix .. 'm:' .. id, mail) == 1) or was_said(id, mail) then return end
  if job.ended then return no('ended', end_of(job)[1], id) end
  if name ~= '' then
    local o = named(job, 'o', name)
    if not o or (from_outside and not is(o, answerable)) then return no('not waiting', name, id) end
    if is(o, answered) then return no('answered', name, id) end
    if not keeps_open and not is(o, standing) then
      disarm(job, name, o)
      remember(job, name, o)
      set_state(job, name, o, answered, true)
    end
  end
  put_mail(job, mail, kind, name, body)
  wake(job)
end

-- An early signal is kept at each of its boards: "e:BOARD" is {mail id, kind, body, keeps open,
-- boards, until, arming}.
local function early_at(board)
  local row = call('GET', prefix .. 'e:' .. board)
  return row and unpacked(row)
end

local function drop_early(board, kept)
  kept = kept or early_at(board)
  if not kept then return end
  call('ZREM', prefix .. 't', timer(kept[7], 'e', kept[5][1]))
  for _, at in ipairs(kept[5]) do call('DEL', prefix .. 'e:' .. at) end
end

-- The early signal of a board; it is given once.
local function take_early(at)
  local kept = early_at(at)
  if not kept then return end
  drop_early(at, kept)
  if kept[6] > now() then return kept end
end

local function meet_early(job, name, o)
  for _, at in ipairs(o[7]) do
    local met = not is(o, answered) and (not here or home_of(at) == here) and take_early(at)
    if met then deliver(job.id, met[1], met[2], name, met[3], met[4], false) end
  end
end

-- What names the write that armed it: the beginning of the head it made, in hexadecimal.
local function named_by(makes)
  return format('%02x%02x%02x%02x%02x%02x%02x%02x', string.byte(makes, 1, 8))
end

-- `row`: {name, state, due or false, body, backlog, boards}.
local function arm(job, row, makes)
  local name, boards = row[1], row[6]
  local old = named(job, 'o', name)
  if old then disarm(job, name, old) end
  if #boards > 0 then
    local hook = hook_of(name)
    local last = named(job, 'k', hook)
    if last then unmark_late(job, hook, boards_of(job, last)) end
    job.hooks = true
    put_named(job, 'k', hook, { name, false })
  elseif old then
    keep_boards(job, name, old[7])
  end
  local known = row[3] or row[5] ~= '' or #boards > 0 -- outside the job's own row
  local arming, who = known and next_number('armings') or 0, joined(job.id, name)
  local o = { known and row[2] or row[2] + inner, arming, known and named_by(makes) or '', row[3], row[4], row[5], boards }
  job.owes = true
  put_named(job, 'o', name, o)
  if is(o, timed) then call('ZADD', prefix .. 't', format('%d', o[4]), timer(arming, 'o', who)) end
  for _, at in ipairs(boards) do at_board(at, 'wait', who, arming) end
  if is(o, waiting) then call('ZADD', prefix .. 'b:' .. o[6], format('%d', arming), who) end
  meet_early(job, name, o)
end

local function settle(job, name)
  local o = named(job, 'o', name)
  if not o then return end
  disarm(job, name, o)
  remember(job, name, o)
  keep_boards(job, name, o[7])
  put_named(job, 'o', name, false)
end

-- A wait is another partition's to answer: it is offered what came for it. Of an offer that is refused the
-- signal comes back, of one that is taken `ticket` is told.
local function offer(who, arming, s)
  local id, name = parted(who)
  send_over(partition_of(id), 'offer', id, name, tonumber(arming), s)
end

-- `s`: {id, boards, mail id, kind, body, keeps open, keep until, to all, ticket}; a ticket names an
-- asker who comes for the answer.
local function send_to_all(s)
  if s[1] ~= '' then say('', s[1]) end
  local waits, numbers = {}, {}
  for _, at in ipairs(s[2]) do
    local found = call('ZRANGE', prefix .. 'w:' .. at, 0, -1, 'WITHSCORES')
    for i = 1, #found, 2 do
      local number = tonumber(found[i + 1])
      if not waits[number] then numbers[#numbers + 1] = number end
      waits[number] = found[i]
    end
  end
  table.sort(numbers)
  for _, number in ipairs(numbers) do
    local id, name = parted(waits[number])
    if is_here(id) then
      deliver(id, s[3] .. ':' .. name, s[4], name, s[5], s[6], false)
    else
      offer(waits[number], number, { '', s[2], s[3] .. ':' .. name, s[4], s[5], s[6], s[7], true, '' })
    end
  end
  return #numbers == 0 and 'early' or 'answered'
end

-- The wait that began first at a board, and when. One whose job is gone waits for nothing.
local function first_wait(at)
  while true do
    local wait = call('ZRANGE', prefix .. 'w:' .. at, 0, 0, 'WITHSCORES')
    if not wait[1] then return end
    local id, name = parted(wait[1])
    local job = not is_here(id) or find(id)
    if job and (job == true or named(job, 'o', name)) then return wait[1], tonumber(wait[2]) end
    board_does.unwait(at, wait[1])
  end
end

-- How a signal was taken ("offered": that is known later); or a refusal.
local function send(s)
  local boards = s[2]
  local home = here and home_of(boards[1] or '')
  if home ~= here then return send_over(home, 'signal', s, '', 0) end
  if s[1] ~= '' and was_said('', s[1]) then return 'repeated' end
  if s[8] then return send_to_all(s) end
  -- The wait that began first, wherever it stands.
  local first, number, late
  for _, at in ipairs(boards) do
    late = late or call('EXISTS', prefix .. 'l:' .. at) == 1
    local who, arming = first_wait(at)
    if who and (not number or arming < number) then first, number = who, arming end
  end
  if first then
    local id, name = parted(first)
    if not is_here(id) then
      if s[1] ~= '' then say('', s[1]) end
      offer(first, number, { '', boards, s[3], s[4], s[5], s[6], s[7], false, s[9] or '' })
      return 'offered'
    end
    local why = deliver(id, s[3], s[4], name, s[5], s[6], false)
    if why then return why end
    if s[1] ~= '' then say('', s[1]) end
    return 'answered'
  end
  if late or #boards == 0 then return no('late') end
  local equal = true
  for _, at in ipairs(boards) do
    local kept = early_at(at)
    equal = equal and kept and kept[2] == s[4] and kept[3] == s[5] and kept[4] == s[6]
  end
  if s[1] ~= '' then say('', s[1]) end
  if equal then return 'early' end
  for _, at in ipairs(boards) do drop_early(at) end
  local arming = arm_timer(s[7], 'e', boards[1])
  local row = pack({ s[3], s[4], s[5], s[6], boards, s[7], arming })
  for _, at in ipairs(boards) do call('SET', prefix .. 'e:' .. at, row) end
  return 'early'
end
