// The form of the selected block. Each input tells its key and value; nothing else changes a document.
import { LABELS } from "./blocks.js";
import { element } from "./elements.js";

const SIZES = [["small", "Small"], ["normal", "Normal"], ["large", "Large"]];
// What the server takes a block to be that says nothing of its size.
const UNSAID_SIZE = "normal";
const INPUTS = {
  heading: [["text", "Heading", "line"], ["size", "Size", "size"]],
  text: [["text", "Text", "text"], ["size", "Size", "size"]],
  image: [["source", "Web address of the picture", "address"], ["alt", "Description for people who cannot see it", "line"],
    ["link", "Leads to (optional)", "address"], ["size", "Size", "size"]],
  button: [["label", "Words on the button", "line"], ["link", "Leads to", "address"]],
  columns: [["count", "Columns", "count"]],
  divider: [],
  spacer: [["size", "Size", "size"]],
  appointment: [["title", "Title", "line"], ["when", "When", "line"], ["where", "Where", "line"], ["note", "Note", "text"]],
  portal_button: [["label", "Words on the button", "line"]],
};
const MARKS = [["Bold", "**", "**"], ["Italic", "*", "*"], ["Link", "[", "](https://)"], ["List", "\n- ", ""]];

export function wrapped(text, start, end, before, after) {
  return text.slice(0, start) + before + text.slice(start, end) + after + text.slice(end);
}

export function shownValue(block, key, kind) {
  if (kind === "count") return String(block.columns.length);
  return block[key] ?? (kind === "size" ? UNSAID_SIZE : "");
}

export function conditionChoices(fields) {
  const asked = [...fields.values()].filter((field) => field.kind !== "url");
  return [["", "Everybody"],
    ...asked.map(({ key, label }) => [key, `People with ${label.toLowerCase()}`]),
    ...asked.map(({ key, label }) => [`not ${key}`, `People without ${label.toLowerCase()}`])];
}

export class Settings {
  constructor({ fields, onChange }) {
    Object.assign(this, { fields, onChange });
  }

  draw(block) {
    return [
      element("div", { class: "sp-row" }, element("h2", { class: "sp-h2" }, LABELS[block.type]),
        element("span", { class: "sp-push sp-small sp-muted" }, "Alt + ↑ ↓ moves it")),
      ...INPUTS[block.type].map(([key, label, kind], n) => this.field(block, key, label, kind, n === 0)),
      this.condition(block),
    ];
  }

  field(block, key, label, kind, isFirst) {
    const id = `setting-${key}`;
    const value = shownValue(block, key, kind);
    const options = kind === "size" ? SIZES : [["1", "1"], ["2", "2"], ["3", "3"]];
    const input = kind === "size" || kind === "count" ? this.select(id, options, value, (chosen) => this.onChange(key, chosen))
      : this.input(id, kind, value, (typed) => this.onChange(key, typed));
    return element("div", { class: "sp-field" }, element("label", { class: "sp-label", for: id }, label),
      kind === "text" && this.marks(id), input, isFirst && (kind === "line" || kind === "text")
        && element("span", { class: "sp-help" }, "Type {{ to insert a field."));
  }

  input(id, kind, value, onInput) {
    const tag = kind === "text" ? "textarea" : "input";
    const made = element(tag, { class: "form-control", id, rows: tag === "textarea" ? "6" : null, "data-fields": kind !== "address",
      spellcheck: kind === "address" ? "false" : null, oninput: (event) => onInput(event.target.value) });
    made.value = value;
    return made;
  }

  select(id, options, value, onChoose) {
    const made = element("select", { class: "form-select", id, onchange: (event) => onChoose(event.target.value) },
      ...options.map(([key, words]) => element("option", { value: key }, words)));
    made.value = value;
    return made;
  }

  marks(id) {
    return element("div", { class: "sp-row" }, ...MARKS.map(([words, before, after]) =>
      element("button", { class: "btn btn-sm", type: "button", onclick: () => {
        const input = document.getElementById(id);
        input.value = wrapped(input.value, input.selectionStart, input.selectionEnd, before, after);
        input.focus();
        input.dispatchEvent(new Event("input", { bubbles: true }));
      } }, words)));
  }

  condition(block) {
    const choices = conditionChoices(this.fields);
    const value = block.show_if ?? "";
    const isOwn = !choices.some(([key]) => key === value);
    const select = this.select("setting-show", [...choices, ["…", "People for whom…"]], isOwn ? "…" : value,
      (chosen) => this.onChange("show_if", chosen === "…" ? "language == \"es\"" : chosen, true));
    return element("div", { class: "sp-field" }, element("label", { class: "sp-label", for: "setting-show" }, "Show to"), select,
      isOwn && element("label", { class: "visually-hidden", for: "setting-condition" }, "Condition"),
      isOwn && this.input("setting-condition", "address", value, (typed) => this.onChange("show_if", typed)));
  }
}
