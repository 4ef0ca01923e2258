import assert from "node:assert/strict";
import { test } from "node:test";
import { sentenceFor } from "../../static/js/request-trouble.js";

test("says what happened for each kind of answer", () => {
  assert.match(sentenceFor(403), /role/);
  assert.match(sentenceFor(404), /no longer exists/);
  assert.match(sentenceFor(429), /too fast/);
  assert.match(sentenceFor(503), /could not do/);
  assert.match(sentenceFor(0), /cannot be reached/);
  assert.match(sentenceFor(400), /refused/);
});
