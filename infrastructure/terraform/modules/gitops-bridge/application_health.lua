-- An Application is as healthy as what it holds: a sync wave waits for the Applications of the wave before.
local health = {status = "Progressing", message = "waits for its first sync"}
local status = obj.status or {}
if status.health ~= nil and status.health.status ~= nil then
  local synced = status.sync ~= nil and status.sync.status == "Synced"
  local was_synced = status.operationState ~= nil and status.operationState.phase == "Succeeded"
  -- An Application that holds nothing yet is "Healthy" before it was ever synced.
  if status.health.status ~= "Healthy" or synced or was_synced then
    health.status = status.health.status
    health.message = status.health.message or ""
  end
end
return health
