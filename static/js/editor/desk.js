// What the editor shows of a document and of the server's judgment; it changes neither.
import { find } from "./blocks.js";
import { element, icon } from "./elements.js";
import { fieldsIn } from "./words.js";

export const protectedFields = (text, fields) =>
  [...new Set(fieldsIn(text))].filter((key) => (fields.get(key)?.phi ?? "none") !== "none");

// Problems that stand in one place are shown there; the list names the others and the worst first.
export function bySeverity(problems) {
  return [...problems].sort((a, b) => (a.severity === "block" ? 0 : 1) - (b.severity === "block" ? 0 : 1));
}

export class Desk {
  constructor({ part, sprite, fields, paper, settings, onGoTo }) {
    Object.assign(this, { part, sprite, fields, paper, settings, onGoTo });
    this.problems = [];
  }

  draw(document, selected) {
    const isMjml = document.mjml != null;
    this.part("board-blocks").hidden = isMjml;
    this.part("board-mjml").hidden = !isMjml;
    for (const key of ["subject", "preheader", "mjml"]) {
      const input = this.part(key);
      if (input.value !== (document[key] ?? "")) input.value = document[key] ?? "";
    }
    const refused = new Set(this.problems.filter((one) => one.severity === "block").map((one) => one.where));
    if (!isMjml) this.drawPaper(this.paper.draw(document.blocks, selected, refused));
    this.drawGuard(document);
  }

  // Whoever was on a block stays on it.
  drawPaper(drawn) {
    const paper = this.part("paper");
    const { activeElement } = paper.ownerDocument;
    const id = paper.contains(activeElement) ? activeElement.dataset.id : undefined;
    paper.replaceChildren(...drawn);
    if (id) paper.querySelector(`[data-id="${id}"]`)?.focus({ preventScroll: true });
  }

  drawSettings(document, selected) {
    const block = document.blocks && find(document.blocks, selected);
    const empty = element("p", { class: "sp-small sp-muted" }, "Select a block to change it.");
    this.part("settings").replaceChildren(...(block ? this.settings.draw(block) : [empty]));
    this.drawBlockProblems(selected);
  }

  // What the server would say, said while one writes: a field about a patient never gets into the clear.
  drawGuard({ subject, preheader }) {
    const found = protectedFields(`${subject} ${preheader}`, this.fields);
    const said = this.problems.find((one) => one.severity === "block" && ["subject", "preheader"].includes(one.where));
    const words = found.length ? `${found.join(", ")} is about a patient. The subject can be read on the way.` : said?.message;
    const guard = this.part("guard");
    guard.className = `sp-row-tight sp-small ${words ? "sp-bad" : "sp-good"}`;
    guard.replaceChildren(icon(this.sprite, words ? "alert-circle" : "circle-check"),
      words ?? "No PHI found. The subject travels in the clear.");
    this.part("safe").hidden = !words;
  }

  showFeedback({ problems, meter, phi }, document, selected) {
    this.problems = problems;
    const tag = this.part("meter");
    tag.dataset.class = phi;
    tag.className = phi === "none" ? "sp-tag" : "sp-phi";
    tag.replaceChildren(icon(this.sprite, "phi"), meter);
    const listed = bySeverity(problems).map((problem) => this.problem(problem));
    const fine = element("li", { class: "sp-row-tight sp-good" }, icon(this.sprite, "circle-check"), "Nothing to correct");
    this.part("problems").replaceChildren(...(listed.length ? listed : [fine]));
    this.draw(document, selected);
    this.drawBlockProblems(selected);
  }

  problem({ severity, where, message, line }) {
    const glyph = icon(this.sprite, severity === "block" ? "alert-circle" : "alert-triangle");
    const place = where === "mjml" && line > 1 ? `Line ${line}: ` : "";
    const words = element("button", { class: "sp-problem", type: "button", onclick: () => this.onGoTo(where) }, place + message);
    return element("li", { class: severity === "block" ? "sp-bad" : "sp-held" }, glyph, words);
  }

  drawBlockProblems(selected) {
    const own = this.problems.filter((one) => one.where === selected);
    const note = this.part("block-problems");
    note.hidden = !own.length;
    note.replaceChildren(...own.map((one) => element("p", {}, one.message)));
  }

  insertField(key) {
    const input = this.part("settings").querySelector("[data-fields]");
    if (!input) return;
    input.setRangeText(`{{ ${key} }}`, input.selectionStart, input.selectionEnd, "end");
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
