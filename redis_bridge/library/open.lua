-- The first call of a node: whether it may use what is here. The format of the rows, and how many
-- partitions there are (none said: one), is written by who comes first; a node that does not know it
-- refuses to start.

local data_format = '1'

-- how many partitions a namespace is made with, whether it is only looked for: {format, the one that is known here,
-- the library's digest, partitions}
redis.register_function { function_name = 'quipu1_open', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = forbidden({ 'HGET', 'HSET' })
  if why then return why end
  local there = call('HGET', prefix .. 'meta', 'format')
  if not there and args[4] ~= '' then return { data_format, data_format, library_digest, args[3] } end
  if not there then
    there = data_format
    if tonumber(args[3]) > 1 then call('HSET', prefix .. 'meta', 'partitions', args[3]) end
    call('HSET', prefix .. 'meta', 'format', there)
  end
  return { there, data_format, library_digest, call('HGET', prefix .. 'meta', 'partitions') or '1' }
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
