// The message on its paper: a picture of the blocks to point at, not the message itself.
import { LABELS } from "./blocks.js";
import { element, icon } from "./elements.js";
import { groups, pieces } from "./words.js";

const TOOLS = [
  ["up", "chevron-up", "Move up"], ["down", "chevron-down", "Move down"], ["copy", "copy", "Duplicate"],
  ["remove", "trash", "Delete"],
];

export class Paper {
  constructor({ sprite, fields, onAct, onSelect, onDrop, isReadOnly = false }) {
    Object.assign(this, { sprite, fields, onAct, onSelect, onDrop, isReadOnly });
  }

  draw(blocks, selected, refused) {
    const drawn = blocks.map((block, n) => this.block(block, selected, refused, `${n + 1} of ${blocks.length}`));
    return drawn.length ? drawn : [element("p", { class: "sp-block sp-muted" }, "Choose a block on the left.")];
  }

  block(block, selected, refused, place) {
    if (this.isReadOnly) {
      return element("div", { class: "sp-block-plain" }, block.show_if && this.condition(block), ...this.inside(block, selected, refused));
    }
    const isSelected = block.id === selected;
    return element("div", {
      class: "sp-block", tabindex: "0", role: "group", draggable: "true", "data-id": block.id,
      "data-selected": isSelected, "data-refused": refused.has(block.id), "aria-current": isSelected && "true",
      "aria-label": `${LABELS[block.type]}${block.show_if ? ", shown to some" : ""}, ${place}`,
      onclick: (event) => this.pick(event, block.id),
      onfocus: (event) => this.pick(event, block.id),
      ondragstart: (event) => this.drag(event, block.id),
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => this.drop(event, block.id),
    }, isSelected && this.tools(block), block.show_if && this.condition(block), ...this.inside(block, selected, refused));
  }

  pick(event, id) {
    event.stopPropagation();
    if (event.type === "click" || event.target === event.currentTarget) this.onSelect(id);
  }

  drag(event, id) {
    event.stopPropagation();
    event.dataTransfer.setData("text/plain", id);
  }

  drop(event, besideId) {
    event.preventDefault();
    event.stopPropagation();
    this.onDrop(event.dataTransfer.getData("text/plain"), besideId);
  }

  tools(block) {
    return element("div", { class: "sp-block-tools" }, ...TOOLS.map(([act, name, label]) =>
      element("button", { type: "button", "aria-label": label, onclick: (event) => {
        event.stopPropagation();
        this.onAct(act, block.id);
      } }, icon(this.sprite, name))));
  }

  condition(block) {
    return element("p", { class: "sp-block-condition" }, icon(this.sprite, "filter"), ` Shown if ${block.show_if}`);
  }

  inside(block, selected, refused) {
    switch (block.type) {
      case "heading": return [element("p", { class: "sp-paper-title", "data-size": block.size }, ...this.line(block.text))];
      case "text": return this.text(block.text);
      case "image": return [this.image(block)];
      case "button": case "portal_button":
        return [element("span", { class: "sp-paper-cta" }, ...this.line(block.label))];
      case "divider": return [element("hr", { class: "sp-paper-rule" })];
      case "spacer": return [element("div", { class: "sp-paper-space", "data-size": block.size })];
      case "appointment": return [this.appointment(block)];
      case "columns": return [element("div", { class: "sp-paper-columns", "data-count": block.columns.length },
        ...block.columns.map((column) => element("div", {}, ...this.draw(column, selected, refused))))];
    }
    return [];
  }

  image(block) {
    const words = block.alt || "A picture without a description";
    return element("p", { class: "sp-paper-picture" }, icon(this.sprite, "photo"), ` ${words}`);
  }

  appointment(block) {
    return element("div", { class: "sp-paper-card" },
      block.title && element("span", {}, ...this.line(block.title)),
      element("b", {}, ...this.line(block.when || "When")),
      block.where && element("span", {}, ...this.line(block.where)), ...this.text(block.note));
  }

  text(source) {
    return groups(source ?? "").map(({ kind, lines }) => kind === "p"
      ? element("p", {}, ...lines.flatMap((line, n) => [n ? element("br") : null, ...this.line(line)]))
      : element(kind, { class: "sp-paper-list" }, ...lines.map((line) => element("li", {}, ...this.line(line)))));
  }

  line(source) {
    return pieces(source ?? "").map(({ kind, text }) => {
      if (kind === "text") return text;
      if (kind === "field") return element("span", { class: "sp-token", "data-class": this.fields.get(text)?.phi ?? "none" }, text);
      if (kind === "tag") return element("span", { class: "sp-token", "data-class": "none" }, text);
      if (kind === "link") return element("span", { class: "sp-paper-link" }, ...this.line(text));
      return element(kind === "bold" ? "b" : "i", {}, ...this.line(text));
    });
  }
}
