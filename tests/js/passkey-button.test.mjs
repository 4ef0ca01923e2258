import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, explain, readOptions, textOf, writeAnswer } from "../../static/js/passkey-button.js";

const bytes = (...values) => Uint8Array.from(values);

test("writes and reads bytes in the alphabet of URLs, without padding", () => {
  const all = bytes(251, 255, 190, 0, 1);
  assert.equal(textOf(all.buffer), "-_--AAE");
  assert.deepEqual(bytesOf("-_--AAE"), all);
});

test("turns what the server sends into what the browser wants", () => {
  const read = readOptions({
    challenge: "AQI", user: { id: "Aw", name: "ada@clinic.example" }, rp: { id: "app.localhost" },
    excludeCredentials: [{ id: "BA", type: "public-key" }],
  });
  assert.deepEqual(read.challenge, bytes(1, 2));
  assert.deepEqual(read.user, { id: bytes(3), name: "ada@clinic.example" });
  assert.deepEqual(read.excludeCredentials, [{ id: bytes(4), type: "public-key" }]);
  assert.equal("allowCredentials" in read, false);
});

test("writes an assertion without what it does not have", () => {
  const response = {
    clientDataJSON: bytes(1).buffer, authenticatorData: bytes(2).buffer, signature: bytes(3).buffer, userHandle: null,
  };
  const written = JSON.parse(writeAnswer({ id: "BQ", rawId: bytes(5).buffer, type: "public-key", response }));
  assert.deepEqual(written, {
    id: "BQ", rawId: "BQ", type: "public-key", clientExtensionResults: {},
    response: { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw" },
  });
});

test("explains in words what to do", () => {
  assert.match(explain({ name: "NotAllowedError" }), /Try again, or choose another way/);
  assert.match(explain({ name: "InvalidStateError" }), /has a passkey for your account already/);
  assert.match(explain({ name: "SecurityError" }), /did not work here/);
});
