-- Requests for wrk: the lines of a file in turn, or a text with a number that never comes twice.
local headers = { ["x-api-key"] = os.getenv("B_KEY"), ["Content-Type"] = "application/json" }
local before, after = os.getenv("B_BEFORE"), os.getenv("B_AFTER")
local first = tonumber(os.getenv("B_FIRST") or "0")
local pool, size, count = {}, 0, 0

init = function()
  if before then return end
  for line in io.lines(os.getenv("B_POOL")) do
    size = size + 1
    pool[size] = wrk.format("POST", "/graphql", headers, line)
  end
end

request = function()
  count = count + 1
  if before then
    return wrk.format("POST", "/graphql", headers, before .. string.format("%d", first + count) .. after)
  end
  return pool[count % size + 1]
end

done = function(summary, latency)
  local e = summary.errors
  print(string.format('JSON{"requests":%d,"us":%d,"bytes":%d,"bad":%d,"p50_us":%d,"p99_us":%d}',
    summary.requests, summary.duration, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
