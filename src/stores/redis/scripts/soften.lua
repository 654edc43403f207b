-- Replaces a stamp by a new one that names the one before: what was stored under that may be served until it is loaded again.
--
--   KEYS[1]  stamp, or the hash that has it in a field
--   ARGV[1]  field    '' for a string
--   ARGV[2]  fresh    the new stamp; the same for all that one invalidation replaces, and used by no other
--   ARGV[3]  prefix   what the current stamp must begin with: the identity of the server, for a root; else ''
--
-- Why a script: a stamp that another invalidation removes meanwhile must not return.
-- Without memory for it the stamp is removed: then nothing that carries it is served.
-- Slot: one key.
local isField = ARGV[1] ~= ''
local current
if isField then
  current = redis.call('HGET', KEYS[1], ARGV[1])
else
  current = redis.call('GET', KEYS[1])
end
if not current or string.sub(current, 1, #ARGV[3]) ~= ARGV[3] then
  return 'ABSENT'
end
local after = ARGV[2] .. '<' .. string.match(current, '^[^<]*')
local reply
if isField then
  reply = redis.pcall('HSET', KEYS[1], ARGV[1], after)
else
  reply = redis.pcall('SET', KEYS[1], after, 'KEEPTTL')
end
if type(reply) == 'table' and reply.err then
  if isField then
    redis.call('HDEL', KEYS[1], ARGV[1])
  else
    redis.call('UNLINK', KEYS[1])
  end
  return 'REMOVED'
end
return 'SOFTENED'
