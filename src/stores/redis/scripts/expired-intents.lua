-- Finds the tables whose writers died, and notes tables that this server does not remember (a birth).
--
--   KEYS[1]   intents   sorted set: '<table> <id>' scored with a deadline in milliseconds; '=<table> <identity>' scored +inf is
--                       the birth mark of a table on this server
--   ARGV[1]   identity  of the server
--   ARGV[2]   leaseMs   milliseconds after which a writer is presumed dead, more than 0
--   ARGV[3]   isOther   '1' if the process was on another server before
--   ARGV[4..] tables    of every model this process knows
--
--   returns   { nowMs, the tables with expired intents... }
--
-- A server without the mark may have lost intents (it is new, was emptied, restored or promoted), and with them the trace of
-- writers that are about to die. So the root stamp is dropped at once, for those who died before, and a birth is itself
-- an intent on the table: one lease later the root is dropped again, for those who die after.
-- Mark and intents share one key so that they are lost together.
--
-- To a process that was on another server this one is new, whatever it remembers: it may hold what was stored before that one took its place
-- for a while, and knows nothing of what was invalidated there.
--
-- Why a script: time, mark and birth intent must be one step. ZADD may be refused when Redis is out of memory; what has
-- expired must be found all the same, hence pcall; a birth that cannot be noted is one again in every sweep.
-- Slot: one key.
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)

local reply, seen = { nowMs }, {}
local function found(model)
  if not seen[model] then
    seen[model] = true
    reply[#reply + 1] = model
  end
end

local outdated = nil
for i = 4, #ARGV do
  local mark = '=' .. ARGV[i] .. ' ' .. ARGV[1]
  if ARGV[3] == '1' or not redis.call('ZSCORE', KEYS[1], mark) then
    outdated = outdated or redis.call('ZRANGEBYSCORE', KEYS[1], '+inf', '+inf')
    local ours = '=' .. ARGV[i] .. ' '
    for _, member in ipairs(outdated) do
      if string.sub(member, 1, #ours) == ours then
        redis.call('ZREM', KEYS[1], member)
      end
    end
    redis.pcall('ZADD', KEYS[1], nowMs + tonumber(ARGV[2]), ARGV[i] .. ' birth', '+inf', mark)
    found(ARGV[i])
  end
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', nowMs)) do
  found(string.match(member, '^%S+'))
end
return reply
