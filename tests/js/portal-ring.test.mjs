import assert from "node:assert/strict";
import { test } from "node:test";

import { recall, remember, tidy } from "../../static/js/portal-ring.js";

const ITEM = "01900000-0000-7000-8000-000000000001";
const [DEVICE, OTHER, LINK] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
const UNTIL = 2_000_000_000;

// As browsers have it: what is kept are its own properties.
class Storage {
  getItem(name) { return Object.hasOwn(this, name) ? this[name] : null; }
  setItem(name, value) { this[name] = String(value); }
  removeItem(name) { delete this[name]; }
}

test("what is remembered comes back with the same key of the device", async () => {
  const storage = new Storage();
  await remember(DEVICE, ITEM, LINK, UNTIL, storage);
  assert.deepEqual(await recall(DEVICE, ITEM, storage), LINK);
  assert.ok(!storage.getItem(`escrow-ring:${ITEM}`).includes("03".repeat(32)));
});

test("another key, or another message, opens nothing and forgets it", async () => {
  const storage = new Storage();
  await remember(DEVICE, ITEM, LINK, UNTIL, storage);
  const moved = ITEM.replace("1", "2");
  storage.setItem(`escrow-ring:${moved}`, storage.getItem(`escrow-ring:${ITEM}`));
  assert.equal(await recall(DEVICE, moved, storage), null);
  assert.equal(await recall(OTHER, ITEM, storage), null);
  assert.deepEqual(Object.keys(storage), []);
  assert.equal(await recall(DEVICE, ITEM, storage), null);
});

test("what has expired goes, and nothing else", async () => {
  const storage = new Storage();
  await remember(DEVICE, ITEM, LINK, UNTIL, storage);
  storage.setItem("theme", "dark");
  tidy(storage, UNTIL * 1000 - 1);
  assert.equal(Object.keys(storage).length, 2);
  tidy(storage, UNTIL * 1000);
  assert.deepEqual(Object.keys(storage), ["theme"]);
});
