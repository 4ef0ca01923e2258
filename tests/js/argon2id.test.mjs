import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { argon2id } from "../../static/js/argon2id.js";
import { blake2b } from "../../static/js/blake2b.js";
import { fromHex, toHex } from "../../static/js/escrow-keys.js";
import { plainOf, proofOf, stretch } from "../../static/js/portal-passphrase.js";

const bytes = (text) => new TextEncoder().encode(text);
const vectors = JSON.parse(readFileSync(new URL("../delivery/escrow/passphrases.json", import.meta.url)));

for (const length of [0, 1, 127, 128, 129, 256, 1000]) {
  test(`hashes ${length} bytes as everybody's BLAKE2b does`, () => {
    const text = new Uint8Array(length).map((_, at) => at * 7);
    assert.equal(toHex(blake2b(text, 64)), createHash("blake2b512").update(text).digest("hex"));
  });
}

for (const { kibibytes, passes, size, salt, made } of vectors.argon2id) {
  test(`argon2id of ${kibibytes} KiB, ${passes} passes, ${size} bytes`, async () => {
    const found = await argon2id(bytes("correct horse"), fromHex(salt), { kibibytes, passes, size });
    assert.equal(toHex(found), made);
  });
}

test("a passphrase is read as the server reads it, and becomes the same", async () => {
  const { typed, plain, salt, made, item_id: itemId, proof } = vectors.passphrase;
  assert.equal(plainOf(typed), plain);
  const stretched = await stretch(typed, salt);
  assert.equal(toHex(stretched), made);
  assert.equal(toHex(await proofOf(stretched, itemId)), proof);
});
