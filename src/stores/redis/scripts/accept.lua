-- Accepts writes on rows of one partition: appends them to its stream, and lets the lookups of the rows answer what they will be.
--
--   KEYS[1]   model       hash with the stamps 'root' and 'stamp <shape>'
--   KEYS[2]   state       hash: 'backlog', 'partitions', 'server', 'life'
--   KEYS[3]   marks       hash: name of a lookup -> the latest write on its row
--   KEYS[4]   gates       sorted set: synchronous writes under way, scored with their deadlines
--   KEYS[5]   stream      per entry 'life', and 'writes' with the separator U+001E between them
--   KEYS[6..] per row     the guard by which it was known (only if it had to be, and is that of no answer); per answer its guard
--                         and its entry
--   ARGV[1]   server      identity of the server
--   ARGV[2]   nonce       used by no other call; begins a life of the stream where the server is another one than before
--   ARGV[3]   partitions  how many there should be
--   ARGV[4]   backlogMax  writes that may be accepted and not settled
--   ARGV[5]   whole       '1' if all rows are accepted or none
--   ARGV[6]   none        what an entry ends with that says that there is no row
--   ARGV[7]   root        stamp that the entries carry
--   ARGV[8]   shapes      the number of shapes, then each as '<field>', '<stamp>'
--   then per row          the held stamp ('' for none), and which answer has its guard (from 1; 0 for none); the number of answers, and
--                         each as name, '1' if the lookup is new to the row, fresh stamp, retainMs (milliseconds, more than 0), entry
--                         ('' for none); the number of writes, and each
--
--   returns   { 'ACCEPTED', backlog, then 'C' or 'T' or '' per row: held stamp changed, taken, or accepted } |
--             { 'CHANGED' } | { 'GATED', ids of gates: 64 at most } | { 'FULL' } | { 'PARTITIONED', how many }
--
-- Why a script: a write is accepted, visible to every lookup, and ordered among those of its row in one step.
-- Nothing is written before XADD, which a server without memory refuses: then nothing has happened.
-- Slot: every key carries the model's {hash tag}.
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local newest = redis.call('ZREVRANGE', KEYS[4], 0, 0, 'WITHSCORES')
if newest[2] and tonumber(newest[2]) > nowMs then
  return { 'GATED', unpack(redis.call('ZRANGE', KEYS[4], 0, 63)) }
elseif newest[2] then
  -- The writer died, perhaps after its commit and before it said so: what was known of any row may be older.
  redis.call('HDEL', KEYS[1], 'root')
  redis.call('UNLINK', KEYS[4])
  return { 'CHANGED' }
end

local at = 0
local function take()
  at = at + 1
  return ARGV[at]
end
local keyAt = 5
local function takeKey()
  keyAt = keyAt + 1
  return KEYS[keyAt]
end

local server, nonce, partitions, backlogMax, isWhole = take(), take(), take(), tonumber(take()), take() == '1'
local none, root = take(), take()
local state = redis.call('HMGET', KEYS[2], 'backlog', 'partitions', 'server', 'life')
local backlog = tonumber(state[1]) or 0
if state[2] and state[2] ~= partitions and backlog > 0 then
  return { 'PARTITIONED', state[2] }
end
if backlog >= backlogMax then
  return { 'FULL' }
end
local isSame = redis.call('HGET', KEYS[1], 'root') == root
for _ = 1, tonumber(take()) do
  local field, stamp = take(), take()
  isSame = isSame and redis.call('HGET', KEYS[1], field) == stamp
end
if not isSame then
  return { 'CHANGED' }
end

-- Whether something is pending on the lookup of a new row, or stored for it: the row may exist.
local function isTaken(answer, held)
  if redis.call('HEXISTS', KEYS[3], answer[3]) == 1 then
    return true
  end
  local stamp = redis.call('GET', answer[1])
  if not stamp or stamp == held then
    return false
  end
  local stored = redis.call('GET', answer[2])
  local isRow = stored and string.sub(stored, -#none) ~= none
  return isRow and string.find(stored, stamp, 1, true) ~= nil
end

local reply = { 'ACCEPTED', 0 }
local isRefused = false
local life = state[3] == server and state[4] or nonce
local writes = {}
local answers = {}
while at < #ARGV do
  local held, place = take(), tonumber(take())
  local heldKey = held ~= '' and place == 0 and takeKey()
  local own = {}
  for i = 1, tonumber(take()) do
    own[i] = { takeKey(), takeKey(), take(), take() == '1', take(), take(), take() }
  end
  local verdict = ''
  if held ~= '' and redis.call('GET', heldKey or own[place][1]) ~= held then
    verdict = 'C'
  end
  for _, answer in ipairs(own) do
    if verdict == '' and answer[4] and isTaken(answer, held) then
      verdict = 'T'
    end
  end
  for _ = 1, tonumber(take()) do
    local write = take()
    if verdict == '' then
      writes[#writes + 1] = write
    end
  end
  if verdict == '' then
    for _, answer in ipairs(own) do
      answers[#answers + 1] = answer
    end
  end
  isRefused = isRefused or verdict ~= ''
  reply[#reply + 1] = verdict
end
if isWhole and isRefused then
  writes = {}
  for i = 3, #reply do
    reply[i] = reply[i] == '' and 'C' or reply[i]
  end
end
if #writes == 0 then
  reply[2] = backlog
  return reply
end

local id = redis.call('XADD', KEYS[5], '*', 'life', life, 'writes', table.concat(writes, '\30'))
if life ~= state[4] or state[2] ~= partitions then
  redis.call('HSET', KEYS[2], 'server', server, 'life', life, 'partitions', partitions)
end
reply[2] = redis.call('HINCRBY', KEYS[2], 'backlog', #writes)
for _, answer in ipairs(answers) do
  local guardKey, entryKey, name, _, fresh, retainMs, text = unpack(answer)
  redis.call('HSET', KEYS[3], name, id)
  if text == '' then
    redis.call('UNLINK', guardKey)
  else
    redis.call('SET', guardKey, fresh, 'PX', retainMs)
    redis.call('SET', entryKey, text, 'PX', retainMs)
  end
end
return reply
