-- Takes the lease to load one entry, or says for how long somebody else holds it.
--
--   KEYS[1]  lease
--   ARGV[1]  token    of the taker
--   ARGV[2]  leaseMs  milliseconds, more than 0
--
--   returns  -1 when taken; otherwise the milliseconds that the holder has left
--
-- Why a script: the loser learns in the same round trip how long to wait.
-- Slot: one key.
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return -1
end
return math.max(redis.call('PTTL', KEYS[1]), 0)
