-- The life of a job: born, written to, ended, forgotten.
--
-- A write is {head it makes, records, fields (name, value, ...), rest, whether rows of obligations are among the
-- fields}; the rest, absent in a plain one, is {consumed, unset, settled, obligations, children, posts, publications,
-- signals, end or false, gives back, index (name, value, ...), measured or false}.

local publications_ms, publications_bytes = 3600000, 64 * 1024 * 1024

local function trim_publications()
  while counter('bytes') > 0 do
    local oldest = call('XRANGE', prefix .. 'p', '-', '+', 'COUNT', 1)[1]
    if not oldest then return set_counter('bytes', 0) end
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
  local function add(number)
    return redis.pcall('XADD', prefix .. 'p', format('%d-0', number), 'at', format('%d', now()),
      'app', what[1], 'topic', what[2], 'job', what[3], 'body', what[4])
  end
  -- Where the counter was lost, numbers go on from one that no counter has reached.
  if refusal_of(add(count('published'))) then
    if refusal_of(add(set_counter('published', math.max(now(), counter('published'))))) then return end
  end
  count('bytes', #what[1] + #what[2] + #what[3] + #what[4])
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
  if #job.set == 0 then job.set = fields end
  if job.set ~= fields then for i = 1, #fields do job.set[#job.set + 1] = fields[i] end end
  if what[5] then job.owes = true end
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
    born = what[4], index = {}, there = none }
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

local function forget(job, mark)
  for _, hook in ipairs(names(job, 'k')) do unmark_late(job, hook, boards_of(job, named(job, 'k', hook))) end
  local said = call('HGETALL', prefix .. 's:' .. job.id)
  for i = 1, #said, 2 do call('ZREM', prefix .. 't', timer(said[i + 1], 's', joined(job.id, said[i]))) end
  if mark[3] then call('ZREM', prefix .. 't', timer(mark[3], 'j', job.id)) end
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

-- What a write may run is asked command by command, and most writes run few. Its first command is HGET: that
-- needs no asking.
local of_rows = { 'HDEL', 'HSET', 'RPUSH' }
local of_life = { 'HDEL', 'HINCRBY', 'HKEYS', 'HSET', 'RPUSH', 'TIME', 'ZADD', 'ZREM' }
local everything = { 'DEL', 'EXISTS', 'GET', 'HDEL', 'HEXISTS', 'HGET', 'HGETALL', 'HINCRBY', 'HKEYS', 'HLEN',
  'HMGET', 'HSET', 'LLEN', 'RPUSH', 'SADD', 'SET', 'SREM', 'TIME', 'XADD', 'XDEL', 'XRANGE', 'ZADD', 'ZRANGE', 'ZREM' }

local outer = { 1, 5, 6, 7, 8, 11 } -- parts of the rest: mail, children, posts, publications, signals, index

-- Whether a write changes nothing but the job's own rows, and in what lists of jobs it stands.
local function stays_inside(job, rest)
  if job.hooks or rest[12] then return false end
  for _, part in ipairs(outer) do
    if #rest[part] > 0 then return false end
  end
  local function is_inner(name)
    local o = named(job, 'o', name)
    return not o or is(o, inner)
  end
  for _, row in ipairs(rest[4]) do
    if row[3] or row[5] ~= '' or #row[6] > 0 or not is_inner(row[1]) then return false end
  end
  for _, name in ipairs(rest[9] and names(job, 'o') or rest[3]) do
    if not is_inner(name) then return false end
  end
  return not (rest[9] and job.mail)
end

-- How a write stands in the arguments of a call from `at` on: the head it makes, its rest, the number of its records,
-- records, fields. The rest of one that is inside is "i", how many obligations it arms and settles and how many
-- fields it unsets, each a byte, and of an end {state, when, expires or false}: the names of the three stand before
-- the records, and before the fields what is armed, name and row.
local function read_write(args, at)
  local rest, armed, settled, unset = args[at + 1], 0, 0, 0
  local inside = sub(rest, 1, 1) == 'i'
  if inside then armed, settled, unset = string.byte(rest, 2, 4) end
  local first = at + 3 + armed + settled + unset
  return { makes = args[at], rest = rest, inside = inside, armed = armed, settled = settled, unset = unset,
    ended = inside and #rest > 4 and unpacked(sub(rest, 5)), names = at + 3, records = first,
    rows = first + tonumber(args[at + 2]) }
end

local function piece(args, first, last)
  local all = {}
  for i = first, last do all[#all + 1] = args[i] end
  return all
end

-- The same in full, as `perform` takes it.
local function in_full(args, write)
  local rest, rows = nil, write.rows
  if write.inside then
    local settled, armed = {}, {}
    local behind = write.names + write.armed + write.settled
    for i = write.names + write.armed, behind - 1 do settled[#settled + 1] = sub(args[i], 2) end
    for i = 1, write.armed do
      local o = unpacked(args[rows + 1])
      armed[i] = { sub(args[rows], 2), o[1] - inner, o[4], o[5], o[6], o[7] }
      rows = rows + 2
    end
    rest = { none, piece(args, behind, write.records - 1), settled, armed, none, none, none, none, write.ended, false,
      none, false }
  elseif write.rest ~= '' then
    rest = unpacked(write.rest)
  end
  return { write.makes, piece(args, write.records, write.rows - 1), piece(args, rows, #args), rest }
end

-- As it stands, where what it arms and settles is inner and, at an end, nothing else is there; otherwise nothing is
-- done. `there`: the rows of what it arms and settles, from the second on.
local function write_inside(id, row, args, write, there)
  if #args > most_arguments then return end
  local bits = tonumber(sub(row, 49, 50), 16)
  if there[2] ~= nil and bit.band(bits, flags.hooks) ~= 0 then return end
  for i = 2, #there do
    if there[i] and bit.band(string.byte(there[i], 2), inner) == 0 then return end
  end
  local key = prefix .. 'j:' .. id
  local settled = write.names + write.armed
  if write.ended then
    if bit.band(bits, flags.hooks + flags.mail) ~= 0 then return end
    local goes = {}
    for i = settled, settled + write.settled - 1 do goes[args[i]] = true end
    for _, field in ipairs(call('HKEYS', key)) do
      if sub(field, 1, 1) == 'o' and not goes[field] then return end
    end
  end
  local why = forbidden(write.ended and of_life or of_rows)
  if why then return why end
  if write.rows > write.records then
    call('RPUSH', prefix .. 'h:' .. id, unpack(args, write.records, write.rows - 1))
  end
  if write.records > settled then call('HDEL', key, unpack(args, settled, write.records - 1)) end
  if write.ended then
    local job = open_job(id, write.makes .. sub(row, 33))
    job.set, job.there = piece(args, write.rows, #args), none
    finish(job, write.ended)
    keep_all()
    return receipt(job, nobody, false)
  end
  local kept = write.makes .. sub(row, 33)
  if write.armed > 0 and bit.band(bits, flags.owes) == 0 then
    kept = write.makes .. sub(row, 33, 48) .. format('%02x', bits + flags.owes) .. sub(row, 51)
  end
  call('HSET', key, '.', kept, unpack(args, write.rows))
  if bit.band(bits, flags.mail) == 0 then return 1 end
  return receipt(open_job(id, kept), sub(row, 33, 48), false)
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

-- job, owner, head it stands on, a write
redis.register_function { function_name = 'quipu1_commit', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local id, owner, makes = args[3], args[4], args[6]
  local key, write = prefix .. 'j:' .. id, read_write(args, 6)
  local touched = write.armed + write.settled
  local there = touched > 0 and call('HMGET', key, '.', unpack(args, write.names, write.names + touched - 1)) or
    { call('HGET', key, '.') }
  local row = there[1]
  if not row then return no('no job') end
  local head = sub(row, 1, 32)
  if head == makes then return receipt(open_job(id, row), owner, true) end
  if owner == nobody or sub(row, 33, 48) ~= owner then return no('owner') end
  if head ~= args[5] then return no('head', head) end

  local done = (write.inside or write.rest == '') and write_inside(id, row, args, write, there)
  if done then return done end
  local job, what = open_job(id, row), in_full(args, write)
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

-- job, owner, gid, app, version, whether a parent awaits it, created, identity, a write
redis.register_function { function_name = 'quipu1_start', callback = function(keys, args)
  begin(keys, args)
  local id, owner, write = args[3], args[4], read_write(args, 11)
  local there = find(id)
  if there then
    if identity(there)[1] == args[5] then return receipt(there, owner, true) end
    return no('exists')
  end
  if reserved(id) then return no('exists') end
  if args[8] == '' and call('HGET', prefix .. 'apps:active', args[6]) ~= args[7] then return no('version') end
  if owner ~= nobody and not may_own(owner) then return no('fenced') end
  -- Of a new job the rows that it arms are fields as they stand.
  local plain = write.inside and not write.ended
  local what = plain and { write.makes, piece(args, write.records, write.rows - 1), piece(args, write.rows, #args), nil,
    write.armed > 0 } or in_full(args, write)
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

-- By kind; `arming`: a row that was armed anew, or is another one by now, has another.
local fire = {}

function fire.o(about, arming)
  local id, name = parted(about)
  local job = find(id)
  local o = job and named(job, 'o', name)
  if not o or o[2] ~= arming or not is(o, timed) then return end
  set_state(job, name, o, timed, false)
  deliver(id, 'timer:' .. name .. ':' .. o[3], 'timer', name, pack(o[4]), false, false)
end

function fire.j(id, arming)
  local job = find(id)
  local mark = job and job.ended and end_of(job)
  if mark and mark[3] == arming then forget(job, mark) end
end

function fire.e(board, arming)
  local kept = early_at(board)
  if kept and kept[7] == arming then drop_early(board, kept) end
end

function fire.s(about)
  local id, mail = parted(about)
  call('HDEL', prefix .. 's:' .. id, mail)
end

function fire.m(row, arming, now_ms) expire_measures(row, arming, now_ms) end
function fire.x(token) call('HDEL', prefix .. 'leases', token) end
function fire.f(ticket) call('HDEL', prefix .. 'f', ticket) end
function fire.r(id, arming) withdraw(id, arming) end

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
      local how = fire[sub(member, 16, 16)]
      if how then how(sub(member, 17), tonumber(sub(member, 1, 15)), tonumber(args[3])) end
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
  while told < most do
    local wanted = most - told
    local page = call('ZRANGE', backlog, 0, wanted - 1)
    for _, who in ipairs(page) do
      local id, name = parted(who)
      local job = find(id)
      local o = job and named(job, 'o', name)
      call('ZREM', backlog, who)
      if o and is(o, waiting) then
        set_state(job, name, o, waiting, false)
        deliver(id, 'served:' .. name .. ':' .. o[3], 'served', name, '', false, false)
        told = told + 1
      end
    end
    if #page < wanted then break end
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
  forget(job, end_of(job))
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
