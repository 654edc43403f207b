-- Says, or says again, that a synchronous write on a model is under way: nothing is accepted meanwhile.
--
--   KEYS[1]  gates    sorted set: ids scored with the moment after which the writer is presumed dead
--   ARGV[1]  id
--   ARGV[2]  leaseMs  milliseconds until then, more than 0
--
--   returns  OPEN
--
-- Why a script: the deadline is taken from the clock of Redis, the only one that every process shares.
-- ZREM first: after it Redis allows ZADD when it is out of memory, which is when writes are made at once.
-- Gates of the dead stay until the next acceptance, which drops the root with them.
-- Slot: one key.
local time = redis.call('TIME')
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2]), ARGV[1])
return 'OPEN'
