-- Gives the stamp of one tag that a user named, and creates it when it is missing.
--
--   KEYS[1]  stamp
--   ARGV[1]  nonce     for the stamp if there is none; used by no other call
--   ARGV[2]  retainMs  milliseconds it lives at least, more than 0
--
--   returns  the stamp
--
-- Why a script: reading, creating and prolonging must be one step, or two readers could hold different stamps of one tag.
-- Slot: one key.
local retainMs = tonumber(ARGV[2])
local stamp = redis.call('GET', KEYS[1])
if not stamp then
  -- The time tells this run from another one of the same call: a client may send a command again when it saw no reply.
  local time = redis.call('TIME')
  stamp = ARGV[1] .. string.format('%08x%05x', time[1], time[2])
  redis.call('SET', KEYS[1], stamp, 'PX', retainMs)
  return stamp
end
if redis.call('PTTL', KEYS[1]) < retainMs then
  redis.call('PEXPIRE', KEYS[1], retainMs)
end
return stamp
