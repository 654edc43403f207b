-- Prolongs a lease that is still held.
--
--   KEYS[1]  lease
--   ARGV[1]  token    of the holder
--   ARGV[2]  leaseMs  milliseconds from now, more than 0
--
--   returns  RENEWED | LOST
--
-- Why a script: a holder that slept past its lease must not prolong somebody else's.
-- Slot: one key.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'LOST'
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'RENEWED'
