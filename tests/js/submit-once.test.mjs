import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate, WAITS, isSending } from "../../static/js/submit-once.js";

const form = (method, busy = []) => ({ getAttribute: () => method, removeAttribute: (name) => busy.push(name) });

test("lets a form go once, another beside it, and the first again after Back or a while", () => {
  const gate = new Gate(), cleared = [], one = form("post", cleared), other = form("post");
  assert.deepEqual([gate.lets(one, 0), gate.lets(one, 300), gate.lets(other, 300)], [true, false, true]);
  assert.equal(gate.lets(one, WAITS), true);
  gate.release();
  assert.deepEqual(cleared, ["aria-busy"]);
  assert.equal(gate.lets(one, WAITS + 1), true);
});

test("looks only at what the browser itself will post", () => {
  const submitter = (method) => ({ getAttribute: () => method });
  assert.equal(isSending({ target: form("post"), submitter: null, defaultPrevented: false }), true);
  assert.equal(isSending({ target: form("POST"), submitter: submitter(null), defaultPrevented: false }), true);
  assert.equal(isSending({ target: form(null), submitter: null, defaultPrevented: false }), false);
  assert.equal(isSending({ target: form("post"), submitter: submitter("dialog"), defaultPrevented: false }), false);
  assert.equal(isSending({ target: form("post"), submitter: null, defaultPrevented: true }), false);
});
