-- One call: its keys, its time, the bells it rings, and what it may do.
--
-- Every function is called with one key, the partition's prefix "quipu:{ns.0}:", and two first
-- arguments: the time in milliseconds (a test's; empty: the server's clock) and who asks (whom its
-- own bells are told in the reply, not by pub/sub), behind whose 16 characters stands "/8" where
-- the store has eight partitions. It touches keys of that prefix alone. Check everything, then
-- write: what a function may run is asked before it writes, since a command that is refused half
-- way undoes nothing.
--
-- A key may be gone: the server may evict (`evicts=allowed`), and people delete. What says of a row
-- that is not there is dropped, or passed over, and nothing else fails for it.

local nobody = '0000000000000000'
local none = {}

local call, sub, format, pack, unpacked -- there is none of these while a library is loaded

local prefix, clock, asker, bells, counted, unwritten
local partitions, here -- how many there are, and which of them this call is about; nil: the only one
local moment -- the server's time in microseconds, read once
local jobs -- the jobs that this call has looked at, by id; false: there is none

local function begin(keys, args)
  if not call then
    call, sub, format = redis.call, string.sub, string.format
    pack, unpacked = cmsgpack.pack, cmsgpack.unpack
  end
  prefix, asker = keys[1], args[2]
  clock = args[1] ~= '' and tonumber(args[1]) or nil
  partitions, here, moment = 1, nil, nil
  if #asker > 16 then
    partitions, asker = tonumber(sub(asker, 18)), sub(asker, 1, 16)
    here = tonumber(string.match(prefix, '%.(%d+)}:$'))
  end
  jobs, bells, counted, unwritten = {}, {}, {}, {}
end

local function now()
  if not clock then
    local time = call('TIME')
    clock = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return clock
end

-- A refusal: nothing, which no other answer begins with, its name and what its message is made of.
local function no(name, ...) return { false, name, ... } end

-- The first of these commands that the user may not run.
local function forbidden(commands)
  for _, command in ipairs(commands) do
    -- What may be a key is one of ours.
    if not redis.acl_check_cmd(command, prefix, prefix, prefix) then return no('forbidden', command) end
  end
end

-- Why a command that was tried was refused.
local function refusal_of(reply) return type(reply) == 'table' and reply.err end

-- Counters live in the hash "meta". The first that a call counts there is counted by the server, what
-- it counts on is written at its end.
local function counter(name)
  return counted[name] or tonumber(call('HGET', prefix .. 'meta', name) or 0)
end

local function set_counter(name, value)
  counted[name], unwritten[name] = value, value
  return value
end

local function count(name, by)
  if counted[name] then return set_counter(name, counted[name] + (by or 1)) end
  counted[name] = call('HINCRBY', prefix .. 'meta', name, by and format('%d', by) or '1')
  return counted[name]
end

-- A number greater than those that were given before. Of several partitions each gives numbers of
-- its own, which grow over all of them: the time in microseconds since 2020.
local function next_number(name)
  if not here then return count(name) end
  if not moment then
    local time = call('TIME')
    moment = (time[1] - 1577836800) * 1000000 + time[2]
  end
  local least = math.max(moment, counter(name) + 1)
  return set_counter(name, least + (here - least) % partitions)
end

local function ring(whose) bells[#bells + 1] = whose end

-- Tells the bells by pub/sub, those of all partitions in the first one's name; the reply says them to
-- the asker, and which outboxes have something (">", 7 digits: from here, 8 digits: to).
local function rung()
  local to = here and string.gsub(prefix, '%d+}:$', '0}:') or prefix
  for _, whose in ipairs(bells) do
    if sub(whose, 1, 1) ~= '>' then redis.pcall('PUBLISH', to .. 'bell:' .. whose, asker) end
  end
  return table.concat(bells)
end

local function keep_counters()
  local all = {}
  for name, value in pairs(unwritten) do
    all[#all + 1] = name
    all[#all + 1] = format('%d', value)
  end
  if #all > 0 then call('HSET', prefix .. 'meta', unpack(all)) end
  unwritten = {}
end

-- Lua's stack bounds how many arguments one command takes.
local most_arguments = 4000

local function in_pieces(command, key, arguments)
  if #arguments <= most_arguments then return call(command, key, unpack(arguments)) end
  for first = 1, #arguments, most_arguments do
    call(command, key, unpack(arguments, first, math.min(first + most_arguments - 1, #arguments)))
  end
end

-- Whether one text stands before another, byte by byte: Lua's own order is the machine's language.
local function precedes(one, other)
  for i = 1, math.min(#one, #other) do
    local a, b = string.byte(one, i), string.byte(other, i)
    if a ~= b then return a < b end
  end
  return #one < #other
end

-- A job and a name in it, as one text: "LENGTH:JOBNAME".
local function joined(job, name) return format('%d:', #job) .. job .. name end

local function parted(text)
  local _, stop, size = string.find(text, '^(%d+):')
  return sub(text, stop + 1, stop + size), sub(text, stop + size + 1)
end

-- Timers stand by due time, and by arming where that is equal. Kinds: o an obligation, j a job that
-- expires, e an early signal, s an id that was said, x a spent token.
local function timer(arming, kind, about) return format('%015d%s', arming, kind) .. about end

local function arm_timer(due, kind, about)
  local arming = next_number('armings')
  call('ZADD', prefix .. 't', format('%d', due), timer(arming, kind, about))
  return arming
end
