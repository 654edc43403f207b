-- Takes or prolongs the lead of a partition.
--
--   KEYS[1]  lead
--   ARGV[1]  token    of who asks
--   ARGV[2]  leaseMs  milliseconds, more than 0
--   ARGV[3]  how      'take': also where nobody has it | 'keep'
--
--   returns  LEADING | HELD
--
-- Why a script: who prolongs must not prolong the lead of another, nor take back one that was lost.
-- UNLINK first: after it Redis allows SET when it is out of memory, and a flush is what makes room.
-- Slot: one key.
local holder = redis.call('GET', KEYS[1])
if holder ~= ARGV[1] and (holder or ARGV[3] == 'keep') then
  return 'HELD'
end
redis.call('UNLINK', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'LEADING'
