-- Sets a write aside: one that the database refused, or one that waits behind a refused one of its row.
--
--   KEYS[1]   lead       of the partition
--   KEYS[2]   dead       hash: row -> '<id>\n<failure>' of its dead letter
--   KEYS[3]   aside      set of the writes that were set aside
--   KEYS[4]   parked     list: what was set aside for the row, in order, the dead letter first
--   KEYS[5]   marks      hash: name of a lookup -> the latest write on its row
--   KEYS[6..] guards     of the lookups that found the row while the write was pending
--   ARGV[1]   token      of who must lead
--   ARGV[2]   row
--   ARGV[3]   id         of the write: '<partition>:<entry>/<index>'
--   ARGV[4]   write
--   ARGV[5]   failure    '' for a write that waits
--   ARGV[6]   entry      of the stream
--   ARGV[7..] names    whose marks go, unless something newer is marked there
--
--   returns   ASIDE | NOT-LEADING | NOT-BLOCKED
--
-- Why a script: a write is either in the stream to be applied, or aside. Who was replaced must not set aside what was applied since.
-- Slot: every key carries the model's {hash tag}.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'NOT-LEADING'
end
if redis.call('SISMEMBER', KEYS[3], ARGV[3]) == 1 then
  return 'ASIDE'
end
local isBlocked = redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1
if ARGV[5] == '' and not isBlocked then
  return 'NOT-BLOCKED'
end
-- Changes nothing; after it Redis allows the others when it is out of memory: what else stands in the page can be settled then.
redis.call('SREM', KEYS[3], ARGV[3])
redis.call('RPUSH', KEYS[4], ARGV[4])
redis.call('SADD', KEYS[3], ARGV[3])
if not isBlocked then
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] .. '\n' .. ARGV[5])
end
for i = 6, #KEYS do
  redis.call('UNLINK', KEYS[i])
end
for i = 7, #ARGV do
  if redis.call('HGET', KEYS[5], ARGV[i]) == ARGV[6] then
    redis.call('HDEL', KEYS[5], ARGV[i])
  end
end
return 'ASIDE'
