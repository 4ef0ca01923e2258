import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPage, problemOf } from "../../static/js/portal-check.js";

test("a wrong answer brings a sentence, anything else none", async () => {
  const wrong = Response.json({ problem: "Something doesn’t match." }, { status: 422 });
  assert.equal(await problemOf(wrong), "Something doesn’t match.");
  assert.equal(await problemOf(new Response("locked", { status: 403 })), "");
});

test("goes where the server leads, or back to the page that says why not", () => {
  assert.equal(nextPage({ redirected: true, url: "/m/x/message" }, "/m/x/check"), "/m/x/message");
  assert.equal(nextPage({ redirected: false, url: "/m/x/check" }, "/m/x/check"), "/m/x/check");
});
