-- What the jobs of a flow add up to: "ms:" and app and topic joined has the places of the rows in
-- their order, "mr:" with the place behind them a row: field "." is {key, from, until or false,
-- arming or false, how many it tallies}; "+CELL" a sum, "=CELL" the smallest or greatest text (where
-- each partition has a part of the row: "<CELL" the smallest, ">CELL" the greatest), "#" and cell and
-- text joined a tally.

local most_tallied = 1000

local function measures_row(of, place) return prefix .. 'mr:' .. joined(of, place) end

-- `what`: {key, from, until or false, place, additions}; an addition: {cell, how, amount, text}.
local function measure(job, what)
  local of, place = joined(identity(job)[2], identity(job)[4]), what[4]
  local key = measures_row(of, place)
  local row = call('HGET', key, '.')
  if row then
    row = unpacked(row)
    if row[3] then
      row[3] = what[3] and math.max(row[3], what[3])
      if not row[3] then
        call('ZREM', prefix .. 't', timer(row[4], 'm', joined(of, place)))
        row[4] = false
      end
    end
  else
    row = { what[1], what[2], what[3], what[3] and arm_timer(what[3], 'm', joined(of, place)), 0 }
    call('ZADD', prefix .. 'ms:' .. of, 0, place)
  end
  for _, add in ipairs(what[5]) do
    local cell, how, amount, text = add[1], add[2], add[3], add[4]
    if how == 'sum' then
      redis.pcall('HINCRBY', key, '+' .. cell, amount)
    elseif how == 'tally' then
      if call('HEXISTS', key, '#' .. joined(cell, text)) == 0 then
        if row[5] == most_tallied then text = '' else row[5] = row[5] + 1 end
      end
      redis.pcall('HINCRBY', key, '#' .. joined(cell, text), amount)
    else
      local field = (not here and '=' or how == 'least' and '<' or '>') .. cell
      local before = call('HGET', key, field)
      if not before or (how == 'least' and precedes(text, before)) or
        (how == 'most' and precedes(before, text)) then
        call('HSET', key, field, text)
      end
    end
  end
  call('HSET', key, '.', pack(row))
end

-- The time that was set when the row was made has come; since then it may have been prolonged.
local function expire_measures(about, arming, now_ms)
  local of, place = parted(about)
  local key = measures_row(of, place)
  local row = call('HGET', key, '.')
  if not row then return call('ZREM', prefix .. 'ms:' .. of, place) end
  row = unpacked(row)
  if row[4] ~= arming then return end
  if row[3] > now_ms then
    row[4] = arm_timer(row[3], 'm', about)
    call('HSET', key, '.', pack(row))
  else
    call('DEL', key)
    call('ZREM', prefix .. 'ms:' .. of, place)
  end
end

-- app, topic, first place, place to stop at, from, before ('': any), most: {whether there are more, rows}
redis.register_function { function_name = 'quipu1_measures', flags = { 'no-writes' }, callback = function(keys, args)
  begin(keys, args)
  local of, first, stop = joined(args[3], args[4]), '[' .. args[5], '(' .. args[6]
  local from, before, most = tonumber(args[7]), tonumber(args[8]), tonumber(args[9])
  local rows = {}
  while true do
    local places = call('ZRANGE', prefix .. 'ms:' .. of, first, stop, 'BYLEX', 'LIMIT', 0, 100)
    for _, place in ipairs(places) do
      local row = call('HGETALL', measures_row(of, place))
      local begins
      for i = 1, #row, 2 do if row[i] == '.' then begins = unpacked(row[i + 1])[2] end end
      if begins and (not from or begins >= from) and (not before or begins < before) then
        if #rows == most then return { 1, rows } end
        rows[#rows + 1] = { place, row }
      end
    end
    if #places < 100 then return { 0, rows } end
    first = '(' .. places[#places]
  end
end }
