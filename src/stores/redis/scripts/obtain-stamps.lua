-- Gives the stamps that a query needs in one model, creates those that are missing, and registers the query's shapes.
--
--   KEYS[1]   model     hash: root stamp, shape stamps, registered shapes
--   KEYS[2..] values    one string per value stamp
--   ARGV[1]   identity  of the server; a root stamp made under another identity counts as missing
--   ARGV[2]   nonce     for every stamp that is missing; used by no other call
--   ARGV[3]   retainMs  milliseconds a value stamp lives at least, more than 0
--   ARGV[4..] shapes    ids of the shapes, in the caller's order
--
--   returns   { root, a stamp per shape, a stamp per value key }
--
-- Why a script: a shape must be registered before anyone can hold its stamp, and a registration must be visible as a new
-- version in the same step; otherwise a writer with an old copy of the registry would not know what to touch.
-- Slot: every key carries the model's {hash tag}.
local prefix = ARGV[1] .. ':'
-- A client may send a command again when the connection broke before the reply. The time tells the second run from the
-- first, or a stamp that was removed in between would return.
local time = redis.call('TIME')
local fresh = ARGV[2] .. string.format('%08x%05x', time[1], time[2])
local stamps = {}

local root = redis.call('HGET', KEYS[1], 'root')
if not root or string.sub(root, 1, #prefix) ~= prefix then
  root = prefix .. fresh
  redis.call('HSET', KEYS[1], 'root', root)
end
stamps[1] = root

for i = 4, #ARGV do
  local stamp = redis.call('HGET', KEYS[1], 'stamp ' .. ARGV[i])
  if not stamp then
    stamp = fresh
    if redis.call('HSETNX', KEYS[1], 'shape ' .. ARGV[i], '1') == 1 then
      redis.call('HSET', KEYS[1], 'version', fresh)
    end
    redis.call('HSET', KEYS[1], 'stamp ' .. ARGV[i], stamp)
  end
  stamps[#stamps + 1] = stamp
end

local retainMs = tonumber(ARGV[3])
for i = 2, #KEYS do
  local stamp = redis.call('GET', KEYS[i])
  if not stamp then
    stamp = fresh
    redis.call('SET', KEYS[i], stamp, 'PX', retainMs)
  elseif redis.call('PTTL', KEYS[i]) < retainMs then
    redis.call('PEXPIRE', KEYS[i], retainMs)
  end
  stamps[#stamps + 1] = stamp
end

return stamps
