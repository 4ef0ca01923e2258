import assert from "node:assert/strict";
import { test } from "node:test";
import { effectiveLength, strength } from "../../static/js/password-strength.js";

test("counts what adds something", () => {
  assert.equal(effectiveLength(""), 0);
  assert.equal(effectiveLength("aaaa"), 1.75);
  assert.equal(effectiveLength("12345678"), 2.75);
});

test("long unrelated words are good, rows and repetitions are not", () => {
  assert.equal(strength("four unrelated words again"), 4);
  assert.equal(strength("aaaaaaaaaaaaaaaaaaaaaaaa"), 1);
  assert.equal(strength("abcdefghijklmnop"), 0);
  assert.equal(strength("abcabcabcabcabcabc"), 1);
});
