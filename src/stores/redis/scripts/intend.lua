-- Records, or renews, that a write is under way on some tables.
--
--   KEYS[1]   intents  sorted set: '<table> <id>' scored with the moment after which the writer is presumed dead
--   ARGV[1]   leaseMs  milliseconds until then, more than 0
--   ARGV[2..] members  '<table> <id>'
--
--   returns   RECORDED
--
-- Why a script: the deadline is taken from the clock of Redis, the only one that every process shares.
-- Slot: one key.
local time = redis.call('TIME')
local deadlineMs = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])
for i = 2, #ARGV do
  redis.call('ZADD', KEYS[1], deadlineMs, ARGV[i])
end
return 'RECORDED'
