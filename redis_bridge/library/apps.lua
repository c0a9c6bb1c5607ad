-- Deployed versions: the hash "apps" by app and version is {app, version, hash, public topics}, the
-- hash "apps:sources" their definitions, the hash "apps:active" an app's active version.

-- app, version, hash, source, public topics
redis.register_function { function_name = 'quipu1_deploy', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local app, version, digest, source, topics = args[3], args[4], args[5], args[6], unpacked(args[7])
  local why = forbidden({ 'HGET', 'HGETALL', 'HSET' })
  if why then return why end
  local name = joined(app, version)
  local there = call('HGET', prefix .. 'apps', name)
  if there then
    there = unpacked(there)
    if there[3] == digest and call('HGET', prefix .. 'apps:sources', name) == source then return 1 end
    return no('other content', there[3])
  end
  local all = {}
  for i, row in ipairs(call('HGETALL', prefix .. 'apps')) do
    if i % 2 == 0 then all[#all + 1] = unpacked(row) end
  end
  table.sort(all, function(one, other)
    if one[1] ~= other[1] then return precedes(one[1], other[1]) end
    return precedes(one[2], other[2])
  end)
  for _, topic in ipairs(topics) do
    for _, other in ipairs(all) do
      for _, theirs in ipairs(other[1] ~= app and other[4] or {}) do
        if theirs == topic then return no('topic', topic, other[1]) end
      end
    end
  end
  call('HSET', prefix .. 'apps:sources', name, source)
  call('HSET', prefix .. 'apps', name, pack({ app, version, digest, topics }))
  return 1
end }

redis.register_function { function_name = 'quipu1_activate', flags = { 'allow-oom' }, callback = function(keys, args)
  begin(keys, args)
  local why = here and forbidden(everything)
  if why then return why end
  if call('HEXISTS', prefix .. 'apps', joined(args[3], args[4])) == 0 then return no('not deployed') end
  call('HSET', prefix .. 'apps:active', args[3], args[4])
  for other = 1, partitions - 1 do send_over(other, 'active', args[3], args[4]) end -- apps are in the first one
  keep_counters()
  return rung()
end }

-- {row, source, active version or ''}
redis.register_function { function_name = 'quipu1_fetch', flags = reading, callback = function(keys, args)
  begin(keys, args)
  local name = joined(args[3], args[4])
  local row = call('HGET', prefix .. 'apps', name)
  if not row then return no('not deployed') end
  return { row, call('HGET', prefix .. 'apps:sources', name), call('HGET', prefix .. 'apps:active', args[3]) or '' }
end }

-- {rows, active versions by app}
redis.register_function { function_name = 'quipu1_apps', flags = reading, callback = function(keys, args)
  begin(keys, args)
  return { call('HVALS', prefix .. 'apps'), call('HGETALL', prefix .. 'apps:active') }
end }
