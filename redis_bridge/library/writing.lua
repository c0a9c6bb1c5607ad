-- The life of a job: born, written to, ended, forgotten.
--
-- A write is {head it makes, records, fields (name, value, ...), rest}; the rest, absent in a plain
-- one, is {consumed, unset, settled, obligations, children, posts, publications, signals, end or
-- false, gives back, index (name, value, ...), measured or false}. A write that does no more than
-- settle comes with "s" and the names.

local publications_ms, publications_bytes = 3600000, 64 * 1024 * 1024

local function trim_publications()
  while counter('bytes') > 0 do
    local oldest = call('XRANGE', prefix .. 'p', '-', '+', 'COUNT', 1)[1]
    local fields, size = oldest[2], 0
    if tonumber(fields[2]) > now() - publications_ms and counter('bytes') <= publications_bytes then
      return
    end
    for i = 4, #fields, 2 do size = size + #fields[i] end
    call('XDEL', prefix .. 'p', oldest[1])
    if count('bytes', -size) == 0 then call('DEL', prefix .. 'p') end
  end
end

-- `what`: {app, topic, job, body}.
local function publish(what)
  if (here or 0) ~= 0 then return send_over(0, 'publish', what) end -- one stream, in one order
  count('bytes', #what[1] + #what[2] + #what[3] + #what[4])
  call('XADD', prefix .. 'p', format('%d-0', count('published')), 'at', format('%d', now()),
    'app', what[1], 'topic', what[2], 'job', what[3], 'body', what[4])
  trim_publications()
end

local function list_of(job, name, value) return (job.ended and 'ie:' or 'ir:') .. joined(name, value) end

local function finish(job, mark)
  for _, name in ipairs(names(job, 'o')) do settle(job, name) end
  for _, hook in ipairs(names(job, 'k')) do mark_late(job, hook, boards_of(job, named(job, 'k', hook))) end
  for _, left in ipairs(job.mail and call('HKEYS', prefix .. 'm:' .. job.id) or {}) do say(job.id, left) end
  if job.mail then call('DEL', prefix .. 'm:' .. job.id, prefix .. 'o:' .. job.id) end
  job.mail = false
  disown(job)
  local index = index_of(job)
  for i = 1, #index, 2 do call('ZREM', prefix .. list_of(job, index[i], index[i + 1]), listed(job)) end
  job.ended = true
  call('ZREM', prefix .. 'running', listed(job))
  call('ZADD', prefix .. 'ended', format('%d', mark[2]), listed(job))
  for i = 1, #index, 2 do
    call('ZADD', prefix .. list_of(job, index[i], index[i + 1]), format('%d', mark[2]), listed(job))
  end
  local arming = mark[3] and arm_timer(mark[3], 'j', job.id)
  job.set[#job.set + 1] = 'e'
  job.set[#job.set + 1] = pack({ mark[1], mark[2], arming, mark[3] })
end

-- `pairs_of`: names and values by which `jobs` finds it from now on.
local function put_index(job, pairs_of)
  local index, there = index_of(job), {}
  for i = 1, #index, 2 do there[joined(index[i], index[i + 1])] = true end
  for i = 1, #pairs_of, 2 do
    local name, value = pairs_of[i], pairs_of[i + 1]
    if not there[joined(name, value)] then
      there[joined(name, value)] = true
      index[#index + 1] = name
      index[#index + 1] = value
      call('ZADD', prefix .. list_of(job, name, value), format('%d', identity(job)[6]), listed(job))
    end
  end
  job.indexed = true
  job.set[#job.set + 1] = 'x'
  job.set[#job.set + 1] = pack(index)
end

local give_birth

-- A child that is another partition's: its id is reserved there before this is written.
local function send_birth(what, nonce) send_over(partition_of(what[1]), 'birth', what, nonce) end

-- `nonce`: under which ids of children were reserved; `stays`: it is not given back yet, since what may come from other
-- partitions for a wait that was armed belongs into its receipt.
local function perform(job, what, nonce, stays)
  local records, fields, rest = what[2], what[3], what[4]
  job.head = what[1]
  if #records > 0 then in_pieces('RPUSH', prefix .. 'h:' .. job.id, records) end
  if rest then
    for _, name in ipairs(rest[2]) do job.unset[#job.unset + 1] = name end
  end
  for i = 1, #fields do job.set[#job.set + 1] = fields[i] end
  if not rest then return end
  for _, name in ipairs(rest[3]) do settle(job, name) end
  for _, row in ipairs(rest[4]) do arm(job, row, what[1]) end
  for _, child in ipairs(rest[5]) do
    if is_here(child[1]) then give_birth(child, nonce) else send_birth(child, nonce) end
  end
  for _, sent in ipairs(rest[6]) do
    if is_here(sent[1]) then
      deliver(sent[1], sent[2], sent[3], sent[4], sent[5], sent[6], true)
    else
      send_over(partition_of(sent[1]), 'post', sent)
    end
  end
  for _, one in ipairs(rest[7]) do publish(one) end
  if #rest[11] > 0 then put_index(job, rest[11]) end
  if rest[12] then measure(job, rest[12]) end
  for _, one in ipairs(rest[8]) do send(one) end
  if rest[9] then
    finish(job, rest[9])
  elseif rest[10] and not job.mail and job.owner ~= nobody and not stays then
    disown(job)
  end
end

-- `what`: {job, owner, created, identity, write}.
function give_birth(what, nonce, stays)
  local id, owner = what[1], what[2]
  local job = { id = id, key = prefix .. 'j:' .. id, owner = nobody,
    number = format('%d', next_number('births')), set = { 'i', what[4] }, unset = {}, o = {}, k = {},
    born = what[4], index = {} }
  jobs[id] = job
  call('ZADD', prefix .. 'running', format('%d', what[3]), listed(job))
  if owner ~= nobody then own(job, owner) end
  perform(job, what[5], nonce, stays)
  if owner == nobody and not job.ended then make_ready(job) end
  return job
end

-- Whether a parent in another partition is about to give this id to a child: "r:ID" is {nonce, partition
-- of the parent, arming}.
local function reserved(id)
  local row = here and call('GET', prefix .. 'r:' .. id)
  return row and unpacked(row)
end

local function free(id)
  local row = reserved(id)
  call('ZREM', prefix .. 't', timer(row[3], 'r', id))
  call('DEL', prefix .. 'r:' .. id)
end

-- The first child whose id is taken.
local function first_taken(what, born)
  for _, child in ipairs(what[4] and what[4][5] or {}) do
    if born[child[1]] or (is_here(child[1]) and (find(child[1]) or reserved(child[1]))) then return child[1] end
    born[child[1]] = true
    local id = first_taken(child[5], born)
    if id then return id end
  end
end

local function forget(job)
  for _, hook in ipairs(names(job, 'k')) do unmark_late(job, hook, boards_of(job, named(job, 'k', hook))) end
  local said = call('HGETALL', prefix .. 's:' .. job.id)
  for i = 1, #said, 2 do call('ZREM', prefix .. 't', timer(said[i + 1], 's', joined(job.id, said[i]))) end
  local arming = unpacked(call('HGET', job.key, 'e'))[3]
  if arming then call('ZREM', prefix .. 't', timer(arming, 'j', job.id)) end
  call('ZREM', prefix .. 'ended', listed(job))
  local index = index_of(job)
  for i = 1, #index, 2 do call('ZREM', prefix .. list_of(job, index[i], index[i + 1]), listed(job)) end
  call('DEL', job.key, prefix .. 'h:' .. job.id, prefix .. 's:' .. job.id, prefix .. 'c:' .. job.id)
  jobs[job.id] = false
end

-- 1: the job is the asker's; 2: this had been written before; 4: ask for the receipt (`quipu1_receipt`) when
-- what it sent has been carried. With mail or bells: {that, mail, bells}.
local function receipt(job, owner, repeated, later)
  local code = (owner ~= nobody and job.owner == owner and 1 or 0) + (repeated and 2 or 0) + (later and 4 or 0)
  if job.mail or #bells > 0 then return { code, inbox(job), rung() } end
  return code
end

-- What a write may run is asked command by command, and most writes run few.
local of_rows = { 'HDEL', 'HGET', 'HSET', 'RPUSH' }
local of_life = { 'HDEL', 'HGET', 'HKEYS', 'HSET', 'RPUSH', 'TIME', 'ZADD', 'ZREM' }
local everything = { 'DEL', 'EXISTS', 'GET', 'HDEL', 'HEXISTS', 'HGET', 'HGETALL', 'HINCRBY', 'HKEYS', 'HLEN',
  'HMGET', 'HSET', 'LLEN', 'RPUSH', 'SADD', 'SET', 'SREM', 'TIME', 'XADD', 'XDEL', 'XRANGE', 'ZADD', 'ZRANGE', 'ZREM' }

-- Nothing but the job's own row says anything of such an obligation.
local function is_inner(o) return not o or (bit.band(o[1], timed + waiting) == 0 and #o[7] == 0) end

-- Whether a write changes nothing but the job's own rows, and in what lists of jobs it stands.
local function stays_inside(job, rest)
  if job.hooks or rest[12] then return false end
  for _, part in ipairs({ 1, 5, 6, 7, 8, 11 }) do
    if #rest[part] > 0 then return false end
  end
  for _, row in ipairs(rest[4]) do
    if row[3] or row[5] ~= '' or #row[6] > 0 or not is_inner(named(job, 'o', row[1])) then return false end
  end
  for _, name in ipairs(rest[9] and names(job, 'o') or rest[3]) do
    if not is_inner(named(job, 'o', name)) then return false end
  end
  return not (rest[9] and job.mail)
end

local none = {}

local function rest_of(bytes)
  if bytes == '' then return nil end
  if sub(bytes, 1, 1) ~= 's' then return unpacked(bytes) end
  return { none, none, unpacked(sub(bytes, 2)), none, none, none, none, none, false, false, none, false }
end

-- Whether it arms a wait elsewhere, where a signal may have come before.
local function waits_elsewhere(rest)
  for _, row in ipairs(here and rest and rest[4] or none) do
    for _, at in ipairs(row[6]) do if home_of(at) ~= here then return true end end
  end
  return false
end

-- Why what was reserved for children elsewhere does not count; `promise`: {nonce, id that is taken or ''}.
local function broken(promise)
  if not promise then return end
  if promise[2] ~= '' then return no('taken', promise[2]) end
  if was_said('', 'withdrawn ' .. promise[1]) then return no('withdrawn') end
end

local function commands_of(job, rest)
  if not rest then return of_rows end
  if not stays_inside(job, rest) then return everything end
  return (rest[9] or rest[10]) and of_life or of_rows
end

-- job, owner, head it stands on, head it makes, the rest, number of records, records, fields
redis.register_function { function_name = 'quipu1_commit', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local id, owner, makes = args[3], args[4], args[6]
  local key = prefix .. 'j:' .. id
  local row = call('HGET', key, '.')
  if not row then return no('no job') end
  local head = sub(row, 1, 32)
  if head == makes then return receipt(open_job(id, row), owner, true) end
  if owner == nobody or sub(row, 33, 48) ~= owner then return no('owner') end
  if head ~= args[5] then return no('head', head) end

  local records, bits = tonumber(args[8]), tonumber(sub(row, 49, 50), 16)
  local changes = args[7] ~= '' and (bit.band(bits, flags.owes) ~= 0 or sub(args[7], 1, 1) ~= 's')
  if not changes and #args <= most_arguments then
    -- A plain step: a row of history, then the job's. If the second is refused the first is undone.
    if records > 0 then
      local pushed = redis.pcall('RPUSH', prefix .. 'h:' .. id, unpack(args, 9, 8 + records))
      if refusal_of(pushed) then return pushed end
    end
    local set = redis.pcall('HSET', key, '.', makes .. sub(row, 33), unpack(args, 9 + records))
    if refusal_of(set) then
      if records > 0 then redis.pcall('RPOP', prefix .. 'h:' .. id, records) end
      return set
    end
    if bit.band(bits, flags.mail) == 0 then return 1 end
    return receipt(open_job(id, row), owner, false)
  end

  local job = open_job(id, row)
  local what = { makes, {}, {}, rest_of(args[7]) }
  for i = 9, 8 + records do what[2][#what[2] + 1] = args[i] end
  for i = 9 + records, #args do what[3][#what[3] + 1] = args[i] end
  local why = forbidden(commands_of(job, what[4]))
  if why then return why end
  local consumed, box = what[4] and what[4][1] or {}, prefix .. 'm:' .. id
  for _, mail in ipairs(consumed) do
    if not job.mail or call('HEXISTS', box, mail) == 0 then return no('mail', mail) end
  end
  local promise = what[4] and what[4][13]
  local taken = first_taken(what, {})
  if taken then return no('taken', taken) end
  why = broken(promise)
  if why then return why end
  local stays = waits_elsewhere(what[4])

  for _, mail in ipairs(consumed) do
    say(id, mail)
    call('HDEL', box, mail)
    call('ZREM', prefix .. 'o:' .. id, mail)
  end
  if #consumed > 0 then job.mail = call('EXISTS', box) == 1 end
  perform(job, what, promise and promise[1], stays)
  keep_all()
  return receipt(job, owner, false, stays)
end }

-- job, owner, head that its last write made, whether that gave it back: the receipt of that write, when what it sent
-- to other partitions has been carried
redis.register_function { function_name = 'quipu1_receipt', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(everything)
  if why then return why end
  local job, owner = find(args[3]), args[4]
  if not job then return 0 end
  local gives_back = args[6] == '1' and job.head == args[5] and job.owner == owner and not job.mail
  if gives_back and not job.ended then
    disown(job)
    keep_all()
  end
  return receipt(job, owner, false)
end }

-- job, owner, gid, app, version, whether a parent awaits it, created, identity, head it makes, the
-- rest, number of records, records, fields
redis.register_function { function_name = 'quipu1_start', callback = function(keys, args)
  begin(keys, args)
  local id, owner, rest = args[3], args[4], args[12]
  local there = find(id)
  if there then
    if unpacked(call('HGET', there.key, 'i'))[1] == args[5] then return receipt(there, owner, true) end
    return no('exists')
  end
  if reserved(id) then return no('exists') end
  if args[8] == '' and call('HGET', prefix .. 'apps:active', args[6]) ~= args[7] then return no('version') end
  if owner ~= nobody and not may_own(owner) then return no('fenced') end
  local what = { args[11], {}, {}, rest_of(rest) }
  local records = tonumber(args[13])
  for i = 14, 13 + records do what[2][#what[2] + 1] = args[i] end
  for i = 14 + records, #args do what[3][#what[3] + 1] = args[i] end
  local promise = what[4] and what[4][13]
  local taken = first_taken(what, { [id] = true })
  if taken then return no('taken', taken) end
  local broke = broken(promise)
  if broke then return broke end
  local inside = not what[4] or stays_inside({ o = {}, k = {} }, what[4])
  local why = forbidden(inside and of_life or everything)
  if why then return why end
  local stays = waits_elsewhere(what[4])
  local job = give_birth({ id, owner, tonumber(args[9]), args[10], what }, promise and promise[1], stays)
  keep_all()
  return receipt(job, owner, false, stays)
end }

-- job, mail id, kind, obligation, body, keeps open
redis.register_function { function_name = 'quipu1_post', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(everything)
  if why then return why end
  why = deliver(args[3], args[4], args[5], args[6], args[7], args[8] == '1', true)
  if why then return why end
  keep_all()
  return rung()
end }

redis.register_function { function_name = 'quipu1_signal', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(everything)
  if why then return why end
  local how = send(unpacked(args[3]))
  if type(how) == 'table' then return how end
  keep_all()
  return { how, rung() }
end }

local withdraw -- incoming.lua

-- now, most: {how many, when to look again or '', bells}
redis.register_function { function_name = 'quipu1_due', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(everything) or (here and forbidden(carrying))
  if why then return why end
  trim_publications()
  if here then look_at_boxes() end
  local timers, fired = prefix .. 't', 0
  for _, member in ipairs(call('ZRANGE', timers, '-inf', args[3], 'BYSCORE', 'LIMIT', 0, args[4])) do
    if call('ZREM', timers, member) == 1 then
      fired = fired + 1
      local kind, about = sub(member, 16, 16), sub(member, 17)
      if kind == 'o' then
        local id, name = parted(about)
        local job = find(id)
        local o = named(job, 'o', name)
        set_state(job, name, o, timed, false)
        deliver(id, 'timer:' .. name .. ':' .. o[3], 'timer', name, pack(o[4]), false, false)
      elseif kind == 'j' then
        forget(find(about))
      elseif kind == 'e' then
        drop_early(about)
      elseif kind == 's' then
        local id, mail = parted(about)
        call('HDEL', prefix .. 's:' .. id, mail)
      elseif kind == 'm' then
        expire_measures(about, tonumber(args[3]))
      elseif kind == 'x' then
        call('HDEL', prefix .. 'leases', about)
      elseif kind == 'f' then
        call('HDEL', prefix .. 'f', about)
      elseif kind == 'r' then
        withdraw(about)
      end
    end
  end
  keep_all()
  return { fired, call('ZRANGE', timers, 0, 0, 'WITHSCORES')[2] or '', rung() }
end }

-- topic, most: {how many, bells}
redis.register_function { function_name = 'quipu1_serve', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(everything)
  if why then return why end
  local backlog, most, told = prefix .. 'b:' .. args[3], tonumber(args[4]), 0
  for _, who in ipairs(most > 0 and call('ZRANGE', backlog, 0, most - 1) or {}) do
    local id, name = parted(who)
    local job = find(id)
    local o = named(job, 'o', name)
    call('ZREM', backlog, who)
    set_state(job, name, o, waiting, false)
    deliver(id, 'served:' .. name .. ':' .. o[3], 'served', name, '', false, false)
    told = told + 1
  end
  keep_all()
  return { told, rung() }
end }

redis.register_function { function_name = 'quipu1_scrub', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(everything)
  if why then return why end
  local job = find(args[3])
  if not job then return no('no job') end
  if not job.ended then return no('runs') end
  forget(job)
  keep_counters()
  return rung()
end }

-- job, up to which record, checkpoint
redis.register_function { function_name = 'quipu1_condense', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden({ 'GET', 'HGET', 'HSET', 'LLEN', 'LTRIM', 'SET' })
  if why then return why end
  local id, upto = args[3], tonumber(args[4])
  local job = find(id)
  if not job then return no('no job') end
  local gone, records = (condensed(job)), records_of(job)
  if upto <= gone or upto > records then return no('cannot', format('%d', records), format('%d', gone)) end
  call('LTRIM', prefix .. 'h:' .. id, upto - gone, -1)
  call('SET', prefix .. 'c:' .. id, pack({ upto, args[5] }))
  job.condensed = true
  keep(job)
  return 1
end }
