-- Reads an entry and the stamps of its tags.
--
--   KEYS[1]   entry
--   KEYS[2..] stamps  a hash with stamps in fields, or a string that is one
--   ARGV      for each of KEYS[2..]: the number of fields, 0 for a string, and then the fields
--
--   returns   { the entry or nil, milliseconds until it expires, the values in order, nil where there is none }
--
-- Why a script: nothing here needs to be atomic, but one command costs a process less than one for every key.
-- Slot: the keys of several models lie in several; on a cluster the commands are sent one by one instead.
local reply = { redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1]) }
local at = 1
for i = 2, #KEYS do
  local count = tonumber(ARGV[at])
  if count == 0 then
    reply[#reply + 1] = redis.call('GET', KEYS[i])
  else
    local fields = {}
    for j = 1, count do
      fields[j] = ARGV[at + j]
    end
    for _, value in ipairs(redis.call('HMGET', KEYS[i], unpack(fields))) do
      reply[#reply + 1] = value
    end
  end
  at = at + count + 1
end
return reply
