-- Removes the stamps that a write touches in one model, unless a shape was registered that the writer did not know.
--
--   KEYS[1]   model    hash: root stamp, shape stamps, registered shapes
--   KEYS[2..] values   the value stamps to remove
--   ARGV[1]   version  of the registry the writer decided with; '' for an empty one
--   ARGV[2..] fields   of the hash to remove: 'root', 'stamp <shape>'
--
--   returns   { 'TOUCHED' } | { 'CHANGED', version, the registered shapes... }
--
-- Why a script: comparing and removing must be one step; a shape registered in between would keep its stamps.
-- Only HDEL and UNLINK write, which Redis allows when it is out of memory.
-- Slot: every key carries the model's {hash tag}.
local version = redis.call('HGET', KEYS[1], 'version') or ''
if version ~= ARGV[1] then
  local reply = { 'CHANGED', version }
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.sub(field, 1, 6) == 'shape ' then
      reply[#reply + 1] = string.sub(field, 7)
    end
  end
  return reply
end
-- `unpack` takes only so many at a time.
for i = 2, #ARGV, 1000 do
  redis.call('HDEL', KEYS[1], unpack(ARGV, i, math.min(i + 999, #ARGV)))
end
for i = 2, #KEYS, 1000 do
  redis.call('UNLINK', unpack(KEYS, i, math.min(i + 999, #KEYS)))
end
return { 'TOUCHED' }
