-- Health of stella-ops.org objects for Argo CD, from the conditions that every kind of ours carries.
local hs = { status = "Progressing", message = "waits for the operator" }
local status = obj.status or {}
if status.conditions == nil then
  return hs
end
if status.observedGeneration ~= obj.metadata.generation then
  hs.message = "the operator has not acted on the last change yet"
  return hs
end

local found = {}
for _, condition in ipairs(status.conditions) do
  found[condition.type .. "=" .. condition.status] = condition
end

local function judge(health, condition)
  local message = condition.message or ""
  if message == "" then
    message = condition.reason
  elseif health ~= "Healthy" then
    message = condition.reason .. ": " .. message
  end
  return { status = health, message = message }
end

if found["Stalled=True"] then
  return judge("Degraded", found["Stalled=True"])
elseif found["Reconciling=True"] then
  return judge("Progressing", found["Reconciling=True"])
elseif found["Ready=True"] then
  return judge("Healthy", found["Ready=True"])
elseif found["Ready=False"] then
  return judge("Degraded", found["Ready=False"])
end
return hs
