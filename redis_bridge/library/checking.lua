-- Checking: what rows say of each other. A claim is a row that should be there.
--
-- An audit row is {table, key, value, claimed, job, trouble}: the key behind the prefix, and the
-- member; with its score, where that is known to who claims it.

local function unscored(table) return table == 'queues' or table == 'ready' end

local function valued(table, score, member)
  return unscored(table) and member or format('%d ', score) .. member
end

-- What a job claims, one by one.
local function claims_of(job, give)
  local function claim(table, key, score, member)
    give({ table, key, valued(table, score, member), 1, job.id, '' })
  end
  local mark = job.ended and end_of(job)
  if job.owner ~= nobody then claim('sets', 'set:' .. job.owner, job.number, job.id) end
  if job.queued then claim('queues', 'q:' .. job.owner, 0, job.id) end
  if job.ready or (not job.ended and job.owner == nobody and job.mail) then claim('ready', 'ready', 0, job.id) end
  if mark then
    claim('ended', 'ended', mark[2], listed(job))
    if mark[3] then claim('timers', 't', mark[4], timer(mark[3], 'j', job.id)) end
  else
    claim('running', 'running', identity(job)[6], listed(job))
  end
  local index = index_of(job)
  for i = 1, #index, 2 do
    claim('index', list_of(job, index[i], index[i + 1]), mark and mark[2] or identity(job)[6], listed(job))
  end
  for _, name in ipairs(names(job, 'o')) do
    local o, who = named(job, 'o', name), joined(job.id, name)
    if not is(o, answered) then
      if is(o, timed) then claim('timers', 't', o[4], timer(o[2], 'o', who)) end
      local boards = {}
      for _, at in ipairs(o[7]) do
        if not boards[at] then claim('waits', 'w:' .. at, o[2], who) end
        boards[at] = true
      end
      if is(o, waiting) then claim('backlog', 'b:' .. o[6], o[2], who) end
    end
  end
end

-- What a member of a sorted set is about: the job.
local function about(table, member)
  if table == 'timers' then
    local kind = sub(member, 16, 16)
    if kind == 'o' or kind == 's' then return (parted(sub(member, 17))) end
    return kind == 'j' and sub(member, 17) or ''
  elseif table == 'waits' or table == 'backlog' then
    return (parted(member))
  elseif table == 'running' or table == 'ended' or table == 'index' then
    return sub(member, 16)
  end
  return member
end

local tables = { set = 'sets', q = 'queues', ready = 'ready', running = 'running', ended = 'ended', t = 'timers',
  w = 'waits', b = 'backlog', ir = 'index', ie = 'index' }

-- A key's claims, or its rows from `first` on.
local function audit_key(key, first, most, give)
  local kind = string.match(key, '^[^:]*')
  local name = sub(key, #kind + 2)
  if kind == 'j' then
    local job = find(name)
    if job then claims_of(job, give) end
  elseif kind == 's' then
    local said = call('HGETALL', prefix .. key)
    for i = 1, #said, 2 do
      give({ 'timers', 't', timer(said[i + 1], 's', joined(name, said[i])), 1, name, '' })
    end
  elseif kind == 'e' then
    local kept = early_at(name)
    if kept and kept[5][1] == name then give({ 'timers', 't', timer(kept[7], 'e', name), 1, '', '' }) end
  elseif kind == 'r' then
    local row = reserved(name)
    if row then give({ 'timers', 't', timer(row[3], 'r', name), 1, '', '' }) end
  elseif kind == 'mr' then
    local row = call('HGET', prefix .. key, '.')
    row = row and unpacked(row)
    if row and row[4] then give({ 'timers', 't', timer(row[4], 'm', name), 1, '', '' }) end
  elseif kind == 'l' then
    for _, who in ipairs(call('SMEMBERS', prefix .. key)) do
      local id, hook = parted(who)
      local job = is_here(id) and find(id)
      if is_here(id) and (not job or not named(job, 'k', hook)) then give({ 'late', key, who, 0, id, '' }) end
    end
  elseif tables[kind] then
    local rows = call('ZRANGE', prefix .. key, first, first + most - 1, 'WITHSCORES')
    for i = 1, #rows, 2 do
      local member, of = rows[i], sub(rows[i], 16, 16)
      -- Of what was said, of early signals, measures and reserved ids the time is not known to who claims it.
      local value = kind == 't' and string.find('semr', of, 1, true) and member or
        valued(tables[kind], rows[i + 1], member)
      if kind ~= 't' or (of ~= 'x' and of ~= 'f') then
        give({ tables[kind], key, value, 0, about(tables[kind], member), '' })
      end
    end
    return #rows == 2 * most
  end
end

-- The long ones are read in pieces, the others as keys are met.
local long = { 'running', 'ended', 'ready', 't' }

-- phase (0: keys, then `long`), position, most: {next phase, next position, rows}
redis.register_function { function_name = 'quipu1_audit', flags = reading, callback = function(keys, args)
  begin(keys, args)
  local phase, position, most = tonumber(args[3]), args[4], tonumber(args[5])
  local rows = {}
  local function give(row) rows[#rows + 1] = row end
  local function try(key, first)
    local ok, more = pcall(audit_key, key, first, most, give)
    if not ok then give({ string.match(key, '^[^:]*'), key, '', 0, '', 'cannot be read' }) end
    return ok and more
  end
  if phase > 0 then
    local more = try(long[phase], tonumber(position))
    if more then return { phase, format('%d', position + most), rows } end
    return { phase + 1, '0', rows }
  end
  local found = call('SCAN', position, 'MATCH', prefix .. '*', 'COUNT', most)
  for _, key in ipairs(found[2]) do
    local name = sub(key, #prefix + 1)
    local by_itself = name == 'running' or name == 'ended' or name == 'ready' or name == 't'
    if not by_itself then
      local first = 0
      while try(name, first) do first = first + most end
    end
  end
  return { found[1] == '0' and 1 or 0, found[1], rows }
end }

-- table, key, value, claimed, job: whether this job claims this row
redis.register_function { function_name = 'quipu1_claims', flags = reading, callback = function(keys, args)
  begin(keys, args)
  local job, claims = find(args[7]), 0
  if job then
    claims_of(job, function(row)
      if row[1] == args[3] and row[2] == args[4] and row[3] == args[5] then claims = 1 end
    end)
  end
  return claims
end }

-- table, key, value, claimed, job, and of a job in another partition whether it claims this row
redis.register_function { function_name = 'quipu1_mend', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(everything)
  if why then return why end
  local kind, key, value, claimed, id = args[3], args[4], args[5], args[6] == '1', args[7]
  local job, claims = find(id), false
  local function look_at(row) claims = claims or (row[1] == kind and row[2] == key and row[3] == value) end
  if job then claims_of(job, look_at) end
  if args[8] then claims = args[8] == '1' end
  if kind == 'timers' then
    audit_key('s:' .. id, 0, 0, look_at)
    if sub(value, 16, 16) == 'e' then audit_key('e:' .. sub(value, 17), 0, 0, look_at) end
    if sub(value, 16, 16) == 'm' then audit_key('mr:' .. sub(value, 17), 0, 0, look_at) end
    if sub(value, 16, 16) == 'r' then audit_key('r:' .. sub(value, 17), 0, 0, look_at) end
  end
  local score, member = string.match(value, '^(%d+) (.*)$')
  if unscored(kind) or not score then score, member = nil, value end
  if claimed then
    if not claims or call('ZSCORE', prefix .. key, member) then return no('sound') end
    call('ZADD', prefix .. key, score or format('%d', next_number('armings')), member)
    if kind == 'ready' then job.ready = true end
  else
    if claims then return no('sound') end
    local gone = kind == 'late' and call('SREM', prefix .. key, member) or call('ZREM', prefix .. key, member)
    if gone == 0 then return no('sound') end
  end
  keep_all()
  return 1
end }
