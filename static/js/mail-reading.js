// <mail-reading>: the message as blocks on its paper, for who may read it and not change it.
import { Paper } from "./editor/paper.js";

class MailReading extends (globalThis.HTMLElement ?? Object) {
  connectedCallback() {
    const { document: content, fields } = JSON.parse(document.getElementById("editor-values").textContent);
    const paper = new Paper({
      sprite: this.getAttribute("sprite"), fields: new Map(fields.map((field) => [field.key, field])), isReadOnly: true,
    });
    this.querySelector('[data-part="paper"]').replaceChildren(...paper.draw(content.blocks ?? [], null, new Set()));
  }
}

globalThis.customElements?.define("mail-reading", MailReading);
