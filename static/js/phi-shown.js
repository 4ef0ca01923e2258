// <phi-shown>: when the <count-down> inside it has elapsed, the page is loaded again, masked.
if (globalThis.customElements) {
  customElements.define("phi-shown", class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("elapsed", () => location.replace(location.href));
    }
  });
}
