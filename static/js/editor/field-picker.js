// Typing {{ in an input with data-fields opens the list of fields; Enter or a click inserts one.
import { element } from "./elements.js";

const OPEN = /\{\{\s*([\w]*)$/;

export function matching(textBeforeCaret, fields) {
  const open = textBeforeCaret.match(OPEN);
  if (!open) return null;
  const typed = open[1].toLowerCase();
  return fields.filter(({ key, label }) => key.includes(typed) || label.toLowerCase().includes(typed)).slice(0, 8);
}

export function inserted(text, caret, key) {
  const before = text.slice(0, caret).replace(OPEN, `{{ ${key} }}`);
  return { text: before + text.slice(caret).replace(/^\s*\}\}/, ""), caret: before.length };
}

export class FieldPicker {
  constructor(root, fields) {
    this.fields = [...fields.values()];
    this.list = element("ul", { class: "sp-float sp-fields", id: "field-list", role: "listbox", "aria-label": "Fields", hidden: true });
    root.append(this.list);
    root.addEventListener("input", (event) => this.look(event.target));
    root.addEventListener("keydown", (event) => this.key(event), true);
    // Later, as a click into the list takes the focus for a moment; not if the input has it still.
    root.addEventListener("focusout", () => setTimeout(() => this.input?.matches(":focus") || this.close(), 150));
  }

  look(input) {
    if (!("fields" in input.dataset)) return;
    const found = matching(input.value.slice(0, input.selectionStart), this.fields);
    this.input = input;
    this.active = 0;
    this.list.hidden = !found?.length;
    this.list.replaceChildren(...(found ?? []).map(({ key, label, phi }, n) =>
      element("li", { id: `field-${n}`, role: "option", "aria-selected": String(n === 0), "data-key": key,
        onmousedown: (event) => { event.preventDefault(); this.insert(key); } },
      element("span", { class: "sp-token", "data-class": phi }, key), ` ${label}`)));
    if (!this.list.hidden) input.after(this.list);
    this.announce();
  }

  key(event) {
    if (this.list.hidden) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.step(steps[event.key]);
    else if (event.key === "Enter" || event.key === "Tab") this.insert(this.list.children[this.active].dataset.key);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  step(by) {
    this.active = (this.active + by + this.list.children.length) % this.list.children.length;
    this.announce();
  }

  announce() {
    [...this.list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === this.active)));
    if (this.list.hidden) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `field-${this.active}`);
  }

  insert(key) {
    const { text, caret } = inserted(this.input.value, this.input.selectionStart, key);
    this.input.value = text;
    this.input.setSelectionRange(caret, caret);
    this.close();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  close() {
    this.list.hidden = true;
    this.input?.removeAttribute("aria-activedescendant");
  }
}
