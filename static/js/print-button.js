// <print-button><button hidden>: prints the page; without scripts there is no button, and the browser's own menu prints.
if (globalThis.customElements) {
  customElements.define("print-button", class extends HTMLElement {
    connectedCallback() {
      const button = this.querySelector("button");
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  });
}
