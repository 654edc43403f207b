-- Appends what was set aside for a row to its stream again, in order.
--
--   KEYS[1]  dead     hash: row -> '<id>\n<failure>' of its dead letter
--   KEYS[2]  parked   list: what was set aside for the row, in order, the dead letter first
--   KEYS[3]  state    hash: 'backlog', 'server', 'life', 'partitions'
--   KEYS[4]  stream   as in accept.lua
--   KEYS[5]  marks    hash: name of a lookup -> the latest write on its row
--   KEYS[6]  gates    sorted set: synchronous writes under way
--   KEYS[7]  model    hash with the stamp 'root'
--   KEYS[8..] guards  of the lookups that find the row
--   ARGV[1]  row      also the name of its lookup by the id
--   ARGV[2]  id       of the dead letter
--   ARGV[3]  fate     'retried' | 'discarded': without the dead letter itself
--   ARGV[4]  server   identity of the server
--   ARGV[5]  nonce    begins a life of the stream where the server is another one than before
--   ARGV[6]  partitions  by which the stream was chosen
--   ARGV[7..] names  of the lookups that find the row
--
--   returns  RELEASED | ABSENT | PARTITIONED: there are others now | BUSY: later writes of the row are still in the
--           stream, or a synchronous write is under way
--
-- Why a script: nothing may be applied twice, whoever asks for it how often.
-- Slot: every key carries the model's {hash tag}.
local dead = redis.call('HGET', KEYS[1], ARGV[1])
if not dead or string.sub(dead, 1, #ARGV[2] + 1) ~= ARGV[2] .. '\n' then
  return 'ABSENT'
end
local time = redis.call('TIME')
local newest = redis.call('ZREVRANGE', KEYS[6], 0, 0, 'WITHSCORES')
local isGated = newest[2] and tonumber(newest[2]) > time[1] * 1000 + math.floor(time[2] / 1000)
if isGated or redis.call('HEXISTS', KEYS[5], ARGV[1]) == 1 then
  return 'BUSY'
elseif newest[2] then
  -- The writer died, perhaps after its commit and before it said so.
  redis.call('HDEL', KEYS[7], 'root')
  redis.call('UNLINK', KEYS[6])
end
local writes = redis.call('LRANGE', KEYS[2], ARGV[3] == 'discarded' and 1 or 0, -1)
local state = redis.call('HMGET', KEYS[3], 'server', 'life', 'partitions')
if (state[3] or ARGV[6]) ~= ARGV[6] then
  return 'PARTITIONED'
end
local life = state[1] == ARGV[4] and state[2] or ARGV[5]
if #writes > 0 then
  redis.call('HSET', KEYS[3], 'server', ARGV[4], 'life', life, 'partitions', ARGV[6])
  redis.call('HINCRBY', KEYS[3], 'backlog', #writes)
end
-- An entry is read as a whole.
for from = 1, #writes, 1000 do
  local some = table.concat(writes, '\30', from, math.min(from + 999, #writes))
  local id = redis.call('XADD', KEYS[4], '*', 'life', life, 'writes', some)
  for i = 7, #ARGV do
    redis.call('HSET', KEYS[5], ARGV[i], id)
  end
end
-- What the lookups answer was made without these writes.
for i = 8, #KEYS do
  redis.call('UNLINK', KEYS[i])
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('UNLINK', KEYS[2])
return 'RELEASED'
