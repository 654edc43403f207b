-- Frees a lease that is still held, and wakes those who wait for it. Those who wait for one that Redis has lost (evicted, flushed) are
-- woken too, to ask again: nobody else would tell them before it would have ended. What was loaded is stored first, whoever holds the
-- lease by now.
--
--   KEYS[1]  lease
--   KEYS[2]  entry     absent where nothing is to be stored
--   ARGV[1]  token     of the holder
--   ARGV[2]  channel   on which the waiters listen
--   ARGV[3]  outcome   'filled', 'failed' or 'outdated', the message
--   ARGV[4]  text      of the entry
--   ARGV[5]  retainMs  milliseconds that it is kept, more than 0
--
--   returns  RELEASED | LOST | TAKEN  the last by another holder, who will wake them
--
-- Why a script: compare and delete must be one step; a holder that slept past its lease must not free somebody else's. And to store an
-- entry and release its lease is one command.
-- Slot: both keys carry the model's {hash tag}; a message reaches every node of a cluster.
if KEYS[2] then
  redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[5])
end
local holder = redis.call('GET', KEYS[1])
if not holder then
  redis.call('PUBLISH', ARGV[2], 'filled')
  return 'LOST'
end
if holder ~= ARGV[1] then
  return 'TAKEN'
end
redis.call('UNLINK', KEYS[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 'RELEASED'
