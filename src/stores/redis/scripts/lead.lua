-- Takes or prolongs the lead of a partition.
--
--   KEYS[1]  lead
--   ARGV[1]  token    of who asks
--   ARGV[2]  leaseMs  milliseconds, more than 0
--
--   returns  LEADING | HELD
--
-- Why a script: who prolongs must not prolong the lead of another.
-- Slot: one key.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 'HELD'
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'LEADING'
