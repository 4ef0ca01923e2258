// <mail-editor>: blocks on a paper, settings beside it, saved as one writes. The server judges the content.
import * as blocks from "./editor/blocks.js";
import { Desk } from "./editor/desk.js";
import { FieldPicker } from "./editor/field-picker.js";
import { History } from "./editor/history.js";
import { onBlock, shortcut } from "./editor/keys.js";
import { Paper } from "./editor/paper.js";
import { Saving, stateWords } from "./editor/saving.js";
import { Settings } from "./editor/settings.js";

class MailEditor extends (globalThis.HTMLElement ?? Object) {
  connectedCallback() {
    const values = JSON.parse(document.getElementById("editor-values").textContent);
    const sprite = this.getAttribute("sprite");
    const fields = new Map(values.fields.map((field) => [field.key, field]));
    this.history = new History(values.document);
    this.desk = new Desk({
      sprite, fields, part: (name) => this.part(name), onGoTo: (where) => this.goTo(where),
      paper: new Paper({ sprite, fields, onAct: (act, id) => this.act(act, id), onSelect: (id) => this.select(id),
        onDrop: (id, beside) => this.setBlocks(blocks.moveBeside(this.list, id, beside)) }),
      settings: new Settings({ fields, onChange: (...change) => this.edit(...change) }),
    });
    this.selected = this.list[0]?.id;
    this.wire(fields);
    this.desk.drawSettings(this.document, this.selected);
    this.showFeedback(values.feedback);
  }

  get document() { return this.history.present; }
  get list() { return this.document.blocks ?? []; }
  part(name) { return this.querySelector(`[data-part="${name}"]`); }

  wire(fields) {
    new FieldPicker(this, fields);
    this.saving = new Saving({
      form: this.part("form"), onFeedback: (feedback) => this.showFeedback(feedback),
      onState: (state, message) => { this.part("state").textContent = stateWords(state, message); },
    });
    for (const key of ["subject", "preheader", "mjml"]) {
      this.part(key).addEventListener("input", ({ target }) => this.set({ [key]: target.value }, key));
    }
    const clicks = {
      undo: () => this.back("undo"), redo: () => this.back("redo"), "as-mjml": () => this.toMjml(),
      safe: () => this.set({ subject: this.feedback.safe_subject }),
    };
    for (const [name, act] of Object.entries(clicks)) this.part(name).addEventListener("click", act);
    for (const button of this.querySelectorAll("[data-add]")) button.addEventListener("click", () => this.add(button.dataset.add));
    for (const button of this.querySelectorAll("[data-field]")) button.addEventListener("click", () => this.desk.insertField(button.dataset.field));
    this.part("form").addEventListener("submit", (event) => { event.preventDefault(); this.saving.save(); });
    this.part("form").addEventListener("click", (event) => this.leave(event));
    this.addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeunload", (event) => { if (this.saving.waiting !== undefined) event.preventDefault(); });
  }

  // The bar's links lead on once everything is stored; if something is refused, the browser asks.
  async leave(event) {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !this.saving.isBehind) return;
    event.preventDefault();
    await this.saving.save();
    location.assign(link.href);
  }

  set(changes, place = null) {
    this.history.change({ ...this.document, ...changes }, place);
    this.redraw();
  }

  redraw() {
    this.saving.changed(this.document);
    this.desk.draw(this.document, this.selected);
  }

  setBlocks(next, place = null) {
    if (next !== this.list) this.set({ blocks: next }, place);
  }

  edit(key, value, redrawsSettings = false) {
    if (key === "count") this.setBlocks(blocks.setColumnCount(this.list, this.selected, Number(value)));
    else this.setBlocks(blocks.replace(this.list, this.selected, { [key]: value }), `${this.selected}.${key}`);
    if (redrawsSettings) this.desk.drawSettings(this.document, this.selected);
  }

  add(type) {
    const block = blocks.newBlock(type, blocks.newId());
    this.setBlocks(blocks.insertAfter(this.list, this.selected, block));
    this.select(block.id);
  }

  act(act, id) {
    if (act === "up" || act === "down") this.setBlocks(blocks.move(this.list, id, act === "up" ? -1 : 1));
    if (act === "copy") this.setBlocks(blocks.duplicate(this.list, id, blocks.newId()));
    if (act === "remove") this.setBlocks(blocks.remove(this.list, id));
    this.focusSelected();
  }

  key(event) {
    const id = event.target.dataset.id;
    const does = shortcut(event) ?? (id ? onBlock(event) : null);
    if (!does) return;
    event.preventDefault();
    if (does === "save") this.saving.save();
    else if (does === "open") this.part("settings").querySelector("input, textarea, select")?.focus();
    else if (does === "undo" || does === "redo") this.back(does);
    else this.act(does, id ?? this.selected);
  }

  back(act) {
    this.history[act]();
    this.redraw();
    this.desk.drawSettings(this.document, this.selected);
  }

  toMjml() {
    if (this.document.mjml == null) this.set({ blocks: undefined, mjml: this.feedback.mjml });
  }

  select(id) {
    if (id === this.selected) return;
    this.selected = id;
    this.desk.draw(this.document, id);
    this.desk.drawSettings(this.document, id);
    this.focusSelected();
  }

  goTo(where) {
    if (blocks.find(this.list, where)) this.select(where);
    else this.part(where)?.focus();
  }

  focusSelected() {
    this.querySelector(`[data-id="${this.selected}"]`)?.focus({ preventScroll: true });
  }

  showFeedback(feedback) {
    this.feedback = feedback;
    this.desk.showFeedback(feedback, this.document, this.selected);
  }
}

globalThis.customElements?.define("mail-editor", MailEditor);
