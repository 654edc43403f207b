-- Gives the stamps that a query needs in one model, creates those that are missing, and registers the query's shapes. Whoever is about to
-- load an entry takes its lease in the same step, and sees whether somebody has stored it meanwhile.
--
--   KEYS[1]   model       hash: 'root'; 'off' while the model is switched off; per registered shape 'shape <id>' (until when entries of
--                         it may live, in milliseconds of Redis' clock), 'stamp <id>' and 'mark <id>'; 'version' of the registry
--   KEYS[2..] values      one string per value stamp; then, with a token, the lease and the entry
--   ARGV[1]   identity    of the server; a root stamp made under another identity counts as missing
--   ARGV[2]   nonce       for every stamp that is missing; used by no other call
--   ARGV[3]   retainMs    milliseconds a value stamp lives at least, more than 0
--   ARGV[4]   shapesMax   shapes of this model, at most
--   ARGV[5]   preciseMax  shapes of this model past which only those without a list of columns ('<fields>|*') are registered
--   ARGV[6]   token       of who takes the lease; '' for the stamps alone
--   ARGV[7]   leaseMs     milliseconds, more than 0
--   ARGV[8]   shapes      the number of shapes; their ids follow, then the ids of the shapes whose marks are wanted
--
--   returns   { root, a stamp per shape, a mark per mark, a stamp per value key }; '' for a shape that was refused, and its mark. With a
--             token then -1, or the milliseconds that another holder of the lease has left; those that the entry has left; and the entry,
--             if there is one. With a token, of a model that is switched off: { 'OFF' }, and nothing is done
--
-- Why a script: a shape must be registered before anyone can hold its stamp, and a registration must be visible as a new
-- version in the same step; otherwise a writer with an old copy of the registry would not know what to touch. And marks
-- must be read in the step that creates stamps, or one that moved in between would not be noticed. The lease and the entry could be had by
-- commands of their own, which cost every miss more than they do here.
-- Slot: every key carries the model's {hash tag}.
local prefix = ARGV[1] .. ':'
-- A client may send a command again when the connection broke before the reply. The time tells the second run from the
-- first, or a stamp that was removed in between would return.
local time = redis.call('TIME')
local fresh = ARGV[2] .. string.format('%08x%05x', time[1], time[2])
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local retainMs = tonumber(ARGV[3])
local stamps = {}

local root, off = unpack(redis.call('HMGET', KEYS[1], 'root', 'off'))
local isLoad = ARGV[6] ~= ''
if isLoad and off then
  return { 'OFF' }
end
if not root or string.sub(root, 1, #prefix) ~= prefix then
  root = prefix .. fresh
  redis.call('HSET', KEYS[1], 'root', root)
end
stamps[1] = root

-- Forgets the shapes that nobody has used for as long as their entries live; with their stamps, so that an entry that is
-- left all the same is invalid. Writers shall not go on touching them. Returns how many are left.
local function countShapes()
  local count, version = 0, nil
  local fields = redis.call('HGETALL', KEYS[1])
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 6) == 'shape ' then
      local id = string.sub(fields[i], 7)
      if (tonumber(fields[i + 1]) or 0) < nowMs then
        redis.call('HDEL', KEYS[1], fields[i], 'stamp ' .. id, 'mark ' .. id)
        version = fresh
      else
        count = count + 1
      end
    end
  end
  if version then
    redis.call('HSET', KEYS[1], 'version', version)
  end
  return count
end

local function register(id)
  local untilMs = tonumber(redis.call('HGET', KEYS[1], 'shape ' .. id) or '')
  if not untilMs then
    -- A shape that pins at most one column and tells no others apart is never refused: there are only so many columns, and
    -- strangers may make up filters until everything else is taken.
    local isCoarse = string.sub(id, -2) == '|*'
    local isSimple = isCoarse and not string.find(id, ',', 1, true)
    if not isSimple and countShapes() >= tonumber(isCoarse and ARGV[4] or ARGV[5]) then
      return false
    end
    redis.call('HSET', KEYS[1], 'version', fresh)
  end
  -- Not with every call: a tenth of the time more or less does not matter.
  if not untilMs or untilMs < nowMs + retainMs * 0.9 then
    redis.call('HSET', KEYS[1], 'shape ' .. id, string.format('%.0f', nowMs + retainMs))
    countShapes()
  end
  return true
end

local function obtain(field)
  local stamp = redis.call('HGET', KEYS[1], field)
  if not stamp then
    stamp = fresh
    redis.call('HSET', KEYS[1], field, stamp)
  end
  return stamp
end

local shapes = tonumber(ARGV[8])
for i = 9, 8 + shapes do
  stamps[#stamps + 1] = register(ARGV[i]) and obtain('stamp ' .. ARGV[i]) or ''
end
for i = 9 + shapes, #ARGV do
  stamps[#stamps + 1] = redis.call('HEXISTS', KEYS[1], 'shape ' .. ARGV[i]) == 1 and obtain('mark ' .. ARGV[i]) or ''
end

-- Entries that depend on it live no longer, and what nobody uses any more goes by itself. Longer than asked for, so that
-- not every call prolongs it. Being switched off does not go by itself.
if not off and redis.call('PTTL', KEYS[1]) < retainMs then
  redis.call('PEXPIRE', KEYS[1], math.ceil(retainMs * 1.5))
end

local lastValue = isLoad and #KEYS - 2 or #KEYS
for i = 2, lastValue do
  local stamp = redis.call('GET', KEYS[i])
  if not stamp then
    stamp = fresh
    redis.call('SET', KEYS[i], stamp, 'PX', retainMs)
  elseif redis.call('PTTL', KEYS[i]) < retainMs then
    redis.call('PEXPIRE', KEYS[i], retainMs)
  end
  stamps[#stamps + 1] = stamp
end

if isLoad then
  local lease, entry = KEYS[lastValue + 1], KEYS[lastValue + 2]
  local isTaken = redis.call('SET', lease, ARGV[6], 'NX', 'PX', ARGV[7])
  stamps[#stamps + 1] = isTaken and -1 or math.max(redis.call('PTTL', lease), 0)
  stamps[#stamps + 1] = redis.call('PTTL', entry)
  stamps[#stamps + 1] = redis.call('GET', entry)
end

return stamps
