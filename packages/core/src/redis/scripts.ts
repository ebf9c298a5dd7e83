/**
 * Whether the entry with this head is there at this time. Redis compares strings by the locale of the server, so
 * bytes are compared one by one.
 */
const functions = `
local function live(head, now)
  if not head or head == '' then return false end
  return string.byte(head, 1) % 2 == 0 or struct.unpack('>d', head, 18) > now
end

local function order(packed)
  local flags = string.byte(packed, 1)
  if flags % 4 < 2 then return nil end
  local at = 18 + (flags % 2) * 8
  return string.sub(packed, at + 1, at + string.byte(packed, at))
end

local function newer(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x > y end
  end
  return #a > #b
end
`;

/**
 * One commit of an ordered store. Redis runs a script alone and, with the append-only file, writes its effects as
 * one transaction. Out of memory, read-only and failed-disk errors come only before the first write of a script,
 * so a commit is never applied in part.
 *
 * - KEYS: index, deadlines, then the entry of each check, then of each change (of the counter, for an append).
 * - ARGV: id, now (microseconds), number of checks, number of changes, channel or '', hint; then for each check its
 *   version or ''; then for each change its kind, its packed entry, and its life in milliseconds or ''.
 * - Returns {1, sequences, stale} or {0, failed}, with indexes from 0.
 *
 * A key that Redis drops at its deadline leaves its name in the index. Each commit that writes entries with a
 * deadline removes up to twice as many such names, so they do not pile up; ranges remove those that they meet.
 */
export const commitScript = `${functions}
local index, deadlines = KEYS[1], KEYS[2]
local entries = string.sub(index, 1, -3) .. 'e:'
local from = #index + 1
local id, now, checks, changes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local failed, sequences, stale, expiring, time = {}, {}, {}, 0, nil

for i = 1, checks do
  local head = redis.call('GETRANGE', KEYS[i + 2], 0, 24)
  local version = live(head, now) and string.sub(head, 2, 17) or ''
  if version ~= ARGV[i + 6] then failed[#failed + 1] = i - 1 end
end
if #failed > 0 then return {0, failed} end

local function write(name, packed, life)
  local member = string.sub(name, from)
  if life == '' then
    redis.call('SET', name, packed)
  else
    if not time then
      local parts = redis.call('TIME')
      time = parts[1] * 1000 + math.floor(parts[2] / 1000)
    end
    redis.call('SET', name, packed, 'PX', life)
    redis.call('ZADD', deadlines, string.format('%.0f', time + tonumber(life)), member)
    expiring = expiring + 1
  end
  redis.call('ZADD', index, 0, member)
end

local function sequenceOf(packed)
  if not packed then return 0 end
  local bytes = string.sub(packed, -8)
  return (struct.unpack('>d', string.char(string.byte(bytes, 1) - 128) .. string.sub(bytes, 2)))
end

local function encoded(sequence)
  local bytes = struct.pack('>d', sequence)
  return string.char(3, string.byte(bytes, 1) + 128) .. string.sub(bytes, 2)
end

for i = 1, changes do
  local name, at = KEYS[i + 2 + checks], 6 + checks + (i - 1) * 3
  local kind, packed, life = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if kind == 'set' then
    write(name, packed, life)
  elseif kind == 'delete' then
    redis.call('DEL', name)
    redis.call('ZREM', index, string.sub(name, from))
  elseif kind == 'newer' then
    local held = redis.call('GETRANGE', name, 0, 160)
    local heldOrder = live(held, now) and order(held)
    if heldOrder and newer(heldOrder, order(packed)) then
      stale[#stale + 1] = i - 1
    else
      write(name, packed, life)
    end
  else
    local sequence = sequenceOf(redis.call('GET', name)) + 1
    write(entries .. string.sub(name, from + 1) .. encoded(sequence), packed, life)
    write(name, '\\16' .. id .. encoded(sequence), '')
    sequences[#sequences + 1] = sequence
  end
end

if expiring > 0 then
  local due = redis.call('ZRANGEBYSCORE', deadlines, '-inf', '(' .. string.format('%.0f', time),
    'LIMIT', 0, 2 * expiring + 8)
  for _, member in ipairs(due) do
    if redis.call('EXISTS', entries .. member) == 0 then redis.call('ZREM', index, member) end
  end
  if #due > 0 then redis.call('ZREM', deadlines, unpack(due)) end
end
if changes > 0 and ARGV[5] ~= '' then redis.pcall('PUBLISH', ARGV[5], ARGV[6]) end
return {1, sequences, stale}
`;

/**
 * One commit of an unordered store: checks and at most one change, all of one key.
 *
 * - KEYS: the entry. ARGV: now, number of checks, each version or ''; then, if there is a change, kind, packed
 *   entry, life. Returns as the ordered script does.
 */
export const commitOneScript = `${functions}
local name, now, checks = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local held = redis.call('GETRANGE', name, 0, 160)
local there = live(held, now)
local failed = {}
for i = 1, checks do
  if (there and string.sub(held, 2, 17) or '') ~= ARGV[i + 2] then failed[#failed + 1] = i - 1 end
end
if #failed > 0 then return {0, failed} end

local kind, packed, life = ARGV[checks + 3], ARGV[checks + 4], ARGV[checks + 5]
if kind == 'delete' then
  redis.call('DEL', name)
elseif kind then
  local heldOrder = kind == 'newer' and there and order(held)
  if heldOrder and newer(heldOrder, order(packed)) then return {1, {}, {0}} end
  if life == '' then redis.call('SET', name, packed) else redis.call('SET', name, packed, 'PX', life) end
end
return {1, {}, {}}
`;

/**
 * One page of a range of an ordered store, as one snapshot. Names whose entries Redis has dropped are removed.
 *
 * - KEYS: index. ARGV: start, end, '1' if reverse, limit, now. Returns key, packed entry, key, packed entry, ….
 */
export const rangeScript = `${functions}
local index = KEYS[1]
local entries = string.sub(index, 1, -3) .. 'e:'
local low, high, reverse = '[' .. ARGV[1], '(' .. ARGV[2], ARGV[3] == '1'
local limit, now = tonumber(ARGV[4]), tonumber(ARGV[5])
local page = {}

while #page < 2 * limit do
  local wanted = math.min(limit - #page / 2, 1000)
  local members
  if reverse then
    members = redis.call('ZREVRANGEBYLEX', index, high, low, 'LIMIT', 0, wanted)
  else
    members = redis.call('ZRANGEBYLEX', index, low, high, 'LIMIT', 0, wanted)
  end
  if #members == 0 then break end
  local names, gone = {}, {}
  for i, member in ipairs(members) do names[i] = entries .. member end
  for i, packed in ipairs(redis.call('MGET', unpack(names))) do
    if not packed then
      gone[#gone + 1] = members[i]
    elseif live(packed, now) then
      page[#page + 1] = members[i]
      page[#page + 1] = packed
    end
  end
  if #gone > 0 then redis.call('ZREM', index, unpack(gone)) end
  if #members < wanted then break end
  if reverse then high = '(' .. members[#members] else low = '(' .. members[#members] end
end
return page
`;
