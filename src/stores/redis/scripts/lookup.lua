-- Reads an entry and the stamps of its tags.
--
--   KEYS[1]   entry
--   KEYS[2..] stamps  a hash with stamps in fields, or a string that is one
--   ARGV      for each of KEYS[2..]: the number of fields, 0 for a string, and then the fields
--
--   returns   one text: milliseconds until the entry expires and the values in order, each behind a space, '-' where there is
--             none; then, if there is an entry, a line feed and the entry
--
-- Why a script: nothing here needs to be atomic, but one command and one text cost a process less than one for every key.
-- Slot: the keys of several models lie in several; on a cluster the commands are sent one by one instead.
local call = redis.call
local entry = call('GET', KEYS[1])
local words = { call('PTTL', KEYS[1]) }
local at = 1
for i = 2, #KEYS do
  local count = tonumber(ARGV[at])
  if count == 0 then
    words[#words + 1] = call('GET', KEYS[i]) or '-'
  else
    local values = call('HMGET', KEYS[i], unpack(ARGV, at + 1, at + count))
    for j = 1, count do
      words[#words + 1] = values[j] or '-'
    end
  end
  at = at + count + 1
end
local head = table.concat(words, ' ')
return entry and head .. '\n' .. entry or head
