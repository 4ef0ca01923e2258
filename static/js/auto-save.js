// <auto-save><form>…</form></auto-save>: sends the form when one of its switches or lists changes.
if (globalThis.customElements) {
  customElements.define("auto-save", class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("change", () => this.querySelector("form").requestSubmit());
    }
  });
}
