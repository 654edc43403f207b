-- Removes accepted writes that are in the database, and the marks of rows that nothing newer waits for.
--
--   KEYS[1]   state    hash: 'backlog'
--   KEYS[2]   marks    hash: name of a lookup -> the latest write on its row
--   KEYS[3]   aside    set of writes that were set aside
--   KEYS[4]   stream
--   KEYS[5..] guards   of the lookups that found the rows, in the order of the names
--   ARGV[1]   partition
--   then      per entry of the stream its id, the life of the server it was accepted in, the number of its writes, the number of
--             names of lookups, and each
--
--   returns   SETTLED
--
-- Why a script: of two who settle the same entry one must count it. Idempotent.
-- Where the server lost the entry, or it is another one by now, what its lookups answer was made without it: their guards go.
-- Slot: every key carries the model's {hash tag}.
local at = 2
local keyAt = 4
while at <= #ARGV do
  local id, life, writes, names = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local found = redis.call('XRANGE', KEYS[4], id, id)[1]
  local isSame = found ~= nil and found[2][2] == life
  if isSame then
    redis.call('XDEL', KEYS[4], id)
    redis.call('HINCRBY', KEYS[1], 'backlog', -writes)
    if redis.call('EXISTS', KEYS[3]) == 1 then
      for index = 0, writes - 1 do
        redis.call('SREM', KEYS[3], ARGV[1] .. ':' .. id .. '/' .. index)
      end
    end
  end
  for i = 1, names do
    local name = ARGV[at + 3 + i]
    if not isSame then
      redis.call('UNLINK', KEYS[keyAt + i])
    elseif redis.call('HGET', KEYS[2], name) == id then
      redis.call('HDEL', KEYS[2], name)
    end
  end
  at = at + 4 + names
  keyAt = keyAt + names
end
return 'SETTLED'
