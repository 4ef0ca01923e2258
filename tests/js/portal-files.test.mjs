import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { WrongKeyError, fromHex, openContentKey } from "../../static/js/escrow-keys.js";
import { aboutOf, openFile, sizeOf } from "../../static/js/portal-files.js";

const read = (name) => JSON.parse(readFileSync(new URL(`../delivery/escrow/${name}.json`, import.meta.url)));
const vector = read("file_vector");
const message = read("vectors").find((each) => each.item_id === vector.item_id);
const base64 = (hex) => Buffer.from(hex, "hex").toString("base64");

const place = { tenantId: message.tenant_id, itemId: message.item_id, contactId: message.contact_id };
const lock = { serverShare: fromHex(message.server_share), wrappedKey: fromHex(message.wrapped_key) };
const contentKey = await openContentKey(place, fromHex(message.link_key), lock);
const file = {
  position: vector.position, about: base64(vector.about), prefix: base64(vector.prefix), chunks: vector.chunks.length,
};
const opened = (chunks, described = file) => openFile(place, contentKey, described, (number) => fromHex(chunks[number]));

test("opens the file and its name that the server sealed", async () => {
  const pieces = await opened(vector.chunks);
  assert.equal(Buffer.concat(pieces).toString(), vector.clear.content);
  assert.deepEqual(await aboutOf(place, contentKey, file), vector.clear.about);
});

test("refuses a file with a piece left out, doubled, in another place, or of another file", async () => {
  const [one, two, three] = vector.chunks;
  assert.equal(vector.chunks.length, 3);
  for (const chunks of [[two, one, three], [one, one, three], [one, two, two]]) {
    await assert.rejects(opened(chunks), WrongKeyError);
  }
  await assert.rejects(opened([], { ...file, chunks: 0 }), WrongKeyError);
  await assert.rejects(opened([one, two], { ...file, chunks: 2 }), WrongKeyError);
  await assert.rejects(opened(vector.chunks, { ...file, position: 1 }), WrongKeyError);
});

test("says how large a file is in round figures", () => {
  assert.deepEqual([0, 999, 1500, 2500000].map(sizeOf), ["1 kB", "1 kB", "2 kB", "2.5 MB"]);
});
