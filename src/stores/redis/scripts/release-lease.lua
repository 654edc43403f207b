-- Frees a lease that is still held, and wakes those who wait for it.
--
--   KEYS[1]  lease
--   ARGV[1]  token    of the holder
--   ARGV[2]  channel  on which the waiters listen
--   ARGV[3]  outcome  'filled', 'failed' or 'outdated', the message
--
--   returns  RELEASED | LOST
--
-- Why a script: compare and delete must be one step; a holder that slept past its lease must not free somebody else's.
-- Slot: one key; a message reaches every node of a cluster.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'LOST'
end
redis.call('UNLINK', KEYS[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 'RELEASED'
