import assert from "node:assert/strict";
import { test } from "node:test";
import * as blocks from "../../static/js/editor/blocks.js";
import { bySeverity, protectedFields } from "../../static/js/editor/desk.js";
import { inserted, matching } from "../../static/js/editor/field-picker.js";
import { History } from "../../static/js/editor/history.js";
import { onBlock, shortcut } from "../../static/js/editor/keys.js";
import { Saving, refusalWords, stateWords } from "../../static/js/editor/saving.js";
import { conditionChoices, shownValue, wrapped } from "../../static/js/editor/settings.js";
import { groups, pieces } from "../../static/js/editor/words.js";
import "../../static/js/mail-editor.js";

const heading = { id: "a", type: "heading", text: "Hi" };
const inner = { id: "c", type: "text", text: "In" };
const columns = { id: "b", type: "columns", columns: [[inner], []] };
const list = [heading, columns];
const ids = (all) => all.map((block) => block.id);

test("finds, changes and removes a block inside columns, and leaves the old list alone", () => {
  assert.equal(blocks.find(list, "c"), inner);
  const changed = blocks.replace(list, "c", { text: "New" });
  assert.equal(blocks.find(changed, "c").text, "New");
  assert.equal(inner.text, "In");
  assert.equal(blocks.find(blocks.remove(list, "c"), "c"), null);
});

test("shows the size that a block has while it says none", () => {
  assert.equal(shownValue(heading, "size", "size"), "normal");
  assert.equal(shownValue({ ...heading, size: "large" }, "size", "size"), "large");
  assert.equal(shownValue(columns, "count", "count"), "2");
  assert.equal(shownValue(heading, "link", "address"), "");
});

test("moves within its list and stops at the ends", () => {
  assert.deepEqual(ids(blocks.move(list, "a", 1)), ["b", "a"]);
  assert.equal(blocks.move(list, "a", -1), list);
});

test("adds below the selected block, or at the end", () => {
  const added = blocks.newBlock("divider", "n");
  assert.deepEqual(ids(blocks.insertAfter(list, "a", added)), ["a", "n", "b"]);
  assert.deepEqual(ids(blocks.insertAfter(list, "gone", added)), ["a", "b", "n"]);
});

test("a copy has ids of its own", () => {
  const copy = blocks.duplicate(list, "b", "z")[2];
  assert.deepEqual([copy.id, copy.columns[0][0].id], ["z", "z-0-0"]);
});

test("columns are never dropped into columns", () => {
  assert.equal(blocks.moveBeside(list, "b", "c"), list);
  assert.deepEqual(ids(blocks.moveBeside(list, "a", "c")[0].columns[0]), ["c", "a"]);
});

test("fewer columns keep what was in the others", () => {
  const one = blocks.setColumnCount([{ ...columns, columns: [[heading], [inner]] }], "b", 1);
  assert.deepEqual(ids(one[0].columns[0]), ["a", "c"]);
});

test("typing in one place is one step back", () => {
  const history = new History("start");
  history.change("a", "text");
  history.change("ab", "text");
  history.change("ab!", "subject");
  history.undo();
  assert.equal(history.present, "ab");
  history.undo();
  assert.equal(history.present, "start");
  history.redo();
  assert.equal(history.present, "ab");
});

test("reads marks, fields and links", () => {
  assert.deepEqual(pieces("Hi {{ given_name | upper }}, **so** *it* [is](https://e.example/) 2*3"), [
    { kind: "text", text: "Hi " }, { kind: "field", text: "given_name" }, { kind: "text", text: ", " },
    { kind: "bold", text: "so" }, { kind: "text", text: " " }, { kind: "italic", text: "it" },
    { kind: "text", text: " " }, { kind: "link", text: "is" }, { kind: "text", text: " 2*3" },
  ]);
  assert.deepEqual(groups("a\nb\n\n- c\n- d\ne").map(({ kind, lines }) => [kind, lines.length]),
    [["p", 2], ["ul", 2], ["p", 1]]);
});

test("two opening braces ask for a field, and the choice closes them", () => {
  const fields = [{ key: "given_name", label: "Given name" }, { key: "clinic", label: "Clinic" }];
  assert.deepEqual(matching("Hello {{ gi", fields).map(({ key }) => key), ["given_name"]);
  assert.equal(matching("Hello gi", fields), null);
  assert.deepEqual(inserted("Hello {{ gi }}!", 11, "given_name"), { text: "Hello {{ given_name }}!", caret: 22 });
});

test("knows which fields are about a patient, and what is worst", () => {
  const fields = new Map([["given_name", { phi: "limited" }], ["clinic", { phi: "none" }]]);
  assert.deepEqual(protectedFields("{{ given_name }} {{ clinic }}", fields), ["given_name"]);
  const problems = [{ severity: "warn" }, { severity: "block" }];
  assert.deepEqual(bySeverity(problems).map(({ severity }) => severity), ["block", "warn"]);
});

test("keys move, take back and save", () => {
  assert.equal(shortcut({ key: "ArrowUp", altKey: true }), "up");
  assert.equal(shortcut({ key: "Z", ctrlKey: true, shiftKey: true }), "redo");
  assert.equal(shortcut({ key: "s", metaKey: true }), "save");
  assert.equal(shortcut({ key: "z" }), null);
  assert.equal(onBlock({ key: "Delete" }), "remove");
});

test("says how the document is kept", () => {
  assert.equal(stateWords("unsaved"), "Not saved yet");
  assert.equal(stateWords("refused", "Somebody else saved."), "Somebody else saved.");
});

test("marks go around the selection, and conditions are offered in words", () => {
  assert.equal(wrapped("make it bold", 8, 12, "**", "**"), "make it **bold**");
  const fields = new Map([["next_visit", { key: "next_visit", label: "Next visit", kind: "date" }]]);
  assert.deepEqual(conditionChoices(fields), [["", "Everybody"], ["next_visit", "People with next visit"],
    ["not next_visit", "People without next visit"]]);
});

test("only who was sent to the sign-in page is told that they are signed out", () => {
  assert.match(refusalWords({ redirected: true, status: 200 }), /^You are signed out/);
  assert.match(refusalWords({ redirected: false, status: 403 }), /^You may not change this/);
  assert.match(refusalWords({ redirected: false, status: 404 }), /^This no longer exists/);
  assert.match(refusalWords({ redirected: false, status: 503 }), /^It was not saved/);
});

test("what was refused is sent again by the next press of Save", async () => {
  const sent = [], said = [];
  const answers = [{ redirected: true, headers: new Headers() }, { ok: true, headers: new Headers({ "Content-Type": "application/json" }), json: async () => ({ version: 2 }) }];
  const saving = new Saving({
    form: { elements: { version: {}, document: {} } }, onFeedback: () => {}, onState: (state) => said.push(state),
  });
  const { fetch } = globalThis;
  globalThis.fetch = async (_, { body }) => { sent.push(body.get("document")); return answers.shift(); };
  const body = new FormData();
  body.append("document", '{"subject":"A"}');
  await saving.send(body);
  assert.deepEqual(saving.waiting, { subject: "A" });
  saving.waiting = undefined;
  await saving.send(body);
  globalThis.fetch = fetch;
  assert.deepEqual([sent.length, said], [2, ["refused", "saved"]]);
});
