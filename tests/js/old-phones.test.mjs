// What the portal's pages load is read by phones of 2019: one newer word, and the page does nothing at all.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const templates = new URL("../../delivery/templates/delivery/portal/", import.meta.url);
const layout = new URL("../../templates/layouts/portal.html", import.meta.url);
const scripts = new URL("../../static/js/", import.meta.url);

const NEWER = {
  "a?.b": /\?\.(?!\d)/,
  "a ?? b": /\?\?/,
  "a ||= b": /(\|\||&&)=/,
  "1_000": /\d_\d/,
  "#private": /\.#\w/,
  "await outside of a function": /^await /m,
  "methods of 2020 and later": /\.(replaceAll|at|matchAll|allSettled|any|findLast|hasOwn|toSorted|requestSubmit|replaceChildren)\(/,
  "structuredClone, randomUUID": /structuredClone|randomUUID/,
};

function loadedByPages() {
  const pages = [layout, ...readdirSync(templates).map((name) => new URL(name, templates))];
  const found = new Set();
  for (const page of pages) {
    for (const [, name] of readFileSync(page, "utf8").matchAll(/page_script "([\w-]+\.js)"/g)) follow(name, found);
  }
  return found;
}

function follow(name, found) {
  if (found.has(name)) return;
  found.add(name);
  for (const [, imported] of codeOf(name).matchAll(/from "\.\/([\w-]+\.js)"/g)) follow(imported, found);
}

function codeOf(name) {
  return readFileSync(new URL(name, scripts), "utf8").replace(/(^|\s)\/\/.*$/gm, "");
}

test("the pages load what is looked through here", () => {
  const found = loadedByPages();
  for (const name of ["portal-open.js", "escrow-keys.js", "argon2id.js", "submit-once.js", "passkey-button.js"]) {
    assert.ok(found.has(name), name);
  }
});

test("nothing newer than 2019 is in it", () => {
  for (const name of loadedByPages()) {
    for (const [what, pattern] of Object.entries(NEWER)) assert.doesNotMatch(codeOf(name), pattern, `${name}: ${what}`);
  }
});

test("newer words would be seen", () => {
  for (const words of ["a?.b", "a ?? b", "a ||= b", "1_000", "this.#a", 'x.replaceAll("a", "b")']) {
    assert.ok(Object.values(NEWER).some((pattern) => pattern.test(words)), words);
  }
});
