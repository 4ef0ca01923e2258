import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  WrongKeyError,
  fromBase64,
  fromHex,
  openContentKey,
  openPart,
  proof,
  readLinkKey,
  receipt,
  toHex,
} from "../../static/js/escrow-keys.js";

const vectors = JSON.parse(readFileSync(new URL("../delivery/escrow/vectors.json", import.meta.url)));

function lockOf(vector) {
  return { serverShare: fromHex(vector.server_share), wrappedKey: fromHex(vector.wrapped_key) };
}

function placeOf(vector) {
  return { tenantId: vector.tenant_id, itemId: vector.item_id, contactId: vector.contact_id };
}

for (const vector of vectors) {
  test(`opens what the server sealed: ${vector.item_id}`, async () => {
    const linkKey = readLinkKey(vector.fragment);
    const contentKey = await openContentKey(placeOf(vector), linkKey, lockOf(vector));
    for (const [name, sealed] of Object.entries(vector.sealed)) {
      assert.equal(await openPart(placeOf(vector), contentKey, name, fromHex(sealed)), vector.clear[name]);
    }
    assert.equal(toHex(await receipt(contentKey, vector.item_id)), vector.receipt);
  });

  test(`proves that it holds the link key: ${vector.item_id}`, async () => {
    assert.equal(toHex(await proof(readLinkKey(vector.fragment), vector.item_id)), vector.proof);
  });

  test(`reads the key that a person types: ${vector.item_id}`, () => {
    const typed = vector.groups.toLowerCase().replaceAll("0", "o").replaceAll("1", "i");
    assert.equal(toHex(readLinkKey(typed)), vector.link_key);
  });
}

test("refuses another message's key, and a message moved to another person", async () => {
  const [one, two] = vectors;
  await assert.rejects(openContentKey(placeOf(one), fromHex(two.link_key), lockOf(one)), WrongKeyError);
  const moved = { ...placeOf(one), contactId: two.contact_id };
  await assert.rejects(openContentKey(moved, fromHex(one.link_key), lockOf(one)), WrongKeyError);
});

test("refuses text that is no key", () => {
  for (const text of ["", "abc", "U".repeat(52), "é".repeat(43)]) {
    assert.throws(() => readLinkKey(text), WrongKeyError);
  }
});

test("reads both base64 alphabets", () => {
  assert.deepEqual([...fromBase64("-_8")], [...fromBase64("+/8=")]);
});
