-- Removes accepted writes that are in the database, and the marks of rows that nothing newer waits for.
--
--   KEYS[1]  state    hash: 'backlog', 'life'
--   KEYS[2]  marks    hash: name of a lookup -> the latest write on its row
--   KEYS[3]  aside    set of writes that were set aside
--   KEYS[4]  stream
--   ARGV[1]  partition
--   then     per entry of the stream its id, the life of the server it was accepted in, the number of its writes, and the names of lookups
--            with a space between them
--
--   returns  the places, from 0, of entries that are not there: settled before, or lost
--
-- Why a script: of two who settle the same entry one must count it. Idempotent.
-- Slot: every key carries the model's {hash tag}.
local current = redis.call('HGET', KEYS[1], 'life')
local isAnyAside = redis.call('EXISTS', KEYS[3]) == 1
local absent = {}
local at = 2
local place = 0

-- Ids repeat in another life of the server, so that one must be looked at.
local function remove(id, life)
  if life ~= current then
    local found = redis.call('XRANGE', KEYS[4], id, id)[1]
    if not found or found[2][2] ~= life then
      return false
    end
  end
  return redis.call('XDEL', KEYS[4], id) == 1
end

-- A hundred at a time: a call takes any number of names, its stack does not, and a call for each takes several times as long.
local function unmark(names, id)
  local asked = {}
  local function unmarkAsked()
    local marks = redis.call('HMGET', KEYS[2], unpack(asked))
    local own = {}
    for i = 1, #asked do
      if marks[i] == id then
        own[#own + 1] = asked[i]
      end
    end
    if #own > 0 then
      redis.call('HDEL', KEYS[2], unpack(own))
    end
    asked = {}
  end
  for name in string.gmatch(names, '%S+') do
    asked[#asked + 1] = name
    if #asked == 100 then
      unmarkAsked()
    end
  end
  if #asked > 0 then
    unmarkAsked()
  end
end

while at <= #ARGV do
  local id, life, writes, names = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3]
  if remove(id, life) then
    redis.call('HINCRBY', KEYS[1], 'backlog', -writes)
    if isAnyAside then
      for index = 0, writes - 1 do
        redis.call('SREM', KEYS[3], ARGV[1] .. ':' .. id .. '/' .. index)
      end
    end
    unmark(names, id)
  else
    absent[#absent + 1] = place
  end
  at = at + 4
  place = place + 1
end
return absent
