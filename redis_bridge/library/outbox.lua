-- What goes from one partition to another. A call writes to its own partition alone: what it has for
-- another one is a row of the outbox for that one, which any engine carries there (`incoming`).
--
-- The list "out:TO" is {id, when, kind, what...} a row; of the hash "out" the field TO is {epoch, number
-- of the list's first row, of the last one, up to which they have been carried}. The hash "in" has by
-- sender {epoch, number of the last row taken}, "seen:FROM" the ids of those by when they were taken. An id
-- is never given twice, whatever a partition has forgotten: it is a time.

local carried_ms, seen_ms = 3600000, 7200000 -- rows are kept for so long, and their ids

local function partition_of(text)
  return tonumber(sub(redis.sha1hex(text), 1, 7), 16) % partitions
end

-- Whether what this names lies here.
local function is_here(id) return not here or partition_of(id) == here end

-- Where a board is: with all others of its group, which is what its name has before a dot.
local function home_of(board) return partition_of(string.match(board, '^(.-)%.') or '') end

local function box_of(to)
  local row = call('HGET', prefix .. 'out', to)
  if row then return unpacked(row) end
  return { asker, 1, 0, 0 }
end

local function put_box(to, box) call('HSET', prefix .. 'out', to, pack(box)) end

-- Which box has something is told with the bells.
local function ring_box(to)
  local bell = format('>%07d%08d', here, to)
  for _, rung_before in ipairs(bells) do if rung_before == bell then return end end
  ring(bell)
end

local function send_over(to, kind, ...)
  local box = box_of(to)
  box[3] = box[3] + 1
  local kept = call('RPUSH', prefix .. 'out:' .. to, pack({ format('%d', next_number('sent')), now(), kind, ... }))
  box[2] = box[3] - kept + 1 -- where rows were lost, behind them
  put_box(to, box)
  ring_box(to)
end

-- Rows that were carried long ago go.
local function trim_box(to, box)
  local old = 0
  for _, row in ipairs(call('LRANGE', prefix .. 'out:' .. to, 0, 255)) do
    if box[2] + old > box[4] or unpacked(row)[2] > now() - carried_ms then break end
    old = old + 1
  end
  if old == 0 then return false end
  call('LTRIM', prefix .. 'out:' .. to, old, -1)
  box[2] = box[2] + old
  return true
end

local function trim_seen(from)
  local old = call('ZRANGE', prefix .. 'seen:' .. from, '-inf', format('%d', now() - seen_ms), 'BYSCORE', 'LIMIT', 0, 256)
  if #old > 0 then call('ZREM', prefix .. 'seen:' .. from, unpack(old)) end
end

-- What is left to be carried is told, what was carried long ago goes.
local function look_at_boxes()
  local boxes = call('HGETALL', prefix .. 'out')
  for i = 1, #boxes, 2 do
    local box = unpacked(boxes[i + 1])
    if trim_box(boxes[i], box) then put_box(boxes[i], box) end
    if box[4] < box[3] then ring_box(tonumber(boxes[i])) end
  end
  local senders = call('HKEYS', prefix .. 'in')
  for _, from in ipairs(senders) do trim_seen(from) end
end

-- Which boxes have something that has not been carried.
redis.register_function { function_name = 'quipu1_left', flags = { 'no-writes' }, callback = function(keys, args)
  begin(keys, args)
  local boxes = call('HGETALL', prefix .. 'out')
  for i = 1, #boxes, 2 do
    local box = unpacked(boxes[i + 1])
    if box[4] < box[3] then ring_box(tonumber(boxes[i])) end
  end
  return table.concat(bells)
end }

local carrying = { 'HGET', 'HSET', 'LRANGE', 'LTRIM', 'TIME' }

-- to, number to begin with ('': behind what has been carried), most: {epoch, number of the first row that
-- is given, whether it is the oldest that is kept, number of the last one there is, rows}
redis.register_function { function_name = 'quipu1_outgoing', flags = { 'no-writes' }, callback = function(keys, args)
  begin(keys, args)
  local to, most = args[3], tonumber(args[5])
  local box = box_of(to)
  local first = math.max(args[4] == '' and box[4] + 1 or tonumber(args[4]), box[2])
  local at = first - box[2]
  return { box[1], first, first == box[2] and 1 or 0, box[3], call('LRANGE', prefix .. 'out:' .. to, at, at + most - 1) }
end }

-- to, epoch, up to which number
redis.register_function { function_name = 'quipu1_carried', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(carrying)
  if why then return why end
  local to, upto = args[3], tonumber(args[5])
  local box = box_of(to)
  if box[1] ~= args[4] then return 1 end
  box[4] = math.max(box[4], math.min(upto, box[3]))
  trim_box(to, box)
  put_box(to, box)
  return 1
end }

-- to, epoch: this partition is older than the one it sends to remembers. What it has is numbered anew.
redis.register_function { function_name = 'quipu1_renumber', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden(carrying)
  if why then return why end
  local box = box_of(args[3])
  put_box(args[3], { args[4], 1, box[3] - box[2] + 1, 0 })
  return 1
end }
