// <auto-save><form>…</form></auto-save>: sends the form when one of its switches or lists changes.
if (globalThis.customElements) {
  customElements.define("auto-save", class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("change", () => this.querySelector("form").requestSubmit());
      // Each sending holds every switch, so the last one counts: it is not held back as a repeated one.
      this.addEventListener("submit", (event) => event.stopPropagation());
    }
  });
}
