-- Who runs a job: leases, sets, the ready queue, the owners' queues.

local spent_ms = 86400000

local function lease_of(token)
  local row = token ~= nobody and call('HGET', prefix .. 'leases', token)
  if row then
    local held = unpacked(row)
    return { until_ms = held[1], spent = held[2], who = held[3] }
  end
end

local function put_lease(token, held)
  call('HSET', prefix .. 'leases', token, pack({ held.until_ms, held.spent, held.who }))
end

local function may_own(token)
  local held = lease_of(token)
  return held and not held.spent and held.until_ms > now()
end

-- Out of every set and queue.
local function disown(job)
  if job.ready then
    job.ready = false
    call('ZREM', prefix .. 'ready', job.id)
  end
  local before = job.owner
  if before == nobody then return end
  job.owner = nobody
  call('ZREM', prefix .. 'set:' .. before, job.id)
  if job.queued then
    job.queued = false
    call('ZREM', prefix .. 'q:' .. before, job.id)
  end
end

local function own(job, mine)
  disown(job)
  job.owner = mine
  call('ZADD', prefix .. 'set:' .. mine, job.number, job.id)
end

local function make_ready(job)
  ring(nobody)
  if job.ready then return end
  job.ready = true
  call('ZADD', prefix .. 'ready', format('%d', next_number('armings')), job.id)
end

-- The job has got mail: whoever runs it should look, or somebody should.
local function wake(job)
  if job.owner == nobody then return make_ready(job) end
  ring(job.owner)
  if job.queued then return end
  job.queued = true
  call('ZADD', prefix .. 'q:' .. job.owner, format('%d', next_number('armings')), job.id)
end

local owning = { 'GET', 'HDEL', 'HGET', 'HGETALL', 'HINCRBY', 'HLEN', 'HMGET', 'HSET', 'LLEN', 'TIME', 'ZADD', 'ZRANGE',
  'ZREM' }

-- `stands(job)`: whether it is there as the queue says. An entry of which nothing is true goes.
local function take_each(key, mine, most, stands)
  local taken = {}
  while #taken < most do
    local wanted = most - #taken
    local page = call('ZRANGE', key, 0, wanted - 1)
    for _, id in ipairs(page) do
      local job = find(id)
      if job and stands(job) then
        own(job, mine)
        keep(job)
        taken[#taken + 1] = look(job)
      else
        call('ZREM', key, id)
      end
    end
    if #page < wanted then break end
  end
  keep_counters()
  return taken
end

redis.register_function { function_name = 'quipu1_renew', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local mine, for_ms, who = args[3], tonumber(args[4]), args[5]
  local held = lease_of(mine)
  if mine == nobody or (held and (held.spent or held.until_ms <= now())) then return no('lapsed') end
  put_lease(mine, { until_ms = now() + for_ms, spent = false, who = who })
  return 1
end }

redis.register_function { function_name = 'quipu1_leases', flags = { 'no-writes' }, callback = function(keys)
  return redis.call('HGETALL', keys[1] .. 'leases')
end }

redis.register_function { function_name = 'quipu1_claim', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local mine, most = args[3], tonumber(args[4])
  local why = forbidden(owning)
  if why then return why end
  if not may_own(mine) then return no('fenced') end
  return take_each(prefix .. 'ready', mine, most, function(job) return job.ready end)
end }

redis.register_function { function_name = 'quipu1_take', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local dead, mine, most = args[3], args[4], tonumber(args[5])
  local why = forbidden(owning)
  if why then return why end
  if not may_own(mine) then return no('fenced') end
  local held = lease_of(dead)
  if held and not held.spent and held.until_ms > now() then
    return no('holds', held.who, held.until_ms - now())
  end
  local taken = take_each(prefix .. 'set:' .. dead, mine, most, function(job) return job.owner == dead end)
  if held and not held.spent and #call('ZRANGE', prefix .. 'set:' .. dead, 0, 0) == 0 then
    held.spent = true
    put_lease(dead, held)
    arm_timer(now() + spent_ms, 'x', dead)
    keep_counters()
  end
  return taken
end }

redis.register_function { function_name = 'quipu1_seize', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local id, mine = args[3], args[4]
  local why = forbidden(owning)
  if why then return why end
  if not may_own(mine) then return no('fenced') end
  local job = find(id)
  if not job then return no('no job') end
  if job.ended then return no('ended', end_of(job)[1]) end
  own(job, mine)
  keep(job)
  return look(job)
end }

-- mine, behind which number, most: {jobs, number of the last one or '' when that was all}
redis.register_function { function_name = 'quipu1_owned', flags = { 'no-writes' }, callback = function(keys, args)
  begin(keys, args)
  local most, jobs_there, last = tonumber(args[5]), {}, ''
  local page = call('ZRANGE', prefix .. 'set:' .. args[3], '(' .. args[4], '+inf', 'BYSCORE', 'LIMIT', 0,
    most, 'WITHSCORES')
  for i = 1, #page, 2 do
    local job = find(page[i])
    if job and job.owner == args[3] then jobs_there[#jobs_there + 1] = look(job) end
  end
  if #page == 2 * most then last = page[#page] end
  return { jobs_there, last }
end }

redis.register_function { function_name = 'quipu1_pop', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local mine, most = args[3], tonumber(args[4])
  local why = forbidden(owning)
  if why then return why end
  local queue, got = prefix .. 'q:' .. mine, {}
  while #got < most do
    local page = call('ZRANGE', queue, 0, most - #got - 1, 'WITHSCORES')
    if #page == 0 then break end
    for i = 1, #page, 2 do
      local job = find(page[i])
      call('ZREM', queue, page[i])
      if job and job.owner == mine then
        job.queued = false
        keep(job)
        -- Below 0: it has come from another partition, and its owner may not know it.
        if job.mail or tonumber(page[i + 1]) < 0 then got[#got + 1] = { page[i], inbox(job) } end
      end
    end
  end
  return got
end }
