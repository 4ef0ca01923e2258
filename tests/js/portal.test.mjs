import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { fromHex, toHex } from "../../static/js/escrow-keys.js";
import { keptKey } from "../../static/js/portal-gate.js";
import { openMessage } from "../../static/js/portal-open.js";

const [vector, other] = JSON.parse(readFileSync(new URL("../delivery/escrow/vectors.json", import.meta.url)));

function tab() {
  const kept = new Map();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
}

const base64 = (hex) => Buffer.from(hex, "hex").toString("base64");

function answerOf({ tenant_id, item_id, contact_id, server_share, wrapped_key, sealed }) {
  return {
    place: { tenantId: tenant_id, itemId: item_id, contactId: contact_id },
    serverShare: base64(server_share),
    wrappedKey: base64(wrapped_key),
    parts: Object.fromEntries(Object.entries(sealed).map(([name, hex]) => [name, base64(hex)])),
  };
}

test("the tab keeps the key of the link for the next page", () => {
  const storage = tab();
  assert.equal(toHex(keptKey(vector.item_id, `#${vector.fragment}`, storage)), vector.link_key);
  assert.equal(toHex(keptKey(vector.item_id, "", storage)), vector.link_key);
  assert.equal(keptKey(other.item_id, "", storage), null);
});

test("a key typed by hand is kept as well", () => {
  const storage = tab();
  assert.equal(toHex(keptKey(vector.item_id, vector.groups, storage)), vector.link_key);
  assert.equal(keptKey(vector.item_id, "not a key", tab()), null);
});

test("opens the server's answer and can prove that it did", async () => {
  const { parts, receipt } = await openMessage(answerOf(vector), fromHex(vector.link_key));
  assert.deepEqual({ parts, receipt }, { parts: vector.clear, receipt: vector.receipt });
});
