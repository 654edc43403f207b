-- Removes the stamps that a write touches in one model, unless a shape was registered that the writer did not know; and
-- stores what the write knows to be in the database, unless somebody else has written it meanwhile.
--
--   KEYS[1]   model    hash: root stamp, shape stamps, registered shapes
--   KEYS[2..] values   the value stamps to remove; then per replacement the stamp of its guard, its entry, and the value
--                      stamps that it held
--   ARGV[1]   version  of the registry the writer decided with; '' for an empty one
--   ARGV[2]   fields   how many fields of the hash to remove, which follow: 'root', 'stamp <shape>', 'mark <shape>'
--   ARGV[..]  values   how many value stamps to remove
--   ARGV[..]           per replacement: the new stamp of its guard; its shape; the new stamp of the shape, where the write touches that
--                      as a whole, or ''; how long that of the guard and the entry are kept, in milliseconds; the
--                      entry; the number of fields that it held, and each with its stamp; the number of value stamps that it held,
--                      and each
--
--   returns   how many replacements were stored, or the registry that the writer did not know: { version, the registered shapes... }
--
-- Why a script: comparing and removing must be one step; a shape registered in between would keep its stamps. So must
-- comparing and storing: of two writers, the one whose row is older must not be the last to store it.
-- Until the first entry only HDEL and UNLINK write, which Redis allows when it is out of memory.
-- Slot: every key carries the model's {hash tag}.
local version = redis.call('HGET', KEYS[1], 'version') or ''
if version ~= ARGV[1] then
  local reply = { version }
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.sub(field, 1, 6) == 'shape ' then
      reply[#reply + 1] = string.sub(field, 7)
    end
  end
  return reply
end

local fieldsFrom = 3
local fieldsTo = fieldsFrom + ARGV[2] - 1
local valuesFrom = 2
local valuesTo = valuesFrom + ARGV[fieldsTo + 1] - 1

-- Before anything is removed: a mark that was held may be among it.
local replacements
if #ARGV > fieldsTo + 1 then
  replacements = {}
  local at = fieldsTo + 1
  local function take()
    at = at + 1
    return ARGV[at]
  end
  local keyAt = valuesTo
  local function takeKey()
    keyAt = keyAt + 1
    return KEYS[keyAt]
  end
  while at < #ARGV do
    local guard, entry = takeKey(), takeKey()
    local fresh, shape, shapeFresh, retainMs, text = take(), take(), take(), take(), take()
    local isCurrent = true
    for _ = 1, tonumber(take()) do
      local field, stamp = take(), take()
      isCurrent = isCurrent and redis.call('HGET', KEYS[1], field) == stamp
    end
    for _ = 1, tonumber(take()) do
      local key, stamp = takeKey(), take()
      isCurrent = isCurrent and redis.call('GET', key) == stamp
    end
    replacements[#replacements + 1] = { guard, entry, fresh, shape, shapeFresh, retainMs, text, isCurrent }
  end
end

-- `unpack` takes only so many at a time.
for i = fieldsFrom, fieldsTo, 1000 do
  redis.call('HDEL', KEYS[1], unpack(ARGV, i, math.min(i + 999, fieldsTo)))
end
for i = valuesFrom, valuesTo, 1000 do
  redis.call('UNLINK', unpack(KEYS, i, math.min(i + 999, valuesTo)))
end
if not replacements then
  return 0
end

local stored = 0
for _, replacement in ipairs(replacements) do
  local guard, entry, fresh, shape, shapeFresh, retainMs, text, isCurrent = unpack(replacement)
  redis.call('UNLINK', guard)
  -- A shape without a stamp gets one as it does from who obtains it: what was stored under the former one stays invalid.
  if isCurrent and shapeFresh ~= '' and redis.call('HEXISTS', KEYS[1], 'shape ' .. shape) == 1 then
    redis.pcall('HSETNX', KEYS[1], 'stamp ' .. shape, shapeFresh)
  end
  -- `pcall`: where the memory is used up, the invalidation stands and nothing is stored.
  if isCurrent and not redis.pcall('SET', guard, fresh, 'PX', retainMs).err then
    if not redis.pcall('SET', entry, text, 'PX', retainMs).err then
      stored = stored + 1
    end
  end
end
return stored
