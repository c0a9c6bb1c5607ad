-- What a user may do: asked command by command, each as this library runs it.

-- Where a command takes a key or a channel it is one of ours. README.md has the same list.
local function asked()
  local bell = prefix .. 'bell:' .. nobody
  local all = { { 'FUNCTION', 'LOAD', '' }, { 'SELECT', '0' }, { 'TIME' }, { 'SUBSCRIBE', bell }, { 'PUBLISH', bell, '' },
    { 'FCALL', 'quipu1_open', '1', prefix }, { 'SCAN', '0' }, { 'WAIT', '0', '0' }, { 'INFO' }, { 'CONFIG', 'GET', 'appendfsync' } }
  for _, name in ipairs({ 'DEL', 'EXISTS', 'GET', 'HDEL', 'HEXISTS', 'HGET', 'HGETALL', 'HINCRBY', 'HKEYS', 'HLEN',
    'HMGET', 'HSET', 'HVALS', 'LLEN', 'LRANGE', 'LTRIM', 'RPOP', 'RPUSH', 'SADD', 'SET', 'SMEMBERS', 'SREM', 'XADD',
    'XDEL', 'XRANGE', 'ZADD', 'ZRANGE', 'ZREM', 'ZSCORE' }) do
    all[#all + 1] = { name, prefix, prefix, prefix }
  end
  return all
end

-- Those that the user lacks.
redis.register_function { function_name = 'quipu1_lacks', flags = { 'no-writes' }, callback = function(keys, args)
  begin(keys, args)
  local lacks = {}
  for _, words in ipairs(asked()) do
    if not redis.acl_check_cmd(unpack(words)) then
      local has_verb = words[1] == 'FUNCTION' or words[1] == 'CONFIG'
      lacks[#lacks + 1] = has_verb and words[1] .. ' ' .. words[2] or words[1]
    end
  end
  return lacks
end }
