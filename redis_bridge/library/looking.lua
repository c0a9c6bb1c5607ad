-- Reading without changing anything.

local reading = { 'no-writes' }

redis.register_function { function_name = 'quipu1_read', flags = reading, callback = function(keys, args)
  begin(keys, args)
  local job = find(args[3])
  return job and look(job) or no('no job')
end }

-- job, first, most: {total, first, records, checkpoint}
redis.register_function { function_name = 'quipu1_history', flags = reading, callback = function(keys, args)
  begin(keys, args)
  local history, job, most = prefix .. 'h:' .. args[3], find(args[3]), tonumber(args[5])
  if not job then return no('no job') end
  local gone, checkpoint = condensed(job)
  local first = math.max(tonumber(args[4]), gone + 1)
  return { gone + call('LLEN', history), first,
    most > 0 and call('LRANGE', history, first - gone - 1, first - gone + most - 2) or {},
    first == gone + 1 and checkpoint or '' }
end }

-- list, time, number (from behind which on), time to stop at, app, topic, state, most, how many to look
-- at: {whether that was all, time and number of the last one looked at, rows, how many}
redis.register_function { function_name = 'quipu1_jobs', flags = reading, callback = function(keys, args)
  begin(keys, args)
  local list, time, number, stop = prefix .. args[3], args[4], tonumber(args[5]), args[6]
  local app, topic, state, most, looks = args[7], args[8], args[9], tonumber(args[10]), tonumber(args[11])
  local rows, at, looked = {}, 0, 0
  while true do
    local page = call('ZRANGE', list, time, stop, 'BYSCORE', 'REV', 'LIMIT', at, 100, 'WITHSCORES')
    for i = 1, #page, 2 do
      local born, score = tonumber(sub(page[i], 1, 15)), page[i + 1]
      if tonumber(score) < tonumber(time) or born < number then
        local id = sub(page[i], 16)
        local row = call('HMGET', prefix .. 'j:' .. id, 'i', 'e')
        local who, mark = row[1] and unpacked(row[1]), row[2] and unpacked(row[2])
        local fits = who and (app == '' or who[2] == app) and (topic == '' or who[4] == topic) and
          (state == '' or state == (mark and mark[1] or 'running'))
        if (fits and #rows == most) or looked == looks then return { 0, time, number, rows, looked } end
        if score ~= time then at = 0 end
        looked, time, number = looked + 1, score, born
        if fits then rows[#rows + 1] = { id, row[1], row[2] or '', born } end
      end
    end
    if #page < 200 then return { 1, time, number, rows, looked } end
    -- The next page begins behind those of the same time that have been looked at.
    for i = 1, #page, 2 do if page[i + 1] == time then at = at + 1 end end
  end
end }

-- after, most. One by one: what a call gives is joined by copying all that is there of it so far, for each MiB.
redis.register_function { function_name = 'quipu1_published', flags = reading, callback = function(keys, args)
  local after, rows = '(' .. args[3] .. '-0', {}
  while #rows < tonumber(args[4]) do
    local row = redis.call('XRANGE', keys[1] .. 'p', after, '+', 'COUNT', 1)[1]
    if not row then break end
    rows[#rows + 1] = row
    after = '(' .. row[1]
  end
  return rows
end }
