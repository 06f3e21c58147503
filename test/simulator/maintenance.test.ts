import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, atlas } from "./testClient";

const window = {
  autoDeferOnceEnabled: false,
  dayOfWeek: 7,
  hourOfDay: 4,
  numberOfDeferrals: 0,
  startASAP: false,
  timeZoneId: "Europe/Berlin",
};

test("shows a window that was never set as a 200 with zeros", async (t) => {
  const { client, projectId } = await atlas(t);
  const reply = await client.get(`/groups/${projectId}/maintenanceWindow`);
  assert.equal(reply.status, 200);
  assert.deepEqual([reply.body.dayOfWeek, reply.body.hourOfDay], [0, 0]);
});

test("sets a window and says so without a body or a content type", async (t) => {
  const { client, projectId } = await atlas(t);
  const path = `/groups/${projectId}/maintenanceWindow`;
  const early = await client.send("PATCH", path, { body: { dayOfWeek: 1 } });
  assertRefused(early, 400, "ATLAS_INVALID_MAINTENANCE_WINDOW_HOUR_OF_DAY");
  const reply = await client.send("PATCH", path, {
    body: { dayOfWeek: 1, hourOfDay: 1, protectedHours: { startHourOfDay: 9, endHourOfDay: 17 } },
  });
  assert.deepEqual([reply.status, reply.text], [200, ""]);
  assert.equal(reply.headers.get("content-type"), null);
  assert.equal(reply.headers.get("content-length"), "0");
  assert.equal(reply.headers.get("x-content-type"), "application/vnd.atlas.2023-01-01+json;charset=utf-8");
  assert.deepEqual((await client.get(path)).body.protectedHours, { endHourOfDay: 17, startHourOfDay: 9 });
  assert.equal(
    (await client.send("PATCH", path, { body: { dayOfWeek: 2, protectedHours: {} } })).status,
    200,
  );
  const { body } = await client.get(path);
  assert.deepEqual([body.dayOfWeek, body.hourOfDay, "protectedHours" in body], [2, 1, false]);
});

test("defers scheduled maintenance twice and no more, and counts", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const { world } = simulator;
  world.setMaintenance(projectId, { ...window, scheduled: true });
  const path = `/groups/${projectId}/maintenanceWindow`;
  const defer = () => client.post(`${path}/defer`);
  const first = await defer();
  assert.deepEqual([first.status, first.text], [200, ""]);
  assert.equal((await client.get(path)).body.numberOfDeferrals, 1);
  assert.equal((await defer()).status, 200);
  assertRefused(await defer(), 400, "ATLAS_NUM_MAINTENANCE_DEFERRALS_EXCEEDED");
  assert.deepEqual((await client.get(path)).body, { ...window, numberOfDeferrals: 2 });
  assert.equal(world.maintenance(projectId).deferralsGranted, 2);
});

test("refuses to defer what is not scheduled or when it is not the time", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const { world } = simulator;
  const defer = () => client.post(`/groups/${projectId}/maintenanceWindow/defer`);
  assertRefused(await defer(), 400, "ATLAS_MAINTENANCE_NOT_SCHEDULED");
  world.setMaintenance(projectId, { scheduled: true });
  assertRefused(await defer(), 400, "ATLAS_MAINTENANCE_WINDOW_NOT_DEFINED");
  world.setMaintenance(projectId, window);
  world.deferWindowOpen = false;
  assertRefused(await defer(), 400, "ATLAS_MAINTENANCE_DEFERRAL_NOT_ALLOWED");
  world.deferWindowOpen = true;
  assert.equal((await defer()).status, 200);
  world.runMaintenance(projectId);
  assertRefused(await defer(), 400, "ATLAS_MAINTENANCE_NOT_SCHEDULED");
  assert.equal(world.maintenance(projectId).numberOfDeferrals, 0);
});

test("takes the deferrals back when the window is edited", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const { world } = simulator;
  world.setMaintenance(projectId, { ...window, scheduled: true, numberOfDeferrals: 2 });
  const path = `/groups/${projectId}/maintenanceWindow`;
  await client.send("PATCH", path, { body: { dayOfWeek: 3 } });
  assert.equal((await client.get(path)).body.numberOfDeferrals, 0);
  world.setMaintenance(projectId, { numberOfDeferrals: 1 });
  world.editWindow(projectId, { hourOfDay: 5 });
  const { body } = await client.get(path);
  assert.deepEqual([body.numberOfDeferrals, body.hourOfDay, body.dayOfWeek], [0, 5, 3]);
  assert.equal((await client.post(`${path}/defer`)).status, 200);
});

test("grants more deferrals where Atlas has allowed them", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const { world } = simulator;
  world.limits.deferrals = 3;
  world.setMaintenance(projectId, { ...window, scheduled: true, numberOfDeferrals: 2 });
  const defer = () => client.post(`/groups/${projectId}/maintenanceWindow/defer`);
  assert.equal((await defer()).status, 200);
  assertRefused(await defer(), 400, "ATLAS_NUM_MAINTENANCE_DEFERRALS_EXCEEDED");
});

test("resets the window without a body or a content type, and with it what was deferred", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const { world } = simulator;
  const path = `/groups/${projectId}/maintenanceWindow`;
  const set = { ...window, autoDeferOnceEnabled: true, numberOfDeferrals: 2, protectedHours: {} };
  world.setMaintenance(projectId, { ...set, scheduled: true });
  const reply = await client.send("DELETE", path);
  assert.deepEqual([reply.status, reply.text, reply.headers.get("content-type")], [204, "", null]);
  assert.equal(reply.headers.get("x-content-type"), "application/vnd.atlas.2023-01-01+json;charset=utf-8");
  const unset = { ...window, dayOfWeek: 0, hourOfDay: 0 };
  assert.deepEqual((await client.get(path)).body, unset);
  assertRefused(await client.post(`${path}/defer`), 400, "ATLAS_MAINTENANCE_WINDOW_NOT_DEFINED");
  world.setMaintenance(projectId, set);
  world.resetWindow(projectId);
  assert.deepEqual((await client.get(path)).body, unset);
});

test("starts at once only what is scheduled", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.setMaintenance(projectId, window);
  const start = () =>
    client.send("PATCH", `/groups/${projectId}/maintenanceWindow`, {
      body: { dayOfWeek: 7, startASAP: true },
    });
  assertRefused(await start(), 400, "ATLAS_MAINTENANCE_NOT_SCHEDULED");
  simulator.world.setMaintenance(projectId, { scheduled: true });
  assert.equal((await start()).status, 200);
});
