-- The first call of a node: whether it may use what is here. The format of the rows is written by
-- who comes first; a node that does not know it refuses to start.

local data_format = '1'

redis.register_function { function_name = 'quipu1_open', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden({ 'HGET', 'HSET' })
  if why then return why end
  local there = call('HGET', prefix .. 'meta', 'format')
  if not there then
    there = data_format
    call('HSET', prefix .. 'meta', 'format', there)
  end
  return { there, data_format, library_digest }
end }

-- Everything of a namespace that is for tests.
redis.register_function { function_name = 'quipu1_erase', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  if not string.find(prefix, '^quipu:{test%-') then return no('in use') end
  local position = '0'
  repeat
    local found = call('SCAN', position, 'MATCH', prefix .. '*', 'COUNT', 1000)
    position = found[1]
    for _, key in ipairs(found[2]) do call('DEL', key) end
  until position == '0'
  return 1
end }
