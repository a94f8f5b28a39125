/*
 * A node set for the user directory of a Node-RED under test: GET /inspector tells what the process holds, so that a test
 * can see whether deploys leave something behind.
 */
const { readdirSync, readlinkSync } = require("node:fs");

function count(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function listeners(emitter) {
  return Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));
}

/** Paths of open databases, each once per handle; nothing where the system has no /proc. */
function openDatabases() {
  try {
    const targets = readdirSync("/proc/self/fd").map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return "";
      }
    });
    return count(targets.filter((target) => /\.db(-\w+)?$/.test(target)).map((target) => target.replace(/^.*\//, "")));
  } catch {
    return {};
  }
}

module.exports = (RED) => {
  RED.httpAdmin.get("/inspector", (_request, response) => {
    response.json({
      layers: { httpNode: RED.httpNode._router.stack.length, httpAdmin: RED.httpAdmin._router.stack.length },
      processListeners: listeners(process),
      flowListeners: listeners(RED.events),
      resources: count(process.getActiveResourcesInfo()),
      databases: openDatabases(),
    });
  });
};
