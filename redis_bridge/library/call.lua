-- One call: its keys, its time, the bells it rings, and what it may do.
--
-- Every function is called with one key, the partition's prefix "quipu:{ns.0}:", and two first
-- arguments: the time in milliseconds (a test's; empty: the server's clock) and who asks (whom its
-- own bells are told in the reply, not by pub/sub). Check everything, then write: what a function
-- may run is asked before it writes, since a command that is refused half way undoes nothing.

local nobody = '0000000000000000'

local call, sub, format, pack, unpacked -- there is none of these while a library is loaded

local prefix, clock, asker, bells, counted
local jobs -- the jobs that this call has looked at, by id; false: there is none

local function begin(keys, args)
  if not call then
    call, sub, format = redis.call, string.sub, string.format
    pack, unpacked = cmsgpack.pack, cmsgpack.unpack
  end
  prefix, asker = keys[1], args[2]
  clock = args[1] ~= '' and tonumber(args[1]) or nil
  jobs, bells, counted = {}, {}, {}
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

-- Counters live in the hash "meta"; what a call has counted is written at its end.
local function counter(name)
  return counted[name] or tonumber(call('HGET', prefix .. 'meta', name) or 0)
end

local function count(name, by)
  counted[name] = counter(name) + (by or 1)
  return counted[name]
end

local function ring(whose) bells[#bells + 1] = whose end

-- Tells the bells by pub/sub; the reply says them to the asker.
local function rung()
  for _, whose in ipairs(bells) do redis.pcall('PUBLISH', prefix .. 'bell:' .. whose, asker) end
  return table.concat(bells)
end

local function keep_counters()
  for name, value in pairs(counted) do
    call('HSET', prefix .. 'meta', name, format('%d', value))
  end
end

-- Lua's stack bounds how many arguments one command takes.
local most_arguments = 4000

local function in_pieces(command, key, arguments)
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
  local arming = count('armings')
  call('ZADD', prefix .. 't', format('%d', due), timer(arming, kind, about))
  return arming
end
