-- A job's row, as this call knows it: read once, changed here, written by `keep`.
--
-- The hash "j:ID": field "." is head (32 bytes), owner (16 hex digits), flags (2 hex digits) and the
-- job's number; "i" its identity, "e" its end, ":NAME" the engine's fields, "oNAME" obligations,
-- "kHOOK" what a hook waited for last.

local flags = { queued = 1, ready = 2, mail = 4, owes = 8, hooks = 16, ended = 32, condensed = 64, indexed = 128 }

-- Which of them are up, by their sum: there are few sums, and a call that opens a job asks each time.
local up = {}

local function flags_in(bits)
  if not up[bits] then
    up[bits] = {}
    for name, flag in pairs(flags) do
      if bit.band(bits, flag) ~= 0 then up[bits][#up[bits] + 1] = name end
    end
  end
  return up[bits]
end

local function open_job(id, row)
  local bits = tonumber(sub(row, 49, 50), 16)
  local job = { id = id, key = prefix .. 'j:' .. id, head = sub(row, 1, 32), owner = sub(row, 33, 48),
    number = sub(row, 51), set = {}, unset = {}, o = {}, k = {} }
  for _, name in ipairs(flags_in(bits)) do job[name] = true end
  jobs[id] = job
  return job
end

local function find(id)
  local job = jobs[id]
  if job == nil then
    local row = call('HGET', prefix .. 'j:' .. id, '.')
    job = row and open_job(id, row) or false
    jobs[id] = job
  end
  return job
end

local function row_of(job)
  local bits = 0
  for name, flag in pairs(flags) do if job[name] then bits = bits + flag end end
  return job.head .. job.owner .. format('%02x', bits) .. job.number
end

-- Its place in a list of jobs, of one time, in the order of birth.
local function listed(job) return format('%015d', job.number) .. job.id end

-- {gid, app, version, topic, parent, created}
local function identity(job)
  job.identity = job.identity or unpacked(job.born or call('HGET', job.key, 'i'))
  return job.identity
end

-- {state, when, arming of its expiry or nil, expires or nil}; empty where it has been lost.
local function end_of(job)
  local row = call('HGET', job.key, 'e')
  return row and unpacked(row) or { '', 0 }
end

-- What `jobs` finds it by: names and values, in pairs. For each there is a list of those that run,
-- "ir:" and the pair joined, and one of those that have ended, "ie:".
local function index_of(job)
  if not job.index then
    local row = job.indexed and call('HGET', job.key, 'x')
    job.index = row and unpacked(row) or {}
  end
  return job.index
end

-- A named row of the job, decoded and kept: kind "o" or "k"; false: there is none.
local function named(job, kind, name)
  local row = job[kind][name]
  if row == nil then
    local bytes = (kind == 'o' and job.owes or kind == 'k' and job.hooks) and
      call('HGET', job.key, kind .. name)
    row = bytes and unpacked(bytes) or false
    job[kind][name] = row
  end
  return row
end

local function put_named(job, kind, name, row)
  job[kind][name] = row
  job.touched = job.touched or {}
  job.touched[kind .. name] = { kind, name }
end

local function names(job, kind)
  local all = {}
  for name, row in pairs(job[kind]) do if row then all[#all + 1] = name end end
  if kind == 'o' and job.owes or kind == 'k' and job.hooks then
    job.there = job.there or call('HKEYS', job.key)
    for _, field in ipairs(job.there) do
      local name = sub(field, 2)
      if sub(field, 1, 1) == kind and job[kind][name] == nil then all[#all + 1] = name end
    end
  end
  return all
end

-- Writes what this call has changed of the job.
local function keep(job)
  local set, unset = job.set, job.unset
  for field, which in pairs(job.touched or {}) do
    local row = job[which[1]][which[2]]
    if row then
      set[#set + 1] = field
      set[#set + 1] = pack(row)
    else
      unset[#unset + 1] = field
    end
  end
  set[#set + 1] = '.'
  set[#set + 1] = row_of(job)
  if #unset > 0 then in_pieces('HDEL', job.key, unset) end
  in_pieces('HSET', job.key, set)
  job.set, job.unset, job.touched = {}, {}, nil
end

local function keep_all()
  for _, job in pairs(jobs) do if job then keep(job) end end
  keep_counters()
end

-- Mail stands in the hash "m:ID" by mail id, and in order of arrival in "o:ID". So much of it is
-- given at once: {mail id, row, ...}.
local mail_at_once = 256

local function inbox(job)
  local box, given = prefix .. 'm:' .. job.id, {}
  if not job.mail then return given end
  if call('HLEN', box) <= mail_at_once then return call('HGETALL', box) end
  for first = 0, math.huge, mail_at_once do
    local oldest = call('ZRANGE', prefix .. 'o:' .. job.id, first, first + mail_at_once - 1)
    if #oldest == 0 then break end
    local rows = call('HMGET', box, unpack(oldest))
    for i, mail in ipairs(oldest) do
      if rows[i] and #given < 2 * mail_at_once then
        given[#given + 1] = mail
        given[#given + 1] = rows[i]
      end
    end
    if #given == 2 * mail_at_once then return given end
  end
  return #given > 0 and given or call('HGETALL', box) -- their order is lost
end

local function put_mail(job, mail, kind, name, body)
  local arrival = next_number('armings')
  call('HSET', prefix .. 'm:' .. job.id, mail, pack({ arrival, kind, name, body }))
  call('ZADD', prefix .. 'o:' .. job.id, format('%d', arrival), mail)
  job.mail = true
end

-- Ids that were taken up are known for an hour, in the hash "s:ID" ("s:" alone: of signals).
local function was_said(id, mail) return call('HEXISTS', prefix .. 's:' .. id, mail) == 1 end

local said_ms = 3600000

-- What only the store can send ("timer:", "served:") nobody sends again.
local function is_own(mail) return sub(mail, 1, 6) == 'timer:' or sub(mail, 1, 7) == 'served:' end

local function say(id, mail)
  if is_own(mail) or was_said(id, mail) then return end
  local due = now() + said_ms
  local arming = arm_timer(due, 's', joined(id, mail))
  call('HSET', prefix .. 's:' .. id, mail, format('%d', arming))
end

-- History stands in the list "h:ID"; of what is not kept "c:ID" says how many records it was, and
-- the checkpoint that stands for them.
local function condensed(job)
  local row = job.condensed and call('GET', prefix .. 'c:' .. job.id)
  if row then return unpacked(row)[1], unpacked(row)[2] end
  return 0, ''
end

local function records_of(job) return (condensed(job)) + call('LLEN', prefix .. 'h:' .. job.id) end

-- The job as its new owner or a reader needs it.
local function look(job)
  return { job.id, call('HGETALL', job.key), records_of(job), inbox(job) }
end
