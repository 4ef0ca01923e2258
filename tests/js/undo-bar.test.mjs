import assert from "node:assert/strict";
import { test } from "node:test";
import { shouldLeave } from "../../static/js/undo-bar.js";

test("leaves when its time is over, unless somebody is about to use it", () => {
  assert.equal(shouldLeave(7, 8, false), false);
  assert.equal(shouldLeave(8, 8, false), true);
  assert.equal(shouldLeave(30, 8, true), false);
});
