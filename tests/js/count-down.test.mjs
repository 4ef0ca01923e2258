import assert from "node:assert/strict";
import { test } from "node:test";
import { timeLeft } from "../../static/js/count-down.js";

const NOON = "2026-03-01T12:00:00Z";
const at = (time) => Date.parse(`2026-03-01T${time}Z`);

test("shows minutes and seconds below an hour", () => {
  assert.equal(timeLeft(NOON, at("11:55:28")), "4:32");
  assert.equal(timeLeft(NOON, at("11:59:55")), "0:05");
});

test("shows hours and minutes from an hour on", () => {
  assert.equal(timeLeft(NOON, at("09:30:00")), "2 h 30 min");
});

test("stops at zero", () => {
  assert.equal(timeLeft(NOON, at("12:00:01")), "0:00");
});
