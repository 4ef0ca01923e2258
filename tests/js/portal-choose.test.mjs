import assert from "node:assert/strict";
import { test } from "node:test";

import { fits } from "../../static/js/portal-choose.js";

test("letters and numbers count, spaces and hyphens do not", () => {
  assert.equal(fits("a b c d e f g h i", 10, 200), false);
  assert.equal(fits("a-b c-d e-f g-h i j", 10, 200), true);
  assert.equal(fits("x".repeat(201), 10, 200), false);
});
