import assert from "node:assert/strict";
import { test } from "node:test";
import { digitsIn, onlyFirst } from "../../static/js/code-entry.js";

test("keeps the digits of a pasted code and drops the rest", () => {
  assert.equal(digitsIn("204 917"), "204917");
  assert.equal(digitsIn("abc20-49"), "2049");
  assert.equal(digitsIn("12345678"), "123456");
});

test("lets a form go once", () => {
  const prevented = [];
  const guard = onlyFirst();
  for (const name of ["sixth digit", "Enter"]) guard({ preventDefault: () => prevented.push(name) });
  assert.deepEqual(prevented, ["Enter"]);
  guard.again();
  guard({ preventDefault: () => prevented.push("after Back") });
  assert.deepEqual(prevented, ["Enter"]);
});
