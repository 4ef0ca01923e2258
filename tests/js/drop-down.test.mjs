import assert from "node:assert/strict";
import { test } from "node:test";
import { closesOn } from "../../static/js/drop-down.js";

test("closes on Escape and on a click elsewhere, not on other keys or a click inside", () => {
  assert.equal(closesOn({ type: "keydown", key: "Escape" }, true), true);
  assert.equal(closesOn({ type: "keydown", key: "a" }, true), false);
  assert.equal(closesOn({ type: "click" }, false), true);
  assert.equal(closesOn({ type: "click" }, true), false);
});
